package idl

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// parseText parses a declaration that stands in a string.
func parseText(t *testing.T, text string) (*File, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("refused.go", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return Parse("refused.go")
}

// What cannot be carried is refused with its position, what was found and what is wanted.
func TestParseRefuses(t *testing.T) {
	text, err := os.ReadFile("testdata/refused.txt")
	if err != nil {
		t.Fatal(err)
	}
	for c := range strings.SplitSeq(string(text), "\n-- ") {
		name, body, _ := strings.Cut(c, "\n")
		source, want, ok := strings.Cut(body, "want: ")
		if !ok {
			t.Fatalf("case %q has no want", name)
		}
		t.Run(strings.TrimPrefix(name, "-- "), func(t *testing.T) {
			_, err := parseText(t, "// Refused.\n\npackage refused\n\n\n"+source)
			if err == nil || err.Error() != strings.TrimSpace(want) {
				t.Fatalf("error\n%v\nwant\n%s", err, want)
			}
		})
	}
}

// The same declarations always give the same files, and those of the example are up to date.
func TestGenerateIsDeterministic(t *testing.T) {
	for range 3 {
		file, err := Parse("example/example.go")
		if err != nil {
			t.Fatal(err)
		}
		outputs, err := file.Generate()
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range outputs {
			there, err := os.ReadFile(filepath.Join("example", o.Name))
			if err != nil || !bytes.Equal(there, o.Text) {
				t.Fatalf("%s differs from what is generated (error %v): want the same", o.Name, err)
			}
		}
	}
}

// The version changes with all that both ends must agree on, and with nothing else.
func TestVersion(t *testing.T) {
	hash := func(method string) string {
		f, err := parseText(t, "package refused\n\n//idl:interface\ntype Echo interface {\n"+
			method+"\n}")
		if err != nil {
			t.Fatal(err)
		}
		return version(f.Interfaces[0])
	}
	base := hash("Ping(seq uint32) (back uint32)")
	if hash("// Ping has a comment.\nPing(seq uint32) (back uint32)") != base {
		t.Fatal("the version changes with a comment")
	}
	for _, other := range []string{"Pong(seq uint32) (back uint32)", "Ping(seq uint32)",
		"Ping(sequence uint32) (back uint32)", "Ping(seq int32) (back uint32)",
		"Ping(seq uint32) (back [1]uint32)", "Ping(seq uint32) (back uint32)\nTell()"} {
		if hash(other) == base {
			t.Errorf("%s: the version is that of another declaration", other)
		}
	}
}

// A fault in the stubs, or in what they stand on, is found by the generated fuzz target's seeds or
// by the tests of the example: each is planted into a copy of a file.
func TestPlantedFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a test for each fault")
	}
	const client, server = "example/example_idl_client.go", "example/example_idl_server.go"
	for _, fault := range []struct{ name, file, from, to, test string }{
		{"size unchecked", server, "header.Shape() != msgpass.Plain+8", "false", "FuzzEcho"},
		{"reply's size unchecked", client, "header.Shape() != msgpass.Reply+8", "false",
			"FuzzEcho"},
		{"rest unchecked", server, "!reader.Done()", "false", "FuzzEcho"},
		{"maximum unchecked", server, "Bytes(EchoNoteTextMax)", "Bytes(1 << 16)", "FuzzEcho"},
		{"a word twice", server, "w1 := line[1]", "w1 := line[0]", "FuzzEcho"},
		{"fields swapped", client, "uint64(core) | uint64(uint16(phase))<<32",
			"uint64(core)<<16 | uint64(uint16(phase))", "FuzzEcho"},
		{"bool unchecked", server, "w0&0xff > 1", "false", "TestHostileClient"},
		{"call unchecked", client, "if !ok {", "if !ok && false {", "TestHostileServer"},
		{"other call answered", "../port_client.go", "p.calls[tag].kind != h.Type()", "false",
			"TestHostileServer"},
		{"number unchecked", "../bind.go", "number&1 == c.link.side", "false", "TestHostileClient"},
		{"version unchecked", "../bind.go", "served.face.Version != version", "false",
			"TestBindRefused"},
		{"no backlog", "../port_server.go", "p.answers = &p.backlog.in", "",
			"TestRepliesWaitForRoom"},
		{"backlog for ever", "../port_server.go", "p.answers = &p.channel.Out\n	return true",
			"return true", "TestRepliesWaitForRoom"},
		{"calls unbounded", "../port_client.go", "if p.free == 0 {", "if false {",
			"TestCallsInFlight"},
	} {
		t.Run(fault.name, func(t *testing.T) {
			text, err := os.ReadFile(fault.file)
			if err != nil {
				t.Fatal(err)
			}
			planted := strings.ReplaceAll(string(text), fault.from, fault.to)
			if planted == string(text) {
				t.Fatalf("%s has no %q to plant the fault in", fault.file, fault.from)
			}
			output := testWith(t, fault.file, planted, fault.test)
			if !strings.Contains(output, "--- FAIL: ") {
				t.Fatalf("the fault is not found: want %s to fail\n%s", fault.test, output)
			}
		})
	}
}

// testWith runs a test of the example with another text of one of its files.
func testWith(t *testing.T, name, text, test string) string {
	t.Helper()
	folder := t.TempDir()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	other, overlay := filepath.Join(folder, "planted.go"), filepath.Join(folder, "overlay.json")
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{path: other}})
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string][]byte{other: []byte(text), overlay: list} {
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command("go", "test", "-vet=off", "-overlay", overlay, "-run", "^"+test+"$",
		"./example")
	output, _ := run.CombinedOutput() // it fails: that is the point
	return string(output)
}
