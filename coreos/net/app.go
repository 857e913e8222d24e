package net

import (
	"fmt"

	"skerry/coreos"
)

// App returns an app that makes its core part of the machine's network and does nothing else: for a
// core that drives a card and serves nobody.
func App() coreos.App {
	return coreos.App{Name: "net", Run: func(s *coreos.OS) error {
		if _, err := Of(s); err != nil {
			return fmt.Errorf("coreos/net: %w", err)
		}
		select {}
	}}
}
