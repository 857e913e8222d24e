package main

import (
	_ "embed"
	"fmt"
	"strings"

	"skerry/tools/machine"
)

// The default machine has so many cores, of which the last ones serve.
const (
	coresDefault  = 4
	serversOfThem = "1-3"
)

//go:embed default.toml
var defaultText string

// standard returns the default machine, with another number of cores if it was asked for.
func (o *options) standard() (*machine.Machine, error) {
	text := defaultText
	if o.cores > 0 {
		servers := fmt.Sprintf("1-%d", o.cores-1)
		driver := "0-1"
		if o.cores == 1 {
			servers, driver = "0", "0"
		}
		text = strings.NewReplacer(
			fmt.Sprintf("cores = %d\n", coresDefault), fmt.Sprintf("cores = %d\n", o.cores),
			serversOfThem, servers, `"0-1"`, fmt.Sprintf("%q", driver),
		).Replace(text)
	}
	if o.bare.memory != "" {
		text = strings.Replace(text, memoryApps, o.bare.memory, 1)
	}
	return machine.Parse([]byte(text), "default.toml", o.apps())
}
