package net

import "skerry/msgpass"

//go:generate go run skerry/msgpass/idl/idlgen member.go

// Member is what the network of each core does for those of the others.
//
//idl:interface
type Member interface {
	// Drive tells that the sender has the card, and what the machine's network is: see settings.
	//
	//idl:max text=800
	Drive(text []byte)
	// Listen tells that the sender listens on a port, or no more. A local listener is for this
	// machine alone.
	Listen(protocol uint8, port uint16, local bool, open bool)
	// Flow tells of a flow of the sender's, by its key: the core that has the card, which has just
	// taken it over; or if that one sends it, a core that may do so, should the sender die.
	Flow(protocol uint8, remotePort uint16, localPort uint16, remote [2]uint64, local [2]uint64)
	// Told tells that all listeners and flows of the sender were told.
	Told()

	// Packet brings a short packet, with its envelope.
	//
	//idl:max packet=320
	Packet(envelope uint64, packet []byte)
	// Bulk brings a packet that fits one buffer of the bulk pool.
	Bulk(envelope uint64, place msgpass.Descriptor)
	// Pieces brings a packet in several buffers: their descriptors, 8 bytes each, the lowest first.
	//
	//idl:max places=264
	Pieces(envelope uint64, places []byte)
}
