package example

import (
	"errors"
	"fmt"
	"testing"

	"skerry/msgpass"
)

// What no stub sends is refused with ErrProtocol, and takes the channel down: a wrong size, a bool
// that is neither, a reply to nothing, a message in the wrong direction, a binding that is not.
// TestPlantedFaults of package idl leaves out checks of the server, and sees this test fail.
func TestHostileClient(t *testing.T) {
	for _, hostile := range []struct {
		name string
		h    msgpass.Header
		word uint64
	}{
		{"size", msgpass.MakeHeader(2<<8|echoTell, 7, 0), 0},
		{"size of nothing", msgpass.MakeHeader(2<<8|echoSync, 1, 0), 0},
		{"bool", msgpass.MakeHeader(2<<8|echoSubscribe, 1, 0), 2},
		{"text too long for its message", msgpass.MakeHeader(2<<8|echoNote, 4, 0), 3},
		{"text with something behind", msgpass.MakeHeader(2<<8|echoNote, 4, 0), 1},
		{"reply", msgpass.MakeHeader(2<<8|echoPing, 8, 0) | msgpass.FlagReply, 0},
		{"reply of any size", msgpass.MakeHeader(2<<8|echoNote, 2, 0) | msgpass.FlagReply, 0},
		{"event", msgpass.MakeHeader(2<<8|echoTick, 8, 0), 0},
		{"binding", msgpass.MakeHeader(4<<8|echoTell, 8, 0), 0},
		{"binding beyond all", msgpass.MakeHeader(66<<8|echoTell, 8, 0), 0},
		{"bind again", msgpass.MakeHeader(3, 16, 2), 0},
		{"bind with a number of the other end", msgpass.MakeHeader(3, 16, 3), 0},
		{"bind with no number", msgpass.MakeHeader(3, 16, 0), 0},
		{"answer to no question", msgpass.MakeHeader(4, 16, 1), 0},
	} {
		_, _, client, server := bindSink(t)
		l := client.Out.TrySlot()
		l[0] = hostile.word
		client.Out.Publish(l, hostile.h)
		t.Run(hostile.name, func(t *testing.T) { refuses(t, server) })
	}
}

// refuses fails the test unless the next message is refused, and takes the channel down.
func refuses(t *testing.T, c *msgpass.Channel) {
	t.Helper()
	if _, err := c.Dispatch(1); !errors.Is(err, msgpass.ErrProtocol) || c.Up() {
		t.Fatalf("error %v, up %v: want ErrProtocol and down", err, c.Up())
	}
}

// The same for a server: a reply to nothing, to another call, twice. TestPlantedFaults of package
// idl leaves out checks of the client, and sees this test fail.
func TestHostileServer(t *testing.T) {
	for _, h := range []msgpass.Header{
		msgpass.MakeHeader(2<<8|echoPing, 8, 1) | msgpass.FlagReply,
		msgpass.MakeHeader(2<<8|echoPing, 8, 64) | msgpass.FlagReply,
		msgpass.MakeHeader(2<<8|echoPing, 8, 0),
		msgpass.MakeHeader(2<<8|echoLoad, 8, 0) | msgpass.FlagReply,
		msgpass.MakeHeader(2<<8|echoTell, 8, 0),
		msgpass.MakeHeader(2<<8|echoTick, 8, 0) | msgpass.FlagReply,
		msgpass.MakeHeader(4, 16, 2),
	} {
		_, c, client, server := bindSink(t)
		c.TryPing(1, 1)
		server.Out.Publish(server.Out.TrySlot(), h)
		t.Run(fmt.Sprintf("header %#x", uint64(h)), func(t *testing.T) { refuses(t, client) })
	}
}
