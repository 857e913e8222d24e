package entropy

//go:generate go run skerry/msgpass/idl/idlgen member.go

// Member is what each core does for the one that has the source.
//
//idl:interface
type Member interface {
	// Stir mixes a seed into the core's random numbers.
	Stir(seed [4]uint64)
}
