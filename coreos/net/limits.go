package net

import (
	"time"

	"skerry/coreos/net/dhcp"
	"skerry/msgpass"
)

const (
	// ephemeralFirst is the first of the ports that connections leave from. They are shared out
	// among the cores, so that such a port tells its core; nobody listens on them by number.
	ephemeralFirst = 32768

	// headBytes of a packet hold all headers that a core looks at: IPv6 with its extensions.
	headBytes = 256

	// packetBytesMax is the longest packet: IP has 16 bits for it.
	packetBytesMax = 65535

	// pieceBytes is the size of the buffers that packets travel in: an Ethernet frame fits.
	pieceBytes = 2048
	piecesMax  = (packetBytesMax + pieceBytes - 1) / pieceBytes

	// backlogMax bounds the packets that wait for room on their way to one core, backlogBytesMax
	// their bytes. That is about what a window's bulk pool holds once more.
	backlogMax      = 512
	backlogBytesMax = 1 << 20

	// sayMax bounds what a core is yet to be told: more than the listeners and flows that there are
	// at once. Who takes none of that, and lives, is stuck.
	sayMax = 1 << 16

	// waitingMax bounds the frames that wait for room in the card.
	waitingMax = 256

	// sendsMax bounds how often goroutines send until the card and the other cores are told: to
	// tell them costs as much as a few packets do, and they could work meanwhile.
	sendsMax = 8

	// receiveMax bounds the frames that are taken from the card in one turn.
	receiveMax = 64

	// inboxMax bounds the packets that wait for the core's own stack, inboxBytesMax their bytes.
	inboxMax      = 1024
	inboxBytesMax = 2 << 20

	// loopMTU is the longest packet between two cores, but for segments of TCP, which may be as
	// long as a packet can be.
	loopMTU = 32 << 10

	// cutBytes is the longest packet of TCP, if this core's part has to cut it, not the card: a few
	// frames.
	cutBytes = 16 << 10

	// segmentBytesMin is the least that it is cut into: that which all machines take, but for
	// options (RFC 9293, section 3.7.1).
	segmentBytesMin = 400

	// An acknowledgement without data is held for ackHold at most, on its way out or in, if it is
	// for fewer than ackBytesMax: less than a full segment has on a usual link, so that a stream is
	// acknowledged as if none was held; where segments are shorter, each second or third one is.
	// RFC 9293 allows half a second (section 3.8.6.3); Linux holds for as long, and answers of a
	// core that is busy take tens of milliseconds. ackFlows are noted at a time.
	ackHold     = 40 * time.Millisecond
	ackBytesMax = 1000
	ackFlows    = 256 // see packet.Place

	// ackPacketMax is the longest packet that is held on its way out: IPv6's header, and TCP's with
	// timestamps. What has more options tells of a loss.
	ackPacketMax = 40 + 20 + 12

	// mergeHeader is TCP's header without options, which might tell more than an acknowledgement;
	// mergeBytesMax is that with one of IPv6.
	mergeHeader   = 20
	mergeBytesMax = 40 + mergeHeader

	// clockStep is how long a stack's clock may stand still while no turn of the loop takes longer:
	// TCP's own timestamps are as coarse (RFC 7323, section 5.4), and its timers far longer.
	clockStep = time.Millisecond

	// acceptMax bounds the connections of one listener that nobody accepted yet. Beyond, the stack
	// remembers nothing of those who ask (SYN cookies).
	acceptMax = 512

	// connectionsMax bounds the connections that a core has accepted and not closed; more are
	// reset. One takes 6 KiB when it is idle.
	connectionsMax = 4096

	// A closed connection takes as much for another while: timeWait if both ends closed it, finWait
	// if the other end does not. RFC 9293 wants minutes (section 3.4.2), for which a core that
	// closes thousands a second has no memory; a packet that comes later is refused by its numbers.
	timeWait = time.Second
	finWait  = 10 * time.Second

	// Buffers of each connection: by default, and at most, when both ends keep up.
	bufferBytes    = 128 << 10
	bufferBytesMax = 1 << 20
	bufferBytesMin = 4 << 10

	// moderateBytes is how much is read of a connection until its stack looks whether the buffer
	// has the right size.
	moderateBytes = 4 << 10

	// datagramBytes is the size of the buffers of each socket of UDP, as on Linux.
	datagramBytes = 208 << 10

	// addressesMax bounds the addresses of the machine; there is always room for some of IPv4.
	addressesMax  = 8
	addresses4Max = 2

	// gatewaysMax bounds its gateways: one of IPv4 and one of IPv6.
	gatewaysMax = 2

	// namesMax bounds the servers that are asked for names: the resolver of the standard library
	// knows of two unless a file tells it otherwise.
	namesMax = 2

	// hopsMax bounds the neighbours whose addresses are remembered, waysMax the addresses of which
	// it is remembered by which neighbour packets for them leave, hopWaitMax the frames that wait
	// for one. hopFresh is how long an address is used before it is asked for again, hopRetry how
	// long an answer is waited for.
	hopsMax    = 1024
	waysMax    = 64
	hopWaitMax = 8
	hopFresh   = 10 * time.Second
	hopRetry   = time.Second

	// settleTime is how long a core that took the card over waits, at most, for the others that
	// live to tell their flows. Until then it answers nothing that it does not know.
	settleTime = 2 * time.Second

	// succeedAfter is how long each further core that may drive the card waits for those before
	// it, at the start; inheritAfter is the same when the core that drove it died.
	succeedAfter = time.Second
	inheritAfter = 100 * time.Millisecond

	// resetsMax bounds the flows of a dead core that are reset at once; then there is a pause. So
	// all of a full table are reset within a second, if the card and the neighbours keep up.
	resetsMax  = 64
	resetPause = 2 * time.Millisecond

	// readyTime is how long a connection to another machine waits for the machine to have an
	// address.
	readyTime = 10 * time.Second

	// keepAliveIdle is how long a connection is quiet until its stack is told to ask the other end
	// for a sign of life, and then until it does so. keepAliveInterval is the time between such
	// questions, as the standard library has it.
	keepAliveIdle     = 15 * time.Second
	keepAliveInterval = 15 * time.Second
)

// Relations between limits: a compile error if one does not hold.
var (
	_ = [MemberPiecesPlacesMax - 8*piecesMax + 1]struct{}{}
	_ = [msgpass.PoolBufferBytes - pieceBytes + 1]struct{}{}
	_ = [packetBytesMax - loopMTU + 1]struct{}{}
	_ = [namesMax - dhcp.NamesMax + 1]struct{}{}
)
