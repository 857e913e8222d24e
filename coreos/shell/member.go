package shell

//go:generate go run skerry/msgpass/idl/idlgen member.go

// Member is what the shell of each core does for those of the others.
//
//idl:interface
type Member interface {
	// Crash makes the instance panic.
	Crash()
	// Spin takes the processor from the instance, for good.
	Spin()
	// Note tells what the core with the console does: how many commands were begun before, the exit
	// status of the first that failed, and the command that it runs now, or none.
	//
	//idl:call
	//idl:max text=256
	Note(number uint32, status uint8, text string)
}
