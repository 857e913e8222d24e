// Files: what is given with the program, read in several ways; and new ones in a directory of its
// own. Its argument is the directory with the given ones.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func read(folder string) {
	must(filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		must(err)
		info, err := d.Info()
		must(err)
		name, err := filepath.Rel(folder, path)
		must(err)
		if d.IsDir() {
			fmt.Println(name, "is a directory")
			return nil
		}
		text, err := os.ReadFile(path)
		must(err)
		fmt.Printf("%s: %d bytes, %q\n", name, info.Size(), text)
		return nil
	}))
	f, err := os.Open(filepath.Join(folder, "one.txt"))
	must(err)
	defer f.Close()
	part := make([]byte, 4)
	_, err = f.ReadAt(part, 2)
	fmt.Printf("%q %v\n", part, err)
	_, err = f.Seek(-3, io.SeekEnd)
	must(err)
	rest, err := io.ReadAll(f)
	fmt.Printf("%q %v\n", rest, err)
	_, err = os.Stat(filepath.Join(folder, "none.txt"))
	fmt.Println(errors.Is(err, fs.ErrNotExist))
}

func write() {
	folder, err := os.MkdirTemp("", "files")
	must(err)
	path := filepath.Join(folder, "a")
	f, err := os.Create(path)
	must(err)
	w := bufio.NewWriter(f)
	for i := range 10000 {
		fmt.Fprintln(w, i)
	}
	must(w.Flush())
	must(f.Truncate(40000))
	_, err = f.WriteAt([]byte("hole"), 50000)
	must(err)
	must(f.Close())
	must(os.Rename(path, path+"b"))
	must(os.Mkdir(path, 0o755))
	text, err := os.ReadFile(path + "b")
	must(err)
	sum := 0
	for _, b := range text {
		sum += int(b)
	}
	fmt.Println(len(text), sum, string(text[50000:]))
	entries, err := os.ReadDir(folder)
	must(err)
	for _, e := range entries {
		fmt.Println(e.Name(), e.IsDir())
	}
	must(os.RemoveAll(folder))
	_, err = os.ReadDir(folder)
	fmt.Println(errors.Is(err, fs.ErrNotExist))
}

func main() {
	read(os.Args[1])
	write()
}
