// Compress: text through gzip, flate and zlib, and back.
package main

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

func main() {
	text := []byte(strings.Repeat("a skerry is a small rocky island; ", 10000))
	makers := map[string]func(io.Writer) io.WriteCloser{
		"gzip":  func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"zlib":  func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
		"flate": func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 9); return f },
	}
	readers := map[string]func(io.Reader) (io.Reader, error){
		"gzip":  func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"zlib":  func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) },
		"flate": func(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil },
	}
	for _, name := range []string{"gzip", "zlib", "flate"} {
		var small bytes.Buffer
		w := makers[name](&small)
		w.Write(text)
		w.Close()
		fmt.Printf("%s: %d bytes, %08x, ", name, small.Len(), crc32.ChecksumIEEE(small.Bytes()))
		r, err := readers[name](&small)
		if err != nil {
			panic(err)
		}
		back, err := io.ReadAll(r)
		fmt.Println(bytes.Equal(back, text), err)
	}
}
