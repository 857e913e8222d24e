package shard

//go:generate go run skerry/msgpass/idl/idlgen carrier.go

// Carrier carries messages between the cores of a store.
//
//idl:interface
type Carrier interface {
	// Carry brings the next bytes of a stream of messages, each behind its length.
	//
	//idl:max part=894
	Carry(part []byte)
}
