// Package paging is the part of a core's page tables that maps its instance: 4-level paging of
// Intel's manual, volume 3, section 4.5. The root and what maps ring 0 are prebuilt; addresses
// outside of [layout.UserStart, layout.UserEnd) are never touched. A core's tables are used by
// that core alone, so nobody else's TLB has to be told of changes.
package paging

import "skerry/kernel/phys"

// Entry is an entry of a table: an address and flags (volume 3, tables 4-14 to 4-20).
type Entry uint64

// Flags of entries. Without User a page is present but out of the instance's reach.
const (
	Present   Entry = 1 << 0
	Writable  Entry = 1 << 1
	User      Entry = 1 << 2
	Uncached  Entry = 1 << 4
	Huge      Entry = 1 << 7 // a 2 MiB block, at level 2
	Owned     Entry = 1 << 9 // ignored by the processor: the frame goes back to the pool
	NoExecute Entry = 1 << 63

	addressBits Entry = 0x000f_ffff_ffff_f000
	tableFlags        = Present | Writable | User | Owned // pages and blocks restrict
)

// Has tells whether all of these flags are set.
func (e Entry) Has(flags Entry) bool { return e&flags == flags }

// Addr returns what the entry points to.
func (e Entry) Addr() phys.Addr { return phys.Addr(e & addressBits) }
