// Floats: goroutines compute side by side; each must keep its own registers when it is interrupted.
package main

import (
	"fmt"
	"math"
	"sync"
)

func orbit(x float64) (end, sum float64) {
	for range 2000000 {
		x = 3.9 * x * (1 - x)
		sum += math.Sqrt(x)
	}
	return x, math.Sin(sum)
}

func main() {
	results := make([][2]float64, 8)
	var group sync.WaitGroup
	for i := range results {
		group.Go(func() {
			results[i][0], results[i][1] = orbit(float64(i+1) / 10)
		})
	}
	group.Wait()
	for _, r := range results {
		fmt.Printf("%x %x\n", r[0], r[1])
	}
}
