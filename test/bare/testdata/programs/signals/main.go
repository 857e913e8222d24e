// Signals: threads that are interrupted by signals, in code of their own and in system calls, go
// on as they were.
package main

import (
	"fmt"
	"math"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	threads = 4
	rounds  = 200
	number  = syscall.SIGUSR1
)

// work computes something that takes many registers.
func work(seed int) (uint64, float64) {
	a, b, c, d := uint64(seed), uint64(3), uint64(5), uint64(7)
	x, y, z := float64(seed), 1.5, 2.5
	for i := range 1000 {
		a, b, c, d = b*31+a, c^a<<7, d+b>>3, a*c+uint64(i)
		x, y, z = y*1.0001+1, math.Sqrt(z*z+x), x*0.5+y*0.25
	}
	return a ^ b ^ c ^ d, x + y + z
}

// call makes system calls, and returns how many went wrong.
func call(fd int) (wrong int) {
	var text [8]byte
	for range 20 {
		if syscall.Getpid() != os.Getpid() {
			wrong++
		}
		n, err := syscall.Pwrite(fd, []byte("skerries"), 4000)
		if n != 8 || err != nil {
			wrong++
		}
		n, err = syscall.Pread(fd, text[:], 4000)
		if n != 8 || err != nil || string(text[:]) != "skerries" {
			wrong++
		}
		var stat syscall.Stat_t
		if syscall.Fstat(fd, &stat) != nil || stat.Size != 4008 {
			wrong++
		}
	}
	return wrong
}

func main() {
	came := make(chan os.Signal, threads)
	signal.Notify(came, number)
	var caught atomic.Int64
	go func() {
		for range came {
			caught.Add(1)
		}
	}()
	var (
		ready, done sync.WaitGroup
		tids        [threads]int
		wrong       [threads]int
		stop        atomic.Bool
	)
	for i := range threads {
		ready.Add(1)
		done.Go(func() {
			runtime.LockOSThread()
			file, err := os.CreateTemp("", "signals")
			if err != nil {
				panic(err)
			}
			defer os.Remove(file.Name())
			file.WriteAt([]byte("skerries"), 4000)
			tids[i] = syscall.Gettid()
			sum, float := work(i)
			ready.Done()
			for !stop.Load() {
				if s, f := work(i); s != sum || f != float {
					wrong[i]++
				}
				wrong[i] += call(int(file.Fd()))
			}
		})
	}
	ready.Wait()
	for i := range rounds {
		if err := syscall.Tgkill(os.Getpid(), tids[i%threads], number); err != nil {
			panic(err)
		}
		time.Sleep(time.Millisecond)
	}
	stop.Store(true)
	done.Wait()
	for caught.Load() < threads {
		time.Sleep(time.Millisecond)
	}
	fmt.Println(wrong)
}
