// Profile profiles itself by runtime/pprof, and tells whether it was found at what it did.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"runtime/pprof"
	"time"
)

func main() {
	var profile bytes.Buffer
	if err := pprof.StartCPUProfile(&profile); err != nil {
		fmt.Println(err)
	}
	burned := burn(time.Now().Add(time.Second))
	pprof.StopCPUProfile()
	burned += rest(time.Now().Add(50 * time.Millisecond)) // no longer seen
	r, err := gzip.NewReader(&profile)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := io.ReadAll(r)
	fmt.Println("burn seen:", bytes.Contains(text, []byte("main.burn")), "rest seen:",
		bytes.Contains(text, []byte("main.rest")), err, burned > 0)
}

//go:noinline
func burn(end time.Time) (n int) {
	for time.Now().Before(end) {
		n++
	}
	return n
}

//go:noinline
func rest(end time.Time) (n int) {
	for time.Now().Before(end) {
		n++
	}
	return n
}
