// Command gohttp is what one would write in Go without Skerry: a web server in one process. It
// serves the site of apps/httpd with the same code. With "storm", the process has something else
// to do as well: it allocates without pause. It may be the only process of a Linux guest.
//
//	GOMAXPROCS=2 gohttp ADDRESS [storm]
package main

import (
	"fmt"
	"net"
	"os"

	"skerry/apps/httpd"
	"skerry/test/serve/rivals/guest"
	"skerry/test/serve/storm"
)

func main() {
	if len(os.Args) < 2 || len(os.Args) > 3 || len(os.Args) == 3 && os.Args[2] != "storm" {
		fmt.Fprintln(os.Stderr, "usage: gohttp ADDRESS [storm]")
		os.Exit(2)
	}
	if err := guest.Begin(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	l, err := net.Listen("tcp", os.Args[1])
	if err == nil {
		if len(os.Args) == 3 {
			go storm.Start().Report(os.Stdout)
		}
		err = httpd.ServeAlone(l)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
