package shard

import "time"

const (
	// RequestsMax bounds the commands that one core has under way to one shard; Batch.Do waits for
	// room. With it the replies that a primary holds are bounded: RequestsMax for each shard and
	// core. So is how many messages wait for room to a core: of each shard the requests of this
	// core, the replies to that one, and what it follows of the requests of all. A core for which
	// more wait asks without taking answers.
	RequestsMax = 1024

	// CommandBytesMax bounds a command, and a reply.
	CommandBytesMax = 64 << 20

	// CoresMax bounds the cores of a store, and so its shards.
	CoresMax = 256

	// chunkBytes is about how long a chunk is.
	chunkBytes = 32 << 10

	// lagMax is how many messages a learner may be behind before answers wait for it.
	lagMax = 1024

	// runMax bounds the commands of a run, and runBytesMax how long they are, if they are more than
	// one: then it fits in a part of the stream, and so do its replies that travel together. Of the
	// memory of a longer one runBytesKept stay.
	runMax       = 256
	runBytesMax  = CarrierCarryPartMax - lengthBytes - headBytes
	runBytesKept = 4 << 10

	// streamBytesMax bounds what waits for room in a stream; longer messages go when it is empty.
	streamBytesMax = 256 << 10

	// triesMax is how often a part of a stream is tried: as often as makes a ring grow.
	triesMax = 4

	// bufferBytesKept is the largest buffer that is kept when it is empty.
	bufferBytesKept = 1 << 20

	// retryAfter is how long what found no room, or no answer, waits.
	retryAfter = time.Millisecond

	// linkPeriod is the time between two looks at links that are not as they should be.
	linkPeriod = 20 * time.Millisecond

	// linkPatience is how long a channel between two cores may be down before one of them has to
	// go. The driver tells of deaths much earlier.
	linkPatience = 5 * time.Second

	// startPatience is how long after its own start a core waits for others that never lived. It
	// only saves work: their shards would come back to them.
	startPatience = time.Second
)
