package vitals

const (
	// counterBytesMax is what a counter takes in an answer besides its name: a space, the digits of
	// a uint64, and the end of the line.
	counterBytesMax = 1 + 20 + 1

	// stopBounds is how many bounds sort the stops of a runtime; longer ones are in a last class.
	stopBounds = 7
)
