package files

import "skerry/kernel/layout"

// Bits of st_mode.
const (
	modeDirectory = 0o040000
	modeRegular   = 0o100000
)

// Stat is Linux's struct stat on x86-64 (arch/x86/include/uapi/asm/stat.h).
type Stat struct {
	Device, Node, Links        uint64
	Mode, User, Group, _       uint32
	Special, Size              uint64
	BlockSize, Blocks          uint64 // Blocks count 512 bytes
	AccessSeconds, AccessNanos uint64
	ModifySeconds, ModifyNanos uint64
	ChangeSeconds, ChangeNanos uint64
	_                          [3]uint64
}

// Stat describes a node.
func (t *Tree) Stat(n Node) Stat {
	s := t.at(n)
	seconds, nanos := s.modified/1e9, s.modified%1e9
	return Stat{Device: 1, Node: uint64(n), Links: 1, Mode: uint32(s.Mode), Size: s.Bytes,
		BlockSize: layout.PageBytes, Blocks: (s.Bytes + 511) / 512,
		AccessSeconds: seconds, AccessNanos: nanos, ModifySeconds: seconds, ModifyNanos: nanos,
		ChangeSeconds: seconds, ChangeNanos: nanos}
}
