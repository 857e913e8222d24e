// Command instance is the program that every core of a machine runs. `skerry run` starts it; the
// app that it runs is the one named there.
package main

import (
	"skerry/apps/echo"
	"skerry/apps/httpd"
	"skerry/apps/kv"
	"skerry/apps/pingpong"
	"skerry/apps/pprof"
	"skerry/coreos"
	"skerry/coreos/entropy"
	"skerry/coreos/net"
	"skerry/coreos/shell"
)

func main() {
	coreos.Main(
		echo.App(),
		entropy.App(),
		httpd.App(),
		kv.App(),
		net.App(),
		pingpong.App(),
		pprof.App(),
		shell.App(),
	)
}
