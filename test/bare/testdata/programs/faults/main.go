// Faults: what the hardware traps comes back as panics, endless loops are interrupted, and the end
// is with a status of its own.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

type big struct {
	_    [1 << 20]byte
	word int
}

func try(what string, do func()) {
	defer func() { fmt.Println(what+":", recover()) }()
	do()
}

func main() {
	var (
		null *int
		far  *big
		zero int
		list []int
	)
	for range 3 {
		try("null", func() { *null = 1 })
		try("far", func() { fmt.Println(far.word) })
		try("divide", func() { fmt.Println(1 / zero) })
		try("index", func() { fmt.Println(list[zero]) })
	}
	var deep func(int) int
	deep = func(n int) int {
		if n == 0 {
			return 0
		}
		return 1 + deep(n-1)
	}
	fmt.Println(deep(100000))

	runtime.GOMAXPROCS(1)
	var stop atomic.Bool
	go func() {
		time.Sleep(30 * time.Millisecond)
		stop.Store(true)
	}()
	spins := 0
	for !stop.Load() {
		spins++
	}
	go func() {
		for {
		}
	}()
	time.Sleep(30 * time.Millisecond)
	fmt.Println(spins > 0)
	os.Exit(3)
}
