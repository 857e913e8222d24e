package image

import (
	"encoding/binary"
	"fmt"
	"path"
	"strings"

	"skerry/kernel/files"
	"skerry/kernel/layout"
)

// File is a file that programs may read.
type File struct {
	Path  string // absolute and clean
	Bytes []byte
	Mode  uint64 // permission bits
}

// Bits of Linux's st_mode.
const (
	modeFolder  = 0o040000
	modeRegular = 0o100000
	modeSticky  = 0o001000
)

const fileAlign = 64

// foldersOf returns the folders that a tree of files has, each after the one that it is in.
func foldersOf(list []File) []string {
	folders := []string{"/", "/tmp"}
	known := map[string]bool{"/": true, "/tmp": true}
	for _, f := range list {
		for i := range f.Path {
			if folder := f.Path[:i]; i > 0 && f.Path[i] == '/' && !known[folder] {
				known[folder] = true
				folders = append(folders, folder)
			}
		}
	}
	return folders
}

// checkFiles refuses files that are not one tree.
func checkFiles(list []File) error {
	seen := map[string]bool{}
	for _, folder := range foldersOf(list) {
		seen[folder] = true
	}
	if n := len(list) + len(seen); n > files.ImageMax {
		return fmt.Errorf("image: %d files and folders: want %d at most", n, files.ImageMax)
	}
	for _, f := range list {
		if path.Clean("/"+f.Path) != f.Path || strings.Contains(f.Path, "\x00") {
			return fmt.Errorf("image: file %q: want an absolute path without . and ..", f.Path)
		}
		for name := range strings.SplitSeq(f.Path, "/") {
			if n := len(name); n > files.NameMax {
				return fmt.Errorf("image: file %q: a name of %d bytes: want %d at most", f.Path, n,
					files.NameMax)
			}
		}
		if seen[f.Path] {
			return fmt.Errorf("image: file %s is there twice, or a folder too: want it once",
				f.Path)
		}
		seen[f.Path] = true
	}
	return nil
}

// filesImage returns what programs find at layout.Files: a list, names, and what is in the files.
func filesImage(list []File) []byte {
	image := files.Image{}
	c := &contents{start: layout.Files, bytes: make([]byte, binary.Size(image))}
	places := map[string]uint64{"/": 1}
	add := func(name string, f files.File) {
		folder, base := path.Split(name)
		f.Parent = places[path.Clean(folder)]
		f.Name, f.NameBytes = c.add([]byte(base), 1), uint64(len(base))
		image.File[image.Files] = f
		image.Files++
		places[name] = image.Files
	}
	for _, name := range foldersOf(list) {
		mode := uint64(modeFolder | 0o555)
		if name == "/tmp" {
			mode = modeFolder | modeSticky | 0o777
		}
		add(name, files.File{Mode: mode})
	}
	for _, f := range list {
		add(f.Path, files.File{
			Data: c.add(f.Bytes, fileAlign), Bytes: uint64(len(f.Bytes)),
			Mode: modeRegular | f.Mode&0o777,
		})
	}
	r := &record{}
	r.add(&image)
	copy(c.bytes, r.bytes)
	return c.bytes
}
