package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What cannot be made is refused in one line, which says what was found and what was wanted.
func TestRefusals(t *testing.T) {
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	write := func(name, text string) {
		if err := os.WriteFile(path(name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("good.toml", "cores = 1\nmemory = \"16MiB\"\n[[app]]\nname = \"hello\"\n")
	write("bad.toml", "cores = 0\nmemory = \"16MiB\"\n[[app]]\nname = \"hello\"\n")
	write("text", "not a program")
	args := func(driver, libos, machine, program string) []string {
		return []string{"-driver", path(driver), "-libos", path(libos), "-machine", path(machine),
			"-program", path(program), "-o", path("image")}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "mkimage: []: want -driver FILE -libos FILE -machine "},
		{[]string{"-x"}, `mkimage: ["-x"]: want -driver FILE`},
		{args("text", "text", "none.toml", "text"), "mkimage: machine: open "},
		{args("text", "text", "bad.toml", "text"),
			path("bad.toml") + ":1: cores = 0: want a number from"},
		{args("text", "text", "good.toml", "none"), "image: app hello: open "},
		{args("none", "text", "good.toml", "text"), "mkimage: CPU driver: open "},
		{args("text", "none", "good.toml", "text"), "mkimage: libOS: open "},
		{args("text", "text", "good.toml", "text"), "image: CPU driver: EOF: want an ELF file"},
	} {
		err := run(c.args, io.Discard)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: want %s", err, c.want)
		}
	}
	if _, err := os.Stat(path("image")); err == nil {
		t.Error("an image was made: want none")
	}
}
