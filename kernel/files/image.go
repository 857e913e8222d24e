package files

// Image is what the image writer puts at layout.Files: the files and folders that programs may
// read. Their names and what is in them lie behind it, wherever File says.
type Image struct {
	Files uint64 // how many there are: the first is the root, the second /tmp
	File  [ImageMax]File
}

// File is a file or folder. Addresses are virtual.
type File struct {
	Parent          uint64 // its place among the files, plus 1
	Name, NameBytes uint64
	Data, Bytes     uint64
	Mode            uint64 // of Linux's struct stat
}
