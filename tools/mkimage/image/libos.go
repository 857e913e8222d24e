package image

import (
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/tools/mkimage/elf"
)

// The libOS's functions that the CPU driver leads to.
const (
	callFunction    = "main.callEntry"
	upcallFunction  = "main.upcallEntry"
	faultFunction   = "main.faultEntry"
	tailFunction    = "main.tail"
	tailEndFunction = "main.tailEnd" // the first after it
)

// readLibOS decodes the libOS's ELF file.
func readLibOS(file []byte) (*freestanding, error) {
	l := &freestanding{name: "libOS", room: span{layout.Libos, layout.Libos + libosMax}}
	err := l.read(file, []string{callFunction, upcallFunction, faultFunction, tailFunction,
		tailEndFunction})
	if err != nil {
		return nil, err
	}
	if n := len(l.segments); n >= elf.SharedMax {
		return nil, l.refuse("%d segments: want %d at most", n, elf.SharedMax-1)
	}
	if e := libosEntries(l); e.Tail >= e.TailEnd {
		return nil, l.refuse("%s at %#x, %s at %#x: want it above", tailFunction, e.Tail,
			tailEndFunction, e.TailEnd)
	}
	return l, nil
}

// libosEntries returns what the driver needs of the libOS.
func libosEntries(l *freestanding) manifest.Libos {
	return manifest.Libos{
		Call: l.function[callFunction], Upcall: l.function[upcallFunction],
		Fault: l.function[faultFunction], Tail: l.function[tailFunction],
		TailEnd: l.function[tailEndFunction], TextStart: l.text.start, TextEnd: l.text.end,
	}
}
