// A freestanding program with what the libOS may have.
package main

import "math/bits"

func main() {} // never called

// Entries in assembly; Go never calls them.
func callEntry()
func upcallEntry()
func faultEntry()
func tail()
func tailEnd()
func boundsEntry()

var (
	callFn    = call
	doSyscall func(number uint64) uint64
	names     [4]string
	bytes     [1000]byte
)

func call(number uint64) uint64 {
	if names[number] == names[0] { // a bounds check, and the runtime's comparison
		clear(bytes[:number])
		copy(bytes[:number], bytes[len(names[0]):])
		plant()
	}
	return doSyscall(uint64(bits.Len64(number)))
}
