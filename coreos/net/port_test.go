package net

import (
	"strings"
	"testing"
)

// An app with a port takes a port, and tells of anything else.
func TestPort(t *testing.T) {
	for _, c := range []struct {
		args    string
		port    int
		refusal string
	}{
		{"", 80, ""}, {"-port 8080", 8080, ""}, {"--port=65535", 65535, ""},
		{"-port 0", 0, `"0"`}, {"-port 65536", 0, `"65536"`}, {"-port x", 0, `"x"`},
		{"-port", 0, "-port"}, {"8080", 0, `"8080"`}, {"-porto 1", 0, "-porto"},
		{"-port 1 more", 0, `"more"`},
	} {
		port, err := Port(strings.Fields(c.args), 80)
		if port != c.port || (err == nil) != (c.refusal == "") {
			t.Errorf("%q: port %d, error %v: want %d", c.args, port, err, c.port)
		}
		if err != nil && !(strings.Contains(err.Error(), c.refusal) &&
			strings.HasSuffix(err.Error(), "want -port NUMBER, or nothing")) {
			t.Errorf("%q: %v: want it to say %s, and what is wanted", c.args, err, c.refusal)
		}
	}
}
