// Package model holds Promela models of the protocols that shared memory makes subtle, and the test
// that has spin check them. A model is small on purpose: its opening comment says what is
// modelled, what is abstracted, which property holds and which Go code it mirrors. When that code
// changes its order of loads and stores, change the model first.
//
//	link.pml       msgpass/link.go: how two ends agree on an epoch, over deaths and restarts
//	hostile.pml    the same, when a life writes whatever it likes
//	sleepwake.pml  msgpass.WaitSet: two cores that send and sleep; no wake-up is lost
//	ring.pml       msgpass.Sender, Receiver: the claim ring; no line lost, torn or out of order
//	callslot.pml   msgpass.Caller, Callee: a request and its reply in one line
//
// Memory is x86-TSO in all of them: each core has a FIFO of buffered stores that drains at any
// time, a load sees the core's own buffered stores first, a fence waits until the buffer is empty.
//
// Every model carries planted bugs, chosen by -D and listed in its opening comment. The test
// requires that spin finds no error in the model and an error in each planted bug; so a
// property that can no longer fail fails the test.
//
// By hand, in this directory:
//
//	spin -a link.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -m100000
//	spin -a link.pml && gcc -O2 -DNP -o pan pan.c && ./pan -m100000 -l
//	spin -a -DNO_LETGO link.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -m100000
//	spin -t -p -g -DNO_LETGO link.pml
//
// The last line replays the counterexample that the line before it found. Remove pan* and *.trail
// afterwards.
package model
