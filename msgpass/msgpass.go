// Package msgpass carries messages between two cores that share one window of memory.
//
// # A line
//
// A message travels in lines of 64 bytes: seven words of payload, and a header that is written
// last.
//
//	word    0   1   2   3   4   5   6   7
//	        [          payload          ] header
//
//	header  bit 0       16    28      32         64
//	            [ type  | size | flags |   tag    ]
//
// A header is never zero while the line holds a message. The line is the sender's while the header
// is zero and the receiver's while it is not; that word is all that says so. There is no index, no
// counter and no acknowledgement that both cores write or poll. So a message costs the transfer of
// its own line there, and freeing it costs one line back per batch. See [Sender] and [Receiver].
//
// A longer message spans several lines, each with a header. The first line's header is written
// last of all, so that whoever sees it sees the whole message.
//
// # A window
//
// Two cores, the ends of a window, share WindowBytes of memory. End 0 is the one with the lower
// CoreID. Each word below is written by one end only, except where a header passes ownership.
//
//	offset    bytes    what                                        written by
//	0x000000     64    link line of end 0: name, seen, version     end 0
//	0x000040     64    link line of end 1                          end 1
//	0x000080     64    sleeping flag of end 0                      end 0
//	0x0000c0     64    sleeping flag of end 1                      end 1
//	0x000100    256    call slots, end 0 calls                     whoever owns the line
//	0x000200    256    call slots, end 1 calls                     whoever owns the line
//	0x001000    340 K  ring from end 0 to end 1, four levels       whoever owns the line
//	0x056000    340 K  ring from end 1 to end 0, four levels       whoever owns the line
//	0x0ab000     16 K  owner lines of the pool of end 0            whoever owns the buffer
//	0x0af000     16 K  owner lines of the pool of end 1            whoever owns the buffer
//	0x100000    512 K  bulk pool that end 0 fills                  end 0
//	0x180000    512 K  bulk pool that end 1 fills                  end 1
//
// A [Channel] is one end of a window. It agrees with the other end on an epoch before it touches
// a ring (link.go), and starts over when the other core dies.
//
// # Order
//
// On amd64 a plain store is visible to other cores only after all earlier stores, so a header
// published by a plain store publishes its payload; the compiler keeps the order of the stores (a
// test disassembles them). Elsewhere, and under the race detector, headers are stored atomically
// (order_atomic.go). Only sleeping needs more: see [WaitSet].
//
// # Trust
//
// Both ends can write all of a window. Nothing read from it is trusted: a word is read once into a
// local, checked, and the local is used. An end that breaks the protocol loses the channel; it
// cannot make the other end panic, wait for ever or touch memory outside the window.
package msgpass
