package main

import (
	"fmt"
	"strconv"
)

var (
	text   string
	names  map[string]int
	anyone any
	one    *uint64
	queue  chan int
	format = strconv.Itoa
	scale  = 1.5
)

func plant() {
	one = new(uint64)
	bytes[0] = byte(len(append(bytes[1:], 2)))
	counter = uint64(names[text])
	counter = uint64(float64(counter) * scale)
	fmt.Println(text)
	go plant()
	queue <- 1
	anyone = counter
	text += text
	text = format(len(text))
	copy(bytes[counter:], bytes[:])
	if text == string(bytes[:4]) {
		counter = 0
	}
}
