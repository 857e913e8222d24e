package image

import "skerry/kernel/layout"

// The driver's functions that the image leads to.
const (
	startFunction   = "main.start"
	syscallFunction = "main.syscallEntry"
	vectorsFunction = "main.vectors"
)

// readDriver decodes the CPU driver's ELF file.
func readDriver(file []byte) (*freestanding, error) {
	d := &freestanding{name: "CPU driver", room: span{layout.Driver, layout.DataEnd}}
	err := d.read(file, []string{startFunction, syscallFunction, vectorsFunction})
	if err != nil {
		return nil, err
	}
	if d.data.start < layout.Driver+layout.TablesMaxBytes {
		return nil, d.refuse("data at %#x: want it at or above %#x, above the page tables",
			d.data.start, layout.Driver+layout.TablesMaxBytes)
	}
	return d, nil
}
