package main

import "testing"

// Nothing happens at import, and nothing that a package declares can change.
func TestState(t *testing.T) {
	hold(t, []plant{
		{"init", "p.go", packageP + "func init() {}\n", "p.go:4: func init"},
		{"init method", "p.go", packageP + "func (t T) init() {}\n", ""},
		{"constant table", "p.go",
			packageP + "var a = []int{1}\nfunc f() int { return a[0] }\n", ""},
		{"error", "p.go", packageP + "var err = errors.New(\"p: full\")\n", ""},
		{"regexp", "p.go", packageP + "var re = regexp.MustCompile(`x`)\n", ""},
		{"embedded", "p.go", packageP + "//go:embed x\nvar s string\n", ""},
		{"compile-time assertion", "p.go", packageP + "var _ I = (*T)(nil)\n", ""},
		{"kernel/bare", "kernel/bare/p.go", packageP + "var a int\n", ""},
		{"zero", "p.go", packageP + "var a int\n", "p.go:4: package variable a: want"},
		{"number", "p.go", packageP + "var a = 1\n", "package variable a"},
		{"second of two", "p.go", packageP + "var a, b = []int{}, 1\n", "package variable b"},
		{"in a group", "p.go", packageP + "var (\n\ta = []int{}\n\tb int\n)\n", "p.go:6:"},
		{"function", "p.go", packageP + "var now = time.Now\n", "package variable now"},
		{"pointer", "p.go", packageP + "var a = &T{}\n", "package variable a"},
		{"lock", "p.go", packageP + "var a = sync.Mutex{}\n", "package variable a"},
		{"atomics", "p.go", packageP + "var a = [2]atomic.Uint64{}\n", "package variable a"},
	})
	const table = packageP + "type T struct{ n int }\nfunc (t *T) set() {}\nfunc (t T) get() {}\n" +
		"var a = [2]T{}\nvar m = map[int]*T{}\n"
	var plants []plant
	for _, p := range []struct{ name, body, want string }{
		{"assigned", "a = [2]T{}", "p.go:7: package variable a, which is changed in p.go:9:12"},
		{"element assigned", "a[1].n = 2", "a, which is changed"},
		{"assigned with others", "var x int; x, a = 1, [2]T{}; _ = x", "a, which is changed"},
		{"incremented", "a[0].n++", "a, which is changed"},
		{"address taken", "p := &a[0]; _ = p", "a, which is changed"},
		{"changing method", "a[0].set()", "a, which is changed"},
		{"assigned by range", "for a[0].n = range 3 {}", "a, which is changed"},
		{"copied to", "copy((a[:]), nil)", "a, which is changed"},
		{"deleted from", "delete(m, 1)", "m, which is changed"},
		{"cleared", "clear(m)", "m, which is changed"},
		{"reading method", "a[0].get()", ""},
		{"read", "x := a; x[0].n = 1; for i := range a { _ = a[i] }", ""},
		{"local of the same name", "a := 1; a++", ""},
	} {
		text := table + "func f() { " + p.body + " }\n"
		plants = append(plants, plant{p.name, "p.go", text, p.want})
	}
	hold(t, plants)
}
