package flow

import "time"

const (
	// busyParts of wholeParts of a weight count at a core with other work: see PickSparing. To pass
	// on what one request takes costs that core about 0.15 of what serving it costs the one that
	// does. So their load is the same if two cores listen, or four.
	busyParts  = 5
	wholeParts = 6

	// Most flows of each class that a table notes; then the one that was quiet for longest is
	// forgotten. A flow takes about 250 bytes, so a full table takes 6 MiB.
	briefMax    = 4096
	lastingMax  = 16384
	datagramMax = 4096
	endedMax    = briefMax + lastingMax

	// recentFlows are looked up without a hash: some more than are busy at a time.
	recentFlows = 256 // see packet.Place

	// How long a flow without packets is remembered. One that is established may be quiet for ever;
	// the others are over by then, or their ends ask again.
	briefIdle    = 60 * time.Second
	datagramIdle = 60 * time.Second
	endedIdle    = 20 * time.Second

	// expireMax bounds the flows that one call of Expire looks at.
	expireMax = 256

	// trainsMax bounds the fragmented packets that are under way, piecesMax the fragments of each
	// that are kept until the first one comes, and trainIdle how long they are.
	trainsMax = 64
	piecesMax = 16
	trainIdle = 5 * time.Second
)
