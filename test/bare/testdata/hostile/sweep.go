package main

import (
	"golang.org/x/sys/unix"

	"skerry/kernel/drivercall"
	"skerry/kernel/layout"
)

// sweep touches all that could be mapped and is not the instance's, by itself and by having ring 0
// and the libOS do it.
func sweep(m *machine, report func(name, breach string)) {
	var places []uint64
	for at := uint64(0); at < layout.UserStart; at += layout.PageBytes {
		places = append(places, at)
	}
	for at := uint64(0); at < m.need+1<<28; at += layout.BlockBytes / 2 {
		places = append(places, layout.DirectMap+at+at>>20*8)
	}
	for at := uint64(0); at < 1<<20; at += layout.PageBytes {
		places = append(places, layout.DirectMap+layout.LocalAPIC+at,
			layout.DirectMap+layout.IOAPIC+at, layout.DirectMap+m.commons+at,
			layout.DirectMap+m.base[1]+at)
	}
	for bit := 39; bit < 64; bit++ {
		places = append(places, 1<<bit, ^uint64(1<<bit-1))
	}
	for core := range uint64(layout.CoresMax) {
		if core != 0 && core != 2 {
			places = append(places, layout.Windows+core*layout.BlockBytes+0x3008)
		}
	}
	for _, code := range []string{load, store, jump} {
		a := touch("sweeps", code, 0)
		attempt(a.bytes(), a.r)
		for _, at := range places {
			a := touch("sweeps with "+code, code, at)
			report(a.name, a.lands(again(a.r)))
		}
	}
	const set = 2
	for _, at := range places {
		by := func(name string, number uint64, args ...uint64) {
			a := attack{name: name, result: refused(unix.EFAULT)}
			report(name, a.lands(outcome{}, uint64(call(number, args...))))
		}
		by("has ring 0 write", drivercall.Memory, at)
		by("has ring 0 fill", drivercall.Random, at, 8)
		by("has ring 0 print", drivercall.Write, at, 8)
		by("has ring 0 begin a thread", drivercall.Spawn, at, 1<<64-1)
		by("has ring 0 go on", drivercall.Return, at)
		by("has the libOS write", unix.SYS_GETRANDOM, at, 8, 0)
		if at == 0 { // means no pointer
			continue
		}
		by("has the libOS read", unix.SYS_RT_SIGPROCMASK, set, at, 0, 8)
		by("has the libOS print", unix.SYS_WRITE, 1, at, 8)
		by("has the libOS find a file", unix.SYS_OPENAT, 0, at, 0, 0)
	}
}
