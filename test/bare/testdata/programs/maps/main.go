// Maps: growing, shrinking, and iterating over maps; sorting what they hold in several ways.
package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
)

func main() {
	squares := map[int]int{}
	for i := range 100000 {
		squares[i*7919%100003] += i
	}
	for i := range 50000 {
		delete(squares, i*7919%100003)
	}
	sum := 0
	for k, v := range squares {
		sum += k ^ v
	}
	fmt.Println(len(squares), sum)

	type pair struct{ key, value int }
	var pairs []pair
	for k, v := range squares {
		pairs = append(pairs, pair{k, v % 1000})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.key, b.key))
	})
	fmt.Println(pairs[:5], pairs[len(pairs)-5:])
	sort.SliceStable(pairs, func(i, j int) bool { return pairs[i].key%10 < pairs[j].key%10 })
	fmt.Println(pairs[:5])

	words := map[string]map[rune]int{}
	for _, word := range []string{"skerry", "island", "kernel", "message", "core", "monitor"} {
		words[word] = map[rune]int{}
		for _, letter := range word {
			words[word][letter]++
		}
	}
	for _, word := range slices.Sorted(maps.Keys(words)) {
		fmt.Println(word, words[word])
	}
}
