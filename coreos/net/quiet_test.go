package net

import "testing"

// A stack asks for a sign of life of a connection that is quiet, for as long as it is, and until it
// is closed. To ask of one that is not is found.
func TestQuietConnectionsAsk(t *testing.T) {
	outside, inside := accepted(t)
	c := inside.(*conn)
	options := c.endpoint.SocketOptions()
	look := func(want bool) {
		t.Helper()
		c.quiet.look()
		if options.GetKeepAlive() != want {
			t.Errorf("the stack asks: %v: want %v", !want, want)
		}
	}
	said := func() {
		t.Helper()
		if _, err := outside.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	said()
	look(false)
	look(true)
	look(true)
	said()
	look(false)

	said()
	c.quiet.heard.Store(false) // planted
	if c.quiet.look(); !options.GetKeepAlive() {
		t.Error("to ask of a connection that is not quiet is not found")
	}
	said()
	inside.Close()
	look(true)
}
