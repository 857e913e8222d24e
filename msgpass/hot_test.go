package msgpass

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// The functions below are what the disassembly is looked at of: users of the in-place API, and ones
// with planted bugs.

//go:noinline
func hotSend(s *Sender, a, b uint64) bool {
	l := s.TrySlot()
	if l == nil {
		return false
	}
	l[0], l[6] = a, b
	s.Publish(l, MakeHeader(testType, PayloadBytes, 0))
	return true
}

//go:noinline
func hotReceive(r *Receiver) uint64 {
	l, h := r.Peek()
	if h == 0 {
		return 0
	}
	sum := l[0] + l[6]
	r.Release(l)
	return sum
}

//go:noinline
func hotCall(c Caller, a, b uint64) {
	l := c.Line()
	l[0], l[6] = a, b
	c.Call(MakeHeader(testType, PayloadBytes, 0))
}

//go:noinline
func hotAnswer(c Callee, a, b uint64) {
	h := c.Request()
	if h == 0 {
		return
	}
	l := c.Line()
	l[0], l[6] = a, b
	c.Answer(h)
}

//go:noinline
func plantAtomicStore(s *Sender, a, b uint64) bool {
	l := s.TrySlot()
	if l == nil {
		return false
	}
	l[0], l[6] = a, b
	atomic.StoreUint64(&l[headerWord], uint64(MakeHeader(testType, PayloadBytes, 0)))
	s.head += LineBytes
	return true
}

//go:noinline
func plantHeaderFirst(s *Sender, a, b uint64) bool {
	l := s.TrySlot()
	if l == nil {
		return false
	}
	l[0] = a
	s.Publish(l, MakeHeader(testType, PayloadBytes, 0))
	l[6] = b
	return true
}

//go:noinline
func plantCall(s *Sender, a, b uint64) bool {
	l := s.TrySlots(PayloadBytes)
	if l == nil {
		return false
	}
	l[0], l[6] = a, b
	s.Publish(l, MakeHeader(testType, PayloadBytes, 0))
	return true
}

// hotPath is one function and what is wrong with its code; "" if it must be sound.
type hotPath struct {
	name  string
	run   func()
	wrong string
}

func hotPaths(t *testing.T) []hotPath {
	s, r := newRing(t, 64, 0)
	l := new(Line)
	return []hotPath{
		{"hotSend", func() { hotSend(s, 1, 2) }, ""},
		{"hotReceive", func() { hotReceive(r) }, ""},
		{"hotCall", func() { hotCall(NewCaller(l), 1, 2) }, ""},
		{"hotAnswer", func() { hotAnswer(NewCallee(l), 1, 2) }, ""},
		{"plantAtomicStore", func() { plantAtomicStore(s, 1, 2) }, "locked"},
		{"plantHeaderFirst", func() { plantHeaderFirst(s, 1, 2) }, "after the header"},
		{"plantCall", func() { plantCall(s, 1, 2) }, "call of"},
	}
}

// In the code that sends and receives, the header is the last word of the line that is stored,
// nothing is locked, and nothing is called; the planted bugs are seen.
func TestHotPathIsPlain(t *testing.T) {
	if !plainOrder || runtime.GOARCH != "amd64" {
		t.Skip("NO CODE WAS LOOKED AT: want amd64 without -race")
	}
	code := disassemble(t)
	for _, p := range hotPaths(t) {
		p.run() // so that the linker keeps it
		body := code[p.name]
		if len(body) == 0 {
			t.Fatalf("no code of %s", p.name)
		}
		wrong := judge(body)
		if (wrong != "") != (p.wrong != "") || !strings.Contains(wrong, p.wrong) {
			t.Errorf("%s: found %q: want %q in\n%s", p.name, wrong, p.wrong,
				strings.Join(body, "\n"))
		}
	}
}

