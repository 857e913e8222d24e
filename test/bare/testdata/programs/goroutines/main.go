// Goroutines: a sieve of primes, one goroutine a prime, and workers that meet at a mutex.
package main

import (
	"fmt"
	"sync"
)

func generate(out chan<- int) {
	for i := 2; ; i++ {
		out <- i
	}
}

func filter(in <-chan int, out chan<- int, prime int) {
	for i := range in {
		if i%prime != 0 {
			out <- i
		}
	}
}

func main() {
	numbers := make(chan int)
	go generate(numbers)
	for range 100 {
		prime := <-numbers
		fmt.Print(prime, " ")
		rest := make(chan int)
		go filter(numbers, rest, prime)
		numbers = rest
	}
	fmt.Println()

	var (
		mu    sync.Mutex
		group sync.WaitGroup
		sum   int
	)
	for i := range 1000 {
		group.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			sum += i
		})
	}
	group.Wait()
	fmt.Println(sum)
}
