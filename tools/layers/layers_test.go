package main

import (
	"strings"
	"testing"
	"testing/fstest"
)

// Each import that goes up, sideways or outside is refused; those of the table pass.
func TestImports(t *testing.T) {
	tests := []struct{ file, imported, want string }{
		{"kernel/kernel.go", "skerry/kernel/epitaph", ""},
		{"kernel/k.go", "skerry/msgpass", "kernel/k.go:2: import of skerry/msgpass: want"},
		{"kernel/kernel.go", "skerry/kernel/hosted", "import of skerry/kernel/hosted"},
		{"kernel/epitaph/e.go", "skerry/kernel", "want only the standard library"},
		{"kernel/epitaph/e.go", "math/bits", ""},
		{"kernel/epitaph/e_test.go", "skerry/kernel/epitaph", ""},
		{"kernel/hosted/h.go", "golang.org/x/sys/unix", ""},
		{"kernel/sim/s.go", "golang.org/x/sys/unix", "import of golang.org/x/sys/unix"},
		{"kernel/sim/s.go", "skerry/kernel/hosted", "import of skerry/kernel/hosted"},
		{"kernel/hosted/h_test.go", "skerry/kernel/kerneltest", ""},
		{"kernel/new/n.go", "fmt", "kernel/new/n.go:1: folder without a row"},
		{"msgpass/m.go", "skerry/kernel", ""},
		{"msgpass/m.go", "skerry/msgpass/idl", "import of skerry/msgpass/idl"},
		{"msgpass/m.go", "skerry/kernel/sim", "import of skerry/kernel/sim"},
		{"msgpass/m_test.go", "skerry/kernel/sim", ""},
		{"msgpass/m_test.go", "skerry/coreos", "import of skerry/coreos"},
		{"msgpass/idl/idlgen/i.go", "skerry/msgpass/idl", ""},
		{"skb/s.go", "skerry/coreos", "import of skerry/coreos"},
		{"skb/s.go", "skerry/memserver", "import of skerry/memserver"},
		{"coreos/net/n.go", "gvisor.dev/gvisor/pkg/tcpip", ""},
		{"coreos/net/n.go", "gvisor.dev/gvisors", "import of gvisor.dev/gvisors"},
		{"coreos/c.go", "skerry/kernel/hosted", "import of skerry/kernel/hosted"},
		{"coreos/c.go", "skerry/apps/pingpong", "import of skerry/apps/pingpong"},
		{"coreos/c.go", "skerry/kernel/local", ""},
		{"apps/a/a.go", "skerry/coreos/name", ""},
		{"apps/a/a.go", "skerry/cmd/skerry", "import of skerry/cmd/skerry"},
		{"cmd/skerry/s.go", "skerry/kernel/hosted", ""},
		{"test/bench/b.go", "gvisor.dev/gvisor/pkg/tcpip", ""},
		{"tools/tidy/t.go", "skerry/kernel", "import of skerry/kernel"},
		{"tools/tidy/t.go", "skerry/tools/layers", ""},
		{"cmd/skerry/s.go", "C", "import of C"},
		{"coreos/c.go", "github.com/a/b", "import of github.com/a/b"},
		{"new/n.go", "fmt", "folder without a row"},
		{"coreos/testdata/n.go", "skerry/apps", ""},
	}
	for _, test := range tests {
		t.Run(test.file+" imports "+test.imported, func(t *testing.T) {
			text := "package p\nimport \"" + test.imported + "\"\n"
			findings, err := check(fstest.MapFS{test.file: {Data: []byte(text)}})
			got := strings.Join(findings, "\n")
			if err != nil || (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("findings %q, error %v: want %q", got, err, test.want)
			}
		})
	}
}

// The table has at most one row for each folder.
func TestRows(t *testing.T) {
	for i, r := range table {
		for _, other := range table[i+1:] {
			if matches(r.folder, strings.TrimSuffix(other.folder, "/...")) ||
				matches(other.folder, strings.TrimSuffix(r.folder, "/...")) {
				t.Errorf("rows %s and %s match the same folders", r.folder, other.folder)
			}
		}
	}
}
