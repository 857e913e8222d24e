package main

import "fmt"

// Assembly that Go calls directly, and the other way round.
func direct() uint64
func called() { callFn = call }

var (
	text string
	one  *uint64
)

func plant() {
	bytes[0] = byte(direct())
	one = new(uint64)
	fmt.Println(text)
	text += text
}

var offset = len(text)