// judge returns what is wrong with the instructions of a function, in address order.
func judge(body []string) string {
	line := "" // the register that holds the line whose header was stored
	store := regexp.MustCompile(`^MOV\w* [^(]+, (0x[0-9a-f]+|0)\((\w+)\)$`)
	locked := regexp.MustCompile(`^(LOCK|XCHG[LQ] .*\(|MFENCE)`)
	for _, instruction := range body {
		if locked.MatchString(instruction) {
			return "locked: " + instruction
		}
		if callee, ok := strings.CutPrefix(instruction, "CALL "); ok &&
			!strings.Contains(callee, "morestack") {
			return "call of " + callee
		}
		m := store.FindStringSubmatch(instruction)
		switch {
		case m == nil || m[2] == "SP":
		case line == "" && m[1] == "0x38":
			line = m[2]
		case line == m[2]:
			return "store after the header: " + instruction
		}
	}
	if line == "" {
		return "no store of a header"
	}
	return ""
}

// disassemble builds this test and returns the instructions of the functions above.
func disassemble(t *testing.T) map[string][]string {
	t.Helper()
	if testing.Short() {
		t.Skip("NO CODE WAS LOOKED AT: building takes too long for -short")
	}
	binary := filepath.Join(t.TempDir(), "msgpass.test")
	goTool(t, "test", "-c", "-o", binary, ".")
	code, name := map[string][]string{}, ""
	header := regexp.MustCompile(`^TEXT skerry/msgpass\.(\w+)\(SB\)`)
	instruction := regexp.MustCompile(`^\s+\S+\s+0x[0-9a-f]+\s+[0-9a-f]+\s+(.*\S)\s*$`)
	text := goTool(t, "tool", "objdump", "-s", `^skerry/msgpass\.(hot|plant)[A-Z]\w*$`, binary)
	for _, row := range strings.Split(text, "\n") {
		if m := header.FindStringSubmatch(row); m != nil {
			name = m[1]
		} else if m := instruction.FindStringSubmatch(row); m != nil {
			code[name] = append(code[name], m[1])
		}
	}
	return code
}

// goTool runs the go command in this package's directory.
func goTool(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("NO CODE WAS LOOKED AT: %v", err)
	}
	out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// The in-place API inlines.
func TestInPlaceAPIInlines(t *testing.T) {
	if !plainOrder || testing.Short() {
		t.Skip("NOTHING WAS BUILT: want amd64 without -race and without -short")
	}
	report := goTool(t, "build", "-gcflags=-m", ".")
	for _, name := range []string{
		"(*Sender).TrySlot", "(*Sender).Publish", "(*Receiver).Peek", "(*Receiver).Release",
		"Caller.Call", "Caller.Reply", "Callee.Request", "Callee.Answer",
		"Caller.Line", "Callee.Line", "MakeHeader",
	} {
		if !strings.Contains(report, "can inline "+name+"\n") {
			t.Errorf("%s does not inline", name)
		}
	}
}

// Sending, receiving and calling in place, and lending buffers, allocate nothing.
func TestInPlaceAPIDoesNotAllocate(t *testing.T) {
	a, b := pair(t)
	allocs := testing.AllocsPerRun(1000, func() {
		hotSend(&a.Out, 1, 2)
		hotReceive(&b.In)
		a.Out.TrySlots(MessageBytesMax)
		a.Out.PublishMessage(MakeHeader(testType, MessageBytesMax, 0))
		_, h, _ := b.Next()
		b.In.ReleaseMessage(h)
		hotCall(a.Callers[0], 1, 2)
		hotAnswer(b.Callees[0], 3, 4)
		if a.Callers[0].Reply() == 0 {
			t.Fatal("no reply")
		}
		buffer, _ := a.Pool.Take()
		d := a.Pool.Lend(buffer, 100)
		payload, err := b.Loans.Open(d)
		if err != nil {
			t.Fatal(err)
		}
		b.Loans.Return(payload)
	})
	if allocs != 0 {
		t.Fatalf("%v allocations a round: want none", allocs)
	}
}
