package main

// row tells what the packages of a folder may import besides the standard library.
//
// "a/b" is that folder alone, "a/b/..." also what lies below it, "..." is all of ours.
type row struct {
	folder  string
	ours    []string
	modules []string // of others
}

const (
	arch   = "golang.org/x/arch"
	ebpf   = "github.com/cilium/ebpf"
	gvisor = "gvisor.dev/gvisor"
	judge  = "github.com/anishathalye/porcupine" // of histories; tests only
	sys    = "golang.org/x/sys"
	toml   = "github.com/BurntSushi/toml"
)

// table is the layout of the repository, from the bottom up.
var table = []row{
	// Linked into ring 0.
	{"kernel/epitaph", nil, nil},
	{"kernel/layout", nil, nil},
	{"kernel/errno", nil, nil},
	{"kernel/manifest", []string{"kernel/layout"}, nil},
	{"kernel/cap", []string{"kernel/layout", "kernel/manifest"}, nil},
	{"kernel/commons", []string{"kernel/epitaph", "kernel/layout"}, nil},
	{"kernel/discover", []string{"kernel/commons", "kernel/layout", "kernel/manifest"}, nil},
	{"kernel/thread", []string{"kernel/errno"}, nil},
	{"kernel/drivercall", []string{"kernel/layout", "kernel/thread"}, nil},
	{"kernel/phys", []string{"kernel/layout"}, nil},
	{"kernel/paging", []string{"kernel/layout", "kernel/phys"}, nil},
	{"kernel/vm", []string{"kernel/errno", "kernel/layout", "kernel/phys", "kernel/paging"}, nil},
	{"kernel/process", []string{"kernel/errno", "kernel/layout", "kernel/manifest",
		"kernel/drivercall", "kernel/phys", "kernel/paging", "kernel/vm", "kernel/thread"}, nil},
	{"kernel/bare", []string{"kernel/epitaph", "kernel/errno", "kernel/layout", "kernel/manifest",
		"kernel/cap", "kernel/commons", "kernel/drivercall", "kernel/phys", "kernel/paging",
		"kernel/vm", "kernel/thread", "kernel/process", "kernel/discover"}, nil},

	// Linked into the libOS, with what ring 0 has too.
	{"kernel/signal", []string{"kernel/errno", "kernel/layout", "kernel/thread",
		"kernel/drivercall"}, nil},
	{"kernel/files", []string{"kernel/errno", "kernel/layout"}, nil},
	{"kernel/linux", []string{"kernel/errno", "kernel/layout", "kernel/thread",
		"kernel/drivercall", "kernel/signal", "kernel/files"}, nil},
	{"kernel/libos", []string{"kernel/errno", "kernel/layout", "kernel/commons", "kernel/thread",
		"kernel/drivercall", "kernel/signal", "kernel/files", "kernel/linux"}, nil},

	{"kernel", []string{"kernel/epitaph"}, nil},
	{"kernel/mmio", []string{"kernel"}, nil},
	{"kernel/step", []string{"kernel", "kernel/epitaph"}, nil},
	{"kernel/kerneltest", []string{"kernel", "kernel/epitaph"}, nil},
	{"kernel/kvm", nil, []string{sys}},
	{"kernel/bell", []string{"kernel"}, []string{sys}},
	{"kernel/hosted", []string{"kernel", "kernel/epitaph", "kernel/step", "kernel/bell"},
		[]string{sys}},
	{"kernel/hosted/steer", []string{"kernel/hosted"}, []string{ebpf}},
	{"kernel/sim", []string{"kernel", "kernel/epitaph", "kernel/step"}, nil},
	{"kernel/ring3", []string{"kernel", "kernel/epitaph", "kernel/layout", "kernel/commons",
		"kernel/drivercall", "kernel/bell", "kernel/manifest", "kernel/mmio"}, []string{sys}},
	{"kernel/local", []string{"kernel", "kernel/hosted", "kernel/ring3"}, nil},

	{"msgpass", []string{"kernel"}, nil},
	{"msgpass/idl/...", []string{"msgpass/...", "kernel"}, nil},

	{"memserver/...", []string{"memserver/...", "msgpass/...", "kernel", "kernel/step"}, nil},
	{"skb/...", []string{"skb/...", "msgpass/...", "kernel", "kernel/step"}, nil},
	{"coreos/...", []string{"coreos/...", "memserver/...", "skb/...", "msgpass/...",
		"kernel", "kernel/epitaph", "kernel/step", "kernel/local"}, []string{gvisor, sys}},
	{"apps/...", []string{"apps/...", "coreos/...", "memserver/...", "skb/...", "msgpass/...",
		"kernel", "kernel/step"}, nil},

	{"cmd/...", []string{"..."}, []string{sys}},
	{"test/...", []string{"..."}, []string{sys, gvisor, judge}},
	{"tools/...", []string{"tools/...", "kernel/layout", "kernel/manifest", "kernel/files",
		"kernel/cap", "coreos/shell/nearest"}, []string{arch, sys, toml}},
}

// What test files may import as well: the drivers and whole machines, to run on, and the judge of
// what clients saw.
var forTests = []string{"kernel/...", "test/coretest", "test/history"}
