// Package example declares an interface with every kind of message and field, as an example and for
// the tests of the generator.
package example

import (
	"skerry/kernel"
	"skerry/msgpass"
)

//go:generate go run skerry/msgpass/idl/idlgen example.go

// Phase is an integer type of an interface's own.
type Phase int16

// Echo answers, remembers and tells.
//
//idl:interface events=EchoEvents
type Echo interface {
	// Ping answers with the number it got.
	Ping(seq uint64) (back uint64)
	// Tell carries a number and needs no answer.
	Tell(count uint64)
	// Where answers which core serves, in which phase, and whether it is well.
	Where(core kernel.CoreID, phase Phase) (server kernel.CoreID, now kernel.Instant, well bool)
	// Sync answers when all that was sent before is done.
	//
	//idl:call
	Sync()
	// Note leaves a text.
	//
	//idl:max text=800
	Note(text string)
	// Read answers with the notes from the given one on, as much as fits.
	//
	//idl:max data=600
	Read(from int32) (data []byte)
	// Hash answers for a digest whether it is known.
	Hash(digest [32]byte, parts [3]uint16) (known [4]bool, next [16]uint32)
	// Load hands a payload in the channel's bulk pool over, and answers how long it was.
	Load(payload msgpass.Descriptor) (size int)
	// Subscribe asks for a tick each time that somebody calls Tell.
	Subscribe(on bool)
}

// EchoEvents is what a server of Echo tells its clients.
type EchoEvents interface {
	// Tick tells the number that somebody told.
	Tick(count uint64)
	// Noted tells of a new note.
	//
	//idl:max text=800
	Noted(by kernel.CoreID, text string)
}
