package paging

import (
	"skerry/kernel/layout"
	"skerry/kernel/phys"
)

// Figure 4-8 of volume 3: 12 bits of an address lie in a page, and each level has 9.
const (
	rootLevel = 4
	pageBits  = 12
	levelBits = 9
)

// bytesAt returns how much an entry of a level spans.
func bytesAt(level uint) uint64 { return 1 << (pageBits + levelBits*(level-1)&63) }

// index returns which entry of a table of a level an address is in.
func index(va uint64, level uint) uint64 {
	return va >> ((pageBits + levelBits*(level-1)) & 63) % phys.EntriesCount
}

func isUser(va uint64) bool { return va >= layout.UserStart && va < layout.UserEnd }
