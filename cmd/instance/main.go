// Command instance is the program that every core of a machine runs. `skerry run` starts it; the
// app that it runs is the one named there.
package main

import (
	"skerry/apps/pingpong"
	"skerry/coreos"
	"skerry/coreos/shell"
)

func main() {
	coreos.Main(
		pingpong.App(),
		shell.App(),
	)
}
