// Package sim holds tests of protocols at 2 to 1024 cores, each run under many seeds by kernel/sim:
// with messages delayed, reordered between channels and refused, and with cores that die and start
// again. A failure prints its seed and the command that replays it.
//
// The first of them, the register, is there to show that such tests find bugs. Three are planted in
// it. Two break its promises, and that is found. The third, an order that the runtime makes up,
// breaks none: it is found only by the hash of the run, which differs from time to time.
package sim
