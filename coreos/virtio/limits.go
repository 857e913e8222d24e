package virtio

import "time"

const (
	// resetPollsMax bounds how often the status is read after a reset; most devices need one.
	resetPollsMax = 1 << 16

	// configReadsMax bounds how often registers are read again that change all the time.
	configReadsMax = 16

	// capabilitiesMax bounds the list of a PCI device's capabilities: as many as there is room for.
	capabilitiesMax = 48

	// takeAlign is how parts of the memory are aligned: more than any needs.
	takeAlign = 4096

	// queueMax is how long a queue is made, if the device lets it be.
	queueMax = 256

	// netQueueMin is the shortest queue of a card: one frame of 64 KiB fits into it.
	netQueueMin = 32

	// receiveBytes and sendBytes are the buffers behind each entry of a card's queues. A frame of
	// the usual size fits into one of either, with its header.
	receiveBytes = 2048
	sendBytes    = 4096

	// untoldMax bounds the frames that a card is not told of: it could send them meanwhile.
	untoldMax = 16

	// frameMin and frameMax bound a frame: an Ethernet header, and what IP can have in one packet.
	frameMin = 14
	frameMax = 14 + 65535

	// refusalsPerLook is how many frames are refused until there is a look at the card's status: a
	// card that has failed sends nothing, but each look at a register may cost much.
	refusalsPerLook = 1024

	// mtuDefault holds where a card does not tell; mtuMin is the least that IPv4 allows (RFC 791).
	mtuDefault = 1500
	mtuMin     = 68
	mtuMax     = 65535

	// randomBytes is how many random numbers are asked for at once.
	randomBytes = 256

	// randomPause and randomPatience are how long a reader waits between two looks, and in all.
	randomPause    = time.Millisecond
	randomPatience = 5 * time.Second
)

// A compile error here means that a frame does not fit into the shortest queue, or that the queues
// do not fit into a device's memory.
var (
	_ = [netQueueMin*sendBytes - frameMax - netHeaderBytes]struct{}{}
	_ = [2<<20 - 4*takeAlign - queueMax*(receiveBytes+sendBytes)]struct{}{}
)
