package machine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Port is what an app serves.
type Port struct {
	Number  uint16
	Network string // tcp or udp
}

// String returns the port as a description has it: 80/tcp.
func (p Port) String() string { return fmt.Sprintf("%d/%s", p.Number, p.Network) }

// ParsePort reads a port.
func ParsePort(text string) (Port, error) {
	number, network, _ := strings.Cut(text, "/")
	n, err := strconv.ParseUint(number, 10, 16)
	if err != nil || n == 0 || network != "tcp" && network != "udp" {
		return Port{}, fmt.Errorf(`machine: port %q: want one such as "80/tcp" or "53/udp"`, text)
	}
	return Port{uint16(n), network}, nil
}

// ports returns what the key "ports" lists.
func (t table) ports() (ports []Port) {
	for _, text := range t.texts("ports") {
		port, err := ParsePort(text)
		if err != nil {
			t.refuse("ports", fmt.Sprintf("ports with %q", text),
				`ports such as "80/tcp" or "53/udp"`)
		}
		ports = append(ports, port)
	}
	return ports
}

// checkPorts refuses ports that the app has twice, or another one has.
func (m *Machine) checkPorts(t table, app App) {
	for i, port := range app.Ports {
		if slices.Contains(app.Ports[:i], port) {
			t.refuse("ports", fmt.Sprintf("%v twice for %s", port, app.Name), "it once")
		}
		for _, other := range m.Apps {
			if slices.Contains(other.Ports, port) {
				t.refuse("ports", fmt.Sprintf("%v for %s and for %s", port, other.Name, app.Name),
					"each port for one app")
			}
		}
	}
}
