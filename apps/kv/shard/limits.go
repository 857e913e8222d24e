package shard

import "time"

const (
	// RequestsMax bounds the commands that one core has under way to one shard; Batch.Do waits for
	// room. With it the replies that a primary holds, and what waits for room to a peer, are
	// bounded: RequestsMax for each shard and core.
	RequestsMax = 1024

	// CommandBytesMax bounds a command, and a reply.
	CommandBytesMax = 64 << 20

	// CoresMax bounds the cores of a store, and so its shards.
	CoresMax = 256

	// chunkBytes is about how long a chunk is.
	chunkBytes = 32 << 10

	// retryAfter is how long what found no room, or no answer, waits.
	retryAfter = time.Millisecond
)
