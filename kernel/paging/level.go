package paging

import (
	"skerry/kernel/layout"
	"skerry/kernel/phys"
)

// The levels of tables, each by the lowest of the 9 bits of an address that index its tables
// (volume 3, figure 4-8): an entry spans 1 << level bytes.
const (
	rootLevel  = 39
	blockLevel = 21
	pageLevel  = 12
	levelBits  = 9
)

// bytesAt returns how much an entry of a level spans.
func bytesAt(level uint) uint64 { return 1 << (level & 63) }

// index returns which entry of a table of a level an address is in.
func index(va uint64, level uint) uint64 { return va >> (level & 63) % phys.EntriesCount }

func isUser(va uint64) bool { return va >= layout.UserStart && va < layout.UserEnd }
