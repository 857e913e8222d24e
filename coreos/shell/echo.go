package shell

//go:generate go run skerry/msgpass/idl/idlgen echo.go

// Echo is there to be measured.
//
//idl:interface
type Echo interface {
	// Ping answers with the number it got.
	Ping(seq uint64) (back uint64)
	// Load carries a number and needs no answer.
	Load(seq uint64)
}
