package main

// What KVM tells a guest. Linux, Documentation/virt/kvm/x86/cpuid.rst and msr.rst.
const (
	kvmLeaf        = 0x4000_0000
	kvmB           = 'K' | 'V'<<8 | 'M'<<16 | 'K'<<24
	kvmC           = 'V' | 'M'<<8 | 'K'<<16 | 'V'<<24
	kvmD           = 'M'
	kvmClock       = 1 << 3 // leaf 0x40000001, EAX: msrKVMClock is there
	msrKVMClock    = 0x4b56_4d01
	kvmClockEnable = 1
)

// kvmTime is where KVM writes how it turns time stamps into nanoseconds: words 6 and 7 have
// (TSC << shift) · multiplier / 2³². Word 0 is odd while it writes.
var kvmTime [8]uint32

// scaleByHypervisor returns what KVM says of the time stamp counter: nanoseconds per tick, times
// 2³²; 0 if it says nothing.
func scaleByHypervisor() uint64 {
	_, b, c, d := cpuid(kvmLeaf, 0)
	if b != kvmB || c != kvmC || d != kvmD {
		return 0
	}
	if features, _, _, _ := cpuid(kvmLeaf+1, 0); !has(features, kvmClock) {
		return 0
	}
	wrmsr(msrKVMClock, kvmTimePhysical()|kvmClockEnable)
	version, multiplier, shift := readKVMTime()
	wrmsr(msrKVMClock, 0)
	if version == 0 || version%2 != 0 {
		return 0
	}
	return kvmScale(multiplier, int8(shift))
}

// kvmScale turns KVM's multiplier and shift into nanoseconds per tick, times 2³².
func kvmScale(multiplier uint32, shift int8) uint64 {
	if shift < 0 {
		return uint64(multiplier) >> min(uint(-int(shift)), 63)
	}
	return uint64(multiplier) << min(uint(shift), 31)
}
