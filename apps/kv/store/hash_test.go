package store

import (
	"fmt"
	"strings"
	"testing"
)

// Keys that are like each other have different hashes, whose high bits, by which tables and routers
// go, and low bits are as even as those of random numbers, with any seed.
func TestHashSpreads(t *testing.T) {
	const count, parts = 1 << 16, 1 << 8
	for name, key := range map[string]func(i int) string{
		"numbers":         func(i int) string { return fmt.Sprint(i) },
		"redis-benchmark": func(i int) string { return fmt.Sprintf("key:%012d", i) },
		"long":            func(i int) string { return fmt.Sprintf("user:%d:name of a field", i) },
		"two bytes":       func(i int) string { return string([]byte{byte(i >> 8), byte(i)}) },
		"lengths":         func(i int) string { return fmt.Sprint(strings.Repeat("x", i%97), i) },
	} {
		for _, seed := range []uint64{0, 1, 1 << 63, 0x123456789abcdef} {
			seen := map[uint64]bool{}
			var high, low [parts]int
			for i := range count {
				h := Hash([]byte(key(i)), seed)
				seen[h] = true
				high[h>>56]++
				low[h%parts]++
			}
			if len(seen) < count {
				t.Errorf("%s, seed %#x: %d hashes of %d keys", name, seed, len(seen), count)
			}
			for _, of := range [][parts]int{high, low} {
				if x := chiSquare(of[:], count/parts); x > 2*parts {
					t.Errorf("%s, seed %#x: chi-square %.0f of %d parts: want about as many", name,
						seed, x, parts)
				}
			}
		}
	}
}

func chiSquare(counts []int, want float64) (sum float64) {
	for _, n := range counts {
		sum += (float64(n) - want) * (float64(n) - want) / want
	}
	return sum
}
