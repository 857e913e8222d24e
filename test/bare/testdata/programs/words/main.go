// Words: arguments, an environment variable, and standard input, counted.
package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

func main() {
	fmt.Printf("%q %q\n", os.Args[1:], os.Getenv("ISLAND"))
	in := bufio.NewReader(os.Stdin)
	counts := map[byte]int{}
	for {
		b, err := in.ReadByte()
		if err == io.EOF {
			break
		} else if err != nil {
			panic(err)
		}
		counts[b]++
	}
	for _, b := range slices.Sorted(maps.Keys(counts)) {
		fmt.Printf("%q: %d\n", b, counts[b])
	}
	fmt.Fprintln(os.Stderr, "an error line")
}
