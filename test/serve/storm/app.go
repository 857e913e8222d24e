package storm

import (
	"os"

	"skerry/coreos"
)

// App returns the storm as an app, which has its core, and the runtime there, for itself.
func App() coreos.App {
	return coreos.App{Name: "storm", Run: func(*coreos.OS) error {
		return Start().Report(os.Stdout)
	}}
}
