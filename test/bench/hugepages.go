package main

import (
	"fmt"
	"os"

	"skerry/kernel/hosted"
	"skerry/test/bench/worker"
)

// msgHugePages is how many huge pages `bench msg` wants: one for C, a window and as much bare
// memory for the threads and for the processes, the windows of the two hosted machines.
const msgHugePages = 1 + 2 + 2 + 1 + worker.DeathCores*(worker.DeathCores-1)/2

// reserveHugePages sees to it that msgHugePages pages are free; taken and giveBack are as in
// hosted.Reserve.
func reserveHugePages() (taken, giveBack func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, fmt.Errorf("find this program: %w", err)
	}
	return hosted.Reserve([]string{self, janitorVerb}, msgHugePages)
}
