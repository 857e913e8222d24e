package image

import (
	"fmt"
	"path"
	"strings"

	"skerry/kernel/manifest"
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
func foldersOf(files []File) []string {
	folders := []string{"/", "/tmp"}
	known := map[string]bool{"/": true, "/tmp": true}
	for _, f := range files {
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
func checkFiles(files []File) error {
	seen := map[string]bool{}
	for _, folder := range foldersOf(files) {
		seen[folder] = true
	}
	if n := len(files) + len(seen); n > manifest.FilesMax {
		return fmt.Errorf("image: %d files and folders: want %d at most", n, manifest.FilesMax)
	}
	for _, f := range files {
		if path.Clean("/"+f.Path) != f.Path || strings.Contains(f.Path, "\x00") {
			return fmt.Errorf("image: file %q: want an absolute path without . and ..", f.Path)
		}
		for name := range strings.SplitSeq(f.Path, "/") {
			if n := len(name); n > manifest.NameMax {
				return fmt.Errorf("image: file %q: a name of %d bytes: want %d at most", f.Path, n,
					manifest.NameMax)
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

// addFiles adds files, and lists them in m after their folders.
func (c *contents) addFiles(m *manifest.Manifest, files []File) {
	places := map[string]uint64{"/": 1}
	add := func(name string, f manifest.File) {
		folder, base := path.Split(name)
		f.Parent = places[path.Clean(folder)]
		f.Name, f.NameBytes = c.add([]byte(base), 1), uint64(len(base))
		m.File[m.Files] = f
		m.Files++
		places[name] = m.Files
	}
	for _, name := range foldersOf(files) {
		mode := uint64(modeFolder | 0o555)
		if name == "/tmp" {
			mode = modeFolder | modeSticky | 0o777
		}
		add(name, manifest.File{Mode: mode})
	}
	for _, f := range files {
		add(f.Path, manifest.File{
			Data: c.add(f.Bytes, fileAlign), Bytes: uint64(len(f.Bytes)),
			Mode: modeRegular | f.Mode&0o777,
		})
	}
}
