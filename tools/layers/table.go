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
	gvisor = "gvisor.dev/gvisor"
	sys    = "golang.org/x/sys"
)

// table is the layout of the repository, from the bottom up.
var table = []row{
	{"kernel/epitaph", nil, nil}, // linked into ring 0
	{"kernel", []string{"kernel/epitaph"}, nil},
	{"kernel/step", []string{"kernel", "kernel/epitaph"}, nil},
	{"kernel/kerneltest", []string{"kernel", "kernel/epitaph"}, nil},
	{"kernel/hosted", []string{"kernel", "kernel/epitaph", "kernel/step"}, []string{sys}},
	{"kernel/sim", []string{"kernel", "kernel/epitaph", "kernel/step"}, nil},
	{"kernel/local", []string{"kernel", "kernel/hosted"}, nil},

	{"msgpass", []string{"kernel"}, nil},
	{"msgpass/idl/...", []string{"msgpass/...", "kernel"}, nil},

	{"memserver/...", []string{"memserver/...", "msgpass/...", "kernel", "kernel/step"}, nil},
	{"skb/...", []string{"skb/...", "msgpass/...", "kernel", "kernel/step"}, nil},
	{"coreos/...", []string{"coreos/...", "memserver/...", "skb/...", "msgpass/...",
		"kernel", "kernel/epitaph", "kernel/step", "kernel/local"}, []string{gvisor}},
	{"apps/...", []string{"apps/...", "coreos/...", "memserver/...", "skb/...", "msgpass/...",
		"kernel"}, nil},

	{"cmd/...", []string{"..."}, []string{sys}},
	{"test/...", []string{"..."}, []string{sys, gvisor}},
	{"tools/...", []string{"tools/..."}, nil},
}

// What test files may import as well: the drivers, to run on.
var forTests = []string{"kernel/..."}
