// Gc: trees that live and trees that die, collections, finalizers, memory given back.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

func (t *tree) count() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

func main() {
	kept := grow(14)
	total := 0
	for range 50 {
		total += grow(12).count()
	}
	var ended atomic.Int32
	for range 10 {
		runtime.AddCleanup(grow(3), func(n int32) { ended.Add(n) }, 1)
	}
	for ended.Load() < 10 {
		runtime.GC()
	}
	fmt.Println(kept.count(), total, ended.Load())

	block := make([]byte, 32<<20)
	for i := range block {
		block[i] = byte(i)
	}
	block = nil
	debug.FreeOSMemory()
	block = make([]byte, 32<<20)
	for _, b := range block {
		if b != 0 {
			fmt.Println("new memory is not zero")
			return
		}
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Println("collected:", stats.NumGC > 2)
}
