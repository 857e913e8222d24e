package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plants are bodies of package p with what must be refused of each; "" passes.
var plants = []struct{ name, text, want string }{
	{"clean", `import ("math/bits"; "sync/atomic"; "unsafe")
type number interface{ ~int | ~uint64 }
type line struct { words [8]uint64 }
func largest[T number](a, b T) T { return max(a, b) }
func (l *line) publish(v uint64) { atomic.StoreUint64(&l.words[7], v) }
func at(p unsafe.Pointer) *line { return (*line)(unsafe.Add(p, 64)) }
var names = [...]string{"a", "b"}
var handlers = [...]func(int) int{func(i int) int { return largest(i, 1) }}
const second = 1e9
func f(l *line) (int, string) {
	x := *l
	if len(x.words) == 0 { panic("p: no words") }
	each := func(i int) int { return bits.Len64(x.words[i]) + int(second) }
	return handlers[0](each(1)), names[0]
}`, ""},
	{"import", `import _ "fmt"`, "p.go:2: import of fmt: want only math/bits"},
	{"import of ours", `import _ "skerry/kernel"`, "import of skerry/kernel"},
	{"OnesCount", `import "math/bits"; var f = bits.OnesCount64`,
		"bits.OnesCount64: want no POPCNT"},
	{"init", `func init() {}`, "p.go:2: func init"},
	{"package variable", `func g() int { return 1 }; var x = g()`, "call in its value"},
	{"go", `func f() { go f() }`, "p.go:2: go statement"},
	{"defer", `func f() { defer f() }`, "defer statement"},
	{"channel", `func f(c chan int) {}`, "channel: want no channels"},
	{"select", `func f() { select {} }`, "channel operation"},
	{"map", `var m = map[int]int{1: 1}`, "map: want no maps"},
	{"map type", `type T struct { m map[int]int }`, "map: want no maps"},
	{"append", `func f(b []int) []int { return append(b, 1) }`, "call of append"},
	{"make", `func f() int { return len(make([]int, 2)) }`, "call of make"},
	{"new", `func f() int { return *new(int) }`, "call of new"},
	{"print", `func f() { println(1) }`, "call of println"},
	{"recover", `func f() { recover() }`, "call of recover"},
	{"float", `func f(a int) int { return int(float64(a) * 1.5) }`, "float64: want"},
	{"complex", `var c complex64`, "complex64: want no floating point"},
	{"interface parameter", `func g(any) {}; func f() { g(1) }`, "interface: want no interfaces"},
	{"interface result", `func f() (err error) { return nil }`, "interface: want no interfaces"},
	{"interface variable", `type I interface { M() }; var i I`, "interface: want no interfaces"},
	{"type assertion", `func f(i any) { _ = i.(int) }`, "type assertion"},
	{"panic", `func f(s string) { panic(s) }`, "panic with a value made at run time"},
	{"joined strings", `func f(a, b string) int { return len(a + b) }`, "strings joined"},
	{"string of bytes", `func f(b []byte) bool { return string(b) == "x" }`, "conversion from"},
	{"escape", `func f() *int { x := 1; return &x }`, "moved to heap: x: want nothing allocated"},
	{"escaping closure", `func f(x int) func() int { return func() int { return x } }`,
		"func literal escapes to heap"},
	{"escaping literal", `type T struct{ n int }; func f() *T { return &T{1} }`, "escapes to heap"},
}

// Every kind of violation that is planted is refused, and clean source passes.
func TestPlants(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "go.mod", "module skerry\n\ngo 1.26\n")
	write(t, "kernel/kernel.go", "package kernel\n")
	for _, plant := range plants {
		t.Run(plant.name, func(t *testing.T) {
			write(t, "p/p.go", "package p\n"+plant.text+"\n")
			findings, err := check([]string{"p"}, driver.packages)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, f := range findings {
				lines = append(lines, f.String())
			}
			got := strings.Join(lines, "\n")
			if (plant.want == "") != (got == "") || !strings.Contains(got, plant.want) {
				t.Errorf("findings:\n%s\nwant one with %q", got, plant.want)
			}
		})
	}
}

// Ring 0 of more lines of code than it may have is refused, Go and assembly added up; blank lines,
// comments, tests and devices do not count.
func TestCount(t *testing.T) {
	t.Chdir(t.TempDir())
	code, most := "package p\n", strings.Repeat("var _ = 1\n", codeLinesMax-3)
	write(t, "p/p.go", code+"// Not counted.\n\n\t// Nor this.\n"+most)
	write(t, "p/p_amd64.s", "// Not counted.\nTEXT p(SB),$0\n\tRET\n")
	write(t, "p/p_test.go", code+most)
	write(t, deviceFolder+"/d.go", code+most)
	for _, file := range deviceFiles {
		write(t, file, code+most)
	}
	write(t, "kernel/bare/bare.go", code)
	findings, err := checkCount([]string{"p", deviceFolder})
	if err != nil || len(findings) > 0 {
		t.Errorf("%v, %v: want none", findings, err)
	}
	findings, err = checkCount([]string{"p", "kernel/bare", deviceFolder})
	const want = "ring 0: 4001 lines of code without devices: want 4000 at most"
	if err != nil || len(findings) != 1 || findings[0].String() != want {
		t.Errorf("%v, %v: want %q", findings, err, want)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
