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
func (t *Tree) Stat(n Node, s *Stat) {
	size := t.Size(n)
	*s = Stat{Device: 1, Node: uint64(n), Links: 1, Mode: t.mode(n), Size: size,
		BlockSize: layout.PageBytes, Blocks: (size + 511) / 512}
	if n.kind() == kindTemporary {
		at := t.slot[n.index()].modified
		s.ModifySeconds, s.ModifyNanos = at/1e9, at%1e9
		s.AccessSeconds, s.AccessNanos = s.ModifySeconds, s.ModifyNanos
		s.ChangeSeconds, s.ChangeNanos = s.ModifySeconds, s.ModifyNanos
	}
}

func (t *Tree) mode(n Node) uint32 {
	switch n.kind() {
	case kindTemporary:
		return t.slot[n.index()].mode
	case kindImage:
		return modeRegular | uint32(t.Manifest.File[n.index()].Mode)&0o777
	}
	return modeDirectory | 0o555
}
