// Package litmus holds tests of what the hardware does: two processes, pinned to two CPUs, run a
// few instructions against each other on shared memory, many times, and count the outcomes. Each
// outcome is ALLOWED or FORBIDDEN by x86-TSO, on which the order of msgpass rests; a FORBIDDEN one
// fails the test.
//
//	shape             one side             other side            FORBIDDEN
//	message passing   data = i; flag = i   read flag, data       flag without data
//	store buffering   x = i; read y        y = i; read x         none: both may miss the other
//	with a fence      x = i; fence; read y y = i; fence; read x  both miss the other
//	message of lines  msgpass.Sender       msgpass.Receiver      a part missing, or written over
//
// Planted bugs swap the two stores, publish the first header first, and release before reading:
// there the FORBIDDEN outcome must be seen, or the test sees nothing at all.
package litmus
