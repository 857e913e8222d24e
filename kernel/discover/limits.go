package discover

const (
	// lineBytesMax bounds the command line: as Linux, COMMAND_LINE_SIZE.
	lineBytesMax = 2048

	// busesMax and capabilitiesMax bound what is looked at: all that there can be.
	busesMax        = 256
	capabilitiesMax = 48

	// addressEnd is where physical addresses end. Intel SDM volume 3, 4.1.4.
	addressEnd = 1 << 52

	// linesMax is how many lines the first I/O APIC has.
	linesMax = 24
)
