package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// A machine is up when each of its cores has said hello, whatever else is said between.
func TestAllHello(t *testing.T) {
	v := &virtual{cores: 2}
	for said, want := range map[string]bool{
		"":                                     false,
		"hello from core 0\n":                  false,
		"hello from core 0\nhello from core 1": false,
		"hello from core 1\r\n[0.1] hello from core 0\n": true,
		"hello from core 0\nhello from core 10\n":        false,
	} {
		if got := v.allHello(said); got != want {
			t.Errorf("after %q all have said hello: %v: want %v", said, got, want)
		}
	}
}

// Reading ends as soon as there is enough, and never goes on without bound.
func TestReadUntil(t *testing.T) {
	in := iotest.OneByteReader(strings.NewReader("one two three"))
	got, err := readUntil(in, func(s string) bool { return strings.HasSuffix(s, "two") })
	if got != "one two" || err != nil {
		t.Errorf("read %q, error %v: want %q", got, err, "one two")
	}
	never := func(string) bool { return false }
	if _, err := readUntil(strings.NewReader("x"), never); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: error %v: want %v", err, io.EOF)
	}
	endless, stop := io.Pipe()
	defer stop.Close()
	go func() {
		for _, err := stop.Write(make([]byte, 4096)); err == nil; {
			_, err = stop.Write(make([]byte, 4096))
		}
	}()
	got, err = readUntil(endless, never)
	endless.Close()
	if err == nil || len(got) > 2*consoleBytesMax {
		t.Errorf("of endless output %d bytes were read, error %v: want an end", len(got), err)
	}
}

// An initramfs is what cpio writes: entries at multiples of 4 bytes, their sizes in the headers.
func TestInitramfs(t *testing.T) {
	modules := map[string][]byte{"b": nil, "a": []byte("x")}
	archive := initramfs([]byte("program"), modules)
	var names []string
	for at := 0; at < len(archive); {
		header := archive[at:]
		size, name := hexField(t, header, 6), hexField(t, header, 11)
		text := string(header[110 : 110+name-1])
		names = append(names, text)
		content := (110 + name + 3) &^ 3
		if got := string(header[content : content+size]); text == "init" && got != "program" {
			t.Errorf("init holds %q: want the program", got)
		}
		at += (content + size + 3) &^ 3
	}
	const want = "dev dev/console init modules modules/a modules/b TRAILER!!!"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("entries %s: want %s", got, want)
	}
}

// hexField returns a number of a header of the archive.
func hexField(t *testing.T, header []byte, index int) int {
	t.Helper()
	digits := append([]byte("00000000"), header[6+8*index:][:8]...)
	value := 0
	for _, d := range digits {
		value = value*16 + strings.IndexByte("0123456789abcdef", d)
	}
	return value
}

// A kernel comes out of its bzImage as it went in; what is none is refused.
func TestUnpackKernel(t *testing.T) {
	gzip := exec.Command("gzip", "-c")
	gzip.Stdin = strings.NewReader("a kernel")
	payload, err := gzip.Output()
	if err != nil {
		t.Skipf("SKIPPED, nothing was checked: gzip: %v", err)
	}
	payload = append(payload, 8, 0, 0, 0) // as the kernel's build does
	good := make([]byte, 3*sectorBytes)
	good[setupSectors] = 1
	binary.LittleEndian.PutUint32(good[payloadOffset:], 512)
	binary.LittleEndian.PutUint32(good[payloadLength:], uint32(len(payload)))
	good = append(good, payload...)
	long := bytes.Clone(good)
	binary.LittleEndian.PutUint32(long[payloadLength:], 1<<31)
	strange := bytes.Clone(good)
	strange[3*sectorBytes] = 'x'
	dir := t.TempDir()
	in, out := filepath.Join(dir, "bzImage"), filepath.Join(dir, "vmlinux")
	for name, c := range map[string]struct {
		image []byte
		good  bool
	}{"good": {good, true}, "empty": {nil, false}, "long": {long, false},
		"strange": {strange, false}} {
		if err := os.WriteFile(in, c.image, 0o600); err != nil {
			t.Fatal(err)
		}
		err := unpackKernel(in, out)
		if (err == nil) != c.good {
			t.Errorf("%s: error %v: want one unless good", name, err)
		}
		if got, _ := os.ReadFile(out); c.good && string(got) != "a kernel" {
			t.Errorf("%s: %q comes out: want what went in", name, got)
		}
	}
}

// What a machine on bare says is passed on only if it is a worker's answer, and behind a stop.
func TestPassAnswers(t *testing.T) {
	const said = "[0.1] skerry: 2 cores\r\n[0.2] ready\nok 12\r\n[3.0] core 1 died\nerror x\n"
	var answers bytes.Buffer
	note := func(what string) func() error {
		return func() error {
			_, err := fmt.Fprintln(&answers, what)
			return err
		}
	}
	err := passAnswers(strings.NewReader(said), &answers, note("pin"), note("stop"))
	want := "pin\nstop\nready\nstop\nok 12\nstop\nerror x\n"
	if err != nil || answers.String() != want {
		t.Errorf("passed on %q, error %v: want %q", &answers, err, want)
	}
}
