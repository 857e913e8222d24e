package shard

// State is the data of one shard: what commands act upon, and what is replicated. It is used under
// the lock of the core's loop.
//
// Two copies to which the same commands were applied, in the same order and with the same times,
// must answer alike. So Apply has no clock of its own and no randomness that shows. Keys whose time
// is over may be removed at any moment, since nobody can see whether they were.
type State interface {
	// Apply carries out a command at the primary, which may be a read, and appends its reply to
	// reply. The time, in milliseconds since 1970, never goes back. Changed tells whether the copy
	// changed, and the backup has to do the same; a command refused for want of room, say, changes
	// nothing. The command is valid during the call.
	Apply(reply []byte, now int64, command []byte) (longer []byte, changed bool)

	// Read carries out a read at a backup, and appends its reply. Timeless tells whether the reply
	// would be the same at any time. If not, it is of no use: only the primary's clock counts, and
	// a change of when a key's time is over may be on its way.
	Read(reply, command []byte) (longer []byte, timeless bool)

	// Replay carries out, at a backup, a command that changed the primary's copy, and appends the
	// reply, which is the primary's. There must be room for it, since the primary had it. While a
	// copy is being restored, it may find nothing, or anything, in the parts that are still to
	// come; then its reply is of no use.
	Replay(reply []byte, now int64, command []byte) (longer []byte)

	// Snapshot appends the contents of one part of the copy to chunk: from cursor on, which is 0
	// at first, to next; 0 means that this was the last part. About cap(chunk) bytes are wanted.
	// Where parts begin and end must not depend on what is changed between calls: parts are ranges
	// of a hash of the key, for instance.
	Snapshot(chunk []byte, cursor uint64) (longer []byte, next uint64)

	// ChunkBytesMax bounds a chunk: one with a single key may hold all that there is room for.
	ChunkBytesMax() int64

	// Restore replaces the part that a chunk holds: what is there and not in the chunk vanishes.
	// Commands that come between two chunks are replayed. Error: the chunk is not one of
	// Snapshot's.
	Restore(chunk []byte) error

	// Expect tells of commands that are about to be carried out, if nothing comes between. It
	// changes nothing: it is the time to have what they will look at brought near.
	Expect(commands [][]byte)

	// Reset empties the copy.
	Reset()
}
