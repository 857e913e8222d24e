package main

import (
	"errors"
	"io"
	"os"

	"skerry/test/bench/harness"
)

// outputs are the files that the flags name, nil if not asked for. They are opened before anything
// is measured: a path that cannot be written to must not cost a run.
type outputs struct{ json, plot *os.File }

func (o options) outputs() (f outputs, err error) {
	if f.json, err = create(o.jsonFile); err != nil {
		return f, err
	}
	if f.plot, err = create(o.plotFile); err != nil {
		f.close()
	}
	return f, err
}

func create(path string) (*os.File, error) {
	if path == "" {
		return nil, nil
	}
	return os.Create(path)
}

// write writes what the run gave; header stands above the picture.
func (f outputs) write(bench string, header []string, rows []harness.Row) error {
	return errors.Join(
		fill(f.json, func(w io.Writer) error { return harness.WriteJSON(w, rows) }),
		fill(f.plot, func(w io.Writer) error {
			return harness.WritePlot(w, "bench "+bench, header, rows)
		}))
}

func fill(f *os.File, write func(io.Writer) error) error {
	if f == nil {
		return nil
	}
	return write(f)
}

func (f outputs) close() error {
	var all []error
	for _, file := range []*os.File{f.json, f.plot} {
		if file != nil {
			all = append(all, file.Close())
		}
	}
	return errors.Join(all...)
}
