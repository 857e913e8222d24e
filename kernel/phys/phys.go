// Package phys is a core's physical memory: bytes at physical addresses, wherever they are seen,
// and the pool of page frames that its instance lives on. Nothing here checks an address: callers
// pass what they took from the pool, from page tables of their own, or from the manifest.
package phys

import "skerry/kernel/layout"

// Addr is a physical address.
type Addr uint64

// EntriesCount is the number of words in a page.
const EntriesCount = layout.PageBytes / 8
