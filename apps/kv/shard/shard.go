// Package shard replicates a store over the cores of a machine, so that the death of any one core
// loses no write that was acknowledged.
//
// The store is cut into shards; shard i is at home on core i. A shard has one primary, which
// carries out its commands, and one backup on another core, to which the primary forwards what
// changed. The reply to a command leaves the primary when the backup has that change and all before
// it; so a read never shows a write that may yet be lost. A request at the wrong core travels by
// message; but a backup carries out reads itself, while nothing else of its core is under way to
// the primary: it has all that was acknowledged, and what it has is on both cores. For the same
// reason the primary's answers to the backup itself need not wait; and of writes that the backup
// asked for, neither the changes nor the answers travel: it is told to redo what it has under way.
//
// There may be more cores than shards. Those behind the last shard's home are spares: backups, if
// they live. They are to take clients only in place of the others: see Node.Await.
//
// # Views
//
// Who is primary and backup of a shard is a view, and views are numbered. No view is agreed upon by
// vote: the driver fences a core before it tells of its death, and the loop tells of it after the
// dead core's last messages, so a death is a fact. At any time at most one core takes itself for
// the primary of a shard:
//
//	role      event                                         next
//	none      Learn from a primary                          learner, empty
//	          it may claim the shard: see below             primary, empty
//	learner   Chunk, Replay from its primary                same, with more
//	          Join: it has everything                       backup
//	          Take: it has everything, and the primary      primary
//	          hands over
//	          its primary dies                              none; see hand-over
//	backup    its primary dies                              primary of the next view
//	          Take                                          primary of the next view
//	          Release: the shard has an heir                none
//	primary   its backup dies                               same, next view, without a backup
//	          its learner has everything, no backup: Join   same, next view, with a backup
//	          hand-over to the shard's home: Take           backup of the next view
//
// A primary without a backup looks for a learner: the shard's home, or else a spare, or else the
// next living core in the ring of cores. It sends its copy in chunks while commands go on
// (State.Snapshot tells how these two meet). A primary that has no learner and no backup
// acknowledges alone.
//
// # Hand-over
//
// After a death the shard's primary is not at home. When the home is back, it becomes the learner,
// though there is a backup, and then the primary hands over. From then on it refuses commands, and
// waits until backup and learner have acknowledged everything. It tells the backup to let go
// (Release), naming the heir, and once that is acknowledged it tells the heir (Take) and is its
// backup. If the primary dies in between, backup and learner still settle it: a backup that has let
// go tells the heir in place of the primary; one that has not is the next primary. So a learner
// whose primary died keeps its copy until the backup has said which it is, or has died too.
//
// # Claims
//
// A shard that no core holds must be claimed: when the machine starts, and when all copies were
// lost. Only the first living core in the ring, from the shard's home on, may; and only when each
// other core is dead, or has answered, in the present round of questions, that it holds nothing of
// the shard. An answer is given only by who knows of all deaths that the claimant knows, so that
// nothing of the dead is still under way to it. A death, or a core that starts, begins a new round.
//
// A core that starts says Hello to all others and asks in the same way; so an old core that comes
// back cannot claim what others hold.
//
// # Requests
//
// The core at which requests came keeps them in order in a queue for their shard (origin), and
// sends them to whom it takes for the primary. Those that come before it can send them, or in one
// step, travel as one run, if they are not too many, are carried out one behind the other, and
// answered together. A core that is not the primary refuses a run, also one that was sent behind a
// refused one, so that the order stays. Answers come in the order of the runs; the word to redo the
// oldest one, if all of it changed something, is an answer, too. If the primary dies, reads are
// sent again and writes end with ErrInDoubt.
package shard
