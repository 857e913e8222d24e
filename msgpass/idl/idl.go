// Package idl turns interfaces that are declared in Go into stubs: code that carries their method
// calls as messages between cores.
//
// # Declaring
//
// An interface is an ordinary Go interface with a directive:
//
//	//go:generate go run skerry/msgpass/idl/idlgen echo.go
//
//	// Echo answers.
//	//
//	//idl:interface events=EchoEvents
//	type Echo interface {
//		// Ping is a call, since it has a result.
//		Ping(seq uint64) (back uint64)
//		// Note is a one-way message, since it has none.
//		//
//		//idl:max text=256
//		Note(text string)
//		// Sync is a call too: its reply tells that it was done.
//		//
//		//idl:call
//		Sync()
//	}
//
//	// EchoEvents are what a server of Echo tells its clients.
//	type EchoEvents interface {
//		Tick(count uint64)
//	}
//
// Fields, all of them named, may be bool, integers, arrays of them, types named after those, and
// string or []byte with a declared maximum in bytes. A message holds msgpass.MessageBytesMax bytes.
// For more, hand over a buffer of the channel's bulk pool: a msgpass.Descriptor is a field too.
//
// # Generating
//
// `go generate` writes, next to echo.go:
//
//	echo_idl_client.go    EchoClient, for code in a core's loop; EchoCallbacks, what comes back
//	echo_idl_server.go    EchoServer, what one implements; ServeEcho, EchoPeer, replies, events
//	echo_idl_blocking.go  BlockingEcho, for goroutines
//	echo_idl_test.go      FuzzEcho
//
// # Using
//
// A server is told to a core's msgpass.Services by ServeEcho, whatever the number of clients. Its
// handlers run in the loop. They answer a call at once or later: the reply is a value to keep. A
// reply is never refused; an event may be. Fields of variable size are []byte in handlers, valid
// until the handler returns.
//
// A client binds to one channel. Try methods never wait: false means that there is no room, or no
// server yet. Each call carries a token, which comes back with the reply. When the channel goes
// down, the client is told which calls are lost.
//
// Both ends must be generated from the same declaration: its hash is compared when a client binds.
package idl

import "fmt"

// Limits of a declaration.
const (
	// MessagesMax bounds the messages of an interface: a generated table of them stays in one
	// function of the house style.
	MessagesMax = 60

	// wireVersion is part of every interface's version: it changes with how fields are laid out.
	wireVersion = 1
)

// File is a Go file that declares interfaces.
type File struct {
	Name       string // without folder
	Package    string
	Interfaces []*Interface
}

// Interface is one declared interface.
type Interface struct {
	Name     string
	Events   string // the name of the interface that declares the events, or ""
	Package  string
	Messages []*Message // methods in order, then events
	imports  map[string]bool
}

// Message is a method or an event.
type Message struct {
	Interface *Interface
	Name      string
	Doc       []string // lines of its comment
	Event     bool
	Call      bool // has a reply
	Params    Payload
	Results   Payload
}

// Payload is what travels in a message, or in its reply.
type Payload struct {
	Fields []Field
	Words  bool // fits one line as words; otherwise it is laid out as bytes
	Min    int  // bytes
	Max    int  // bytes
}

// Field is a parameter or a result.
type Field struct {
	Name     string
	Type     string // as generated code writes it
	Basic    string // the type of the integer or bool, or "bytes"
	Element  string // of an array: the type of its elements, as Type
	Count    int    // of an array
	IsArray  bool
	Limit    int    // of variable size: the declared maximum
	LimitVar string // the constant that holds it
}

// Variable tells whether the field is of variable size.
func (f Field) Variable() bool { return f.Basic == "bytes" }

// String returns the field as the version hash sees it.
func (f Field) String() string {
	switch {
	case f.Variable():
		return fmt.Sprintf("%s bytes<=%d", f.Name, f.Limit)
	case f.IsArray:
		return fmt.Sprintf("%s [%d]%s", f.Name, f.Count, f.Basic)
	}
	return f.Name + " " + f.Basic
}

// Methods returns the messages that go to the server.
func (i *Interface) Methods() []*Message { return i.filter(false) }

// EventList returns the messages that the server sends unasked.
func (i *Interface) EventList() []*Message { return i.filter(true) }

func (i *Interface) filter(events bool) (list []*Message) {
	for _, m := range i.Messages {
		if m.Event == events {
			list = append(list, m)
		}
	}
	return list
}

// ReplyBytes returns the size of the longest reply.
func (i *Interface) ReplyBytes() (size int) {
	for _, m := range i.Messages {
		size = max(size, m.Results.Max)
	}
	return size
}

// Signature returns all that both ends must agree on, as text.
func (i *Interface) Signature() string {
	text := fmt.Sprintf("wire %d\ninterface %s.%s\n", wireVersion, i.Package, i.Name)
	for _, m := range i.Messages {
		kind := "message"
		if m.Event {
			kind = "event"
		} else if m.Call {
			kind = "call"
		}
		text += fmt.Sprintf("%s %s %v %v\n", kind, m.Name, m.Params.Fields, m.Results.Fields)
	}
	return text
}
