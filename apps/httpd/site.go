package httpd

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed site
var site embed.FS

// file is one of the site, as it is answered.
type file struct {
	bytes []byte
	kind  []string // the header Content-Type
	tag   []string // the header ETag: clients that have these bytes need them not again
}

// siteFiles returns the files of the site by path. That of a folder is its index.html.
func siteFiles() (map[string]*file, error) {
	files := map[string]*file{}
	err := fs.WalkDir(site, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := site.ReadFile(name)
		if err != nil {
			return err
		}
		hash := sha256.Sum256(text)
		f := &file{
			bytes: text, kind: []string{kindOf(path.Ext(name))},
			tag: []string{`"` + hex.EncodeToString(hash[:8]) + `"`},
		}
		at := name[len("site"):]
		files[at] = f
		if path.Base(at) == "index.html" {
			files[at[:len(at)-len("index.html")]] = f
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("httpd: site: %w", err)
	}
	return files, nil
}

// kindOf returns what files with an extension are.
func kindOf(extension string) string {
	switch extension {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	}
	return "application/octet-stream"
}

// ServeHTTP implements http.Handler.
func (f *file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header["Content-Type"], header["Etag"] = f.kind, f.tag
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.bytes))
}
