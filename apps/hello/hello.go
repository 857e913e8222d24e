// Hello is the smallest program for Skerry: each core of a machine says hello.
package main

import "skerry/coreos"

func main() {
	coreos.Main(coreos.App{Name: "hello", Run: func(s *coreos.OS) error {
		s.Logf("I am one of %d cores", len(s.Core().Boot().Cores))
		return nil
	}})
}
