package kv

import "time"

// What the app's arguments are without any.
const (
	portDefault       = 6379
	clientsMaxDefault = 1024
	bytesMaxDefault   = 64 << 20
)

const (
	// bytesMaxMax is the most memory that may be asked for, for a shard.
	bytesMaxMax = 1 << 40
	// shardsMax is how many shards there may be: SCAN's cursor has 8 bits for one.
	shardsMax = 1 << shardBits
	shardBits = 8
)

const (
	// pipelineMin and pipelineMax bound how many commands of a client are carried out together.
	pipelineMin, pipelineMax = 1, 128
	// pipelineBytesMax is about how long their replies may be together: after longer ones, a
	// client's commands are carried out one by one for a while.
	pipelineBytesMax = 1 << 20
	// bufferBytesKept is what a client keeps of the memory for long commands, and for long replies.
	bufferBytesKept = 64 << 10
	// nameBytesMax is for the name that a client gives itself.
	nameBytesMax = 256
	// unknownBytesMax is how much of an unknown command is repeated to the client.
	unknownBytesMax = 128
)

const (
	// writeTimeMax is how long a client may take to read what it has asked for.
	writeTimeMax = 20 * time.Second
	// sweepPeriod is the time between two looks for expired keys, of one part of one shard.
	sweepPeriod = 50 * time.Millisecond
	// acceptPause is how long nothing is accepted after an error.
	acceptPause = 10 * time.Millisecond
)
