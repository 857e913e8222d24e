package main

import "testing"

// Unsafe, assembly and build tags are refused outside their folders and files.
func TestPlaces(t *testing.T) {
	const (
		clean   = "// Package p is an example.\npackage p\n"
		tagged  = "//go:build linux\n\n" + clean
		comment = clean + "\n//go:build is explained here\n"
		text    = "// SAFETY: touches nothing.\nTEXT ·f(SB), $0\n"
		unsafe  = "// Package p_unsafe is an example.\npackage p_unsafe\n" +
			"import \"unsafe\"\nvar _ unsafe.Pointer // SAFETY: nil.\n"
	)
	hold(t, []plant{
		{"unsafe", "msgpass/p_unsafe.go", unsafe, ""},
		{"unsafe in a test", "msgpass/p_unsafe_test.go", unsafe, ""},
		{"unsafe in another folder", "coreos/p_unsafe.go", unsafe,
			"p_unsafe.go:3: import of unsafe: want it in *_unsafe.go below kernel"},
		{"unsafe in another file", "kernel/p.go", clean +
			"import \"unsafe\"\nvar _ unsafe.Pointer // SAFETY: nil.\n", "p.go:3: import of"},
		{"assembly", "kernel/p_amd64.s", text, ""},
		{"assembly in another file", "kernel/p.s", text, "p.s:1: assembly: want it in *_amd64.s"},
		{"assembly in another folder", "apps/p.s", text, "p.s:1: assembly: want it in"},
		{"tag", "kernel/p/p.go", tagged, ""},
		{"tag in another folder", "coreos/p/p.go", tagged, "p.go:1: build tag: want"},
		{"tag after the package", "coreos/p/p.go", comment, ""},
	})
	for name, want := range map[string]bool{
		"a.go": true, "a_test.go": true, "a_linux.go": false, "a_arm64_test.go": false,
	} {
		if matchesAnywhere("coreos/"+name) != want {
			t.Errorf("%s: matches anywhere %v: want %v", name, !want, want)
		}
	}
}

// Each use of unsafe, atomics and assembly needs its explanation, in any of the places for it.
func TestExplanations(t *testing.T) {
	const (
		head   = "// Package p_unsafe is an example.\npackage p_unsafe\nimport \"unsafe\"\n"
		path   = "kernel/p_unsafe.go"
		atomic = "// Package p is an example.\npackage p\nimport \"sync/atomic\"\n"
		use    = "return *(*int)(unsafe.Pointer(p))"
	)
	hold(t, []plant{
		{"none", path, head + "func f(p *int) int { " + use + " }\n",
			"p_unsafe.go:4: unsafe.Pointer without SAFETY"},
		{"same line", path, head + "func f(p *int) int {\n" + use + " // SAFETY: an int.\n}\n", ""},
		{"above", path,
			head + "func f(p *int) int {\n// SAFETY: an\n// int.\n" + use + "\n}\n", ""},
		{"doc", path,
			head + "// f is.\n//\n// SAFETY: an int.\nfunc f(p *int) int {\n" + use + "\n}\n", ""},
		{"above its statement", path, head +
			"func f(p *int) {\n// SAFETY: an int.\ng(0,\nunsafe.Pointer(p))\n}\n", ""},
		{"above the block", path, head +
			"func f(p *int) {\n// SAFETY: an int.\nfor {\ng(0)\ng(unsafe.Pointer(p))\n}\n}\n",
			"8: unsafe.Pointer without"},
		{"a blank line between", path, head +
			"// SAFETY: an int.\n\nfunc f(p *int) int { " + use + " }\n", "without SAFETY"},
		{"says nothing", path, head + "var _ unsafe.Pointer // SAFETY:\n", "without SAFETY"},
		{"another name", path, "// Package p_unsafe is.\npackage p_unsafe\nimport u \"unsafe\"\n",
			"3: import of unsafe as u: want its own name"},
		{"linkname", path, "// Package p_unsafe is.\npackage p_unsafe\n" +
			"import _ \"unsafe\" // SAFETY: for go:linkname.\n", ""},
		{"linkname unexplained", path, "// Package p_unsafe is.\npackage p_unsafe\n" +
			"import _ \"unsafe\"\n", "as _"},
		{"assembly", "kernel/p_amd64.s", "// f is.\nTEXT ·f(SB), $0\n",
			"p_amd64.s:2: assembly function without SAFETY"},
		{"atomic", "msgpass/p.go", atomic + "func f(p *uint64) { atomic.StoreUint64(p, 1) }\n",
			"p.go:4: atomic.StoreUint64 without ORDER"},
		{"atomic type", "msgpass/p.go", atomic + "type t struct { n atomic.Uint64 }\n",
			"atomic.Uint64 without ORDER"},
		{"atomic explained", "msgpass/p.go", atomic +
			"func f(p *uint64) {\natomic.AddUint64(p, 1) // ORDER: none: a count.\n}\n", ""},
		{"atomic elsewhere", "coreos/p.go", atomic + "var _ atomic.Uint64\n", ""},
	})
}
