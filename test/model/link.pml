/*
 * link.pml: how the two ends of a window agree on an epoch, over deaths and restarts.
 *
 * Mirrors msgpass/link.go and its callers: link.begin, write, observe, holds, advance and tell;
 * Channel.Connect, hold, drop and PeerDied. Each end writes a line with the name of its present
 * attempt and the other end's name that it has seen. An epoch is a pair of names.
 *
 * Modelled: x86-TSO (a FIFO of buffered stores per end, flushed at any time; the one load that
 * could meet an end's own buffered store is end 0's of a ring just cleared: it sees "empty").
 * The code's control words are atomic stores, which flush at once: the model allows more. Either
 * end dies at any point and is started again, with the next life, at any time after its buffer has
 * drained (the driver's fence). The notice goes to the other end if that runs at the fence; it
 * arrives at any later time, even after the restart, and two that wait are one. The window's memory
 * survives death. The loads of observe are apart, with anything in between.
 *
 * Abstracted: a ring is one slot that holds its writer's epoch (0 = empty); an end sends and
 * receives at most one line an epoch. A poll that finds nothing new is a wait. Peers are honest
 * (hostile.pml has one that is not): versions and Channel.Fail are left out.
 *
 * Properties:
 *   - an end that is up never reads a line of another epoch
 *   - end 0 clears the rings only while end 1 is not up and has no ring store under way
 *   - two ends that are up agree on the epoch, if either is up with the other's present attempt
 *   - once deaths stop, both are up with each other and each has the other's line (asserted in
 *     every terminal state; that every run reaches one is checked by pan -l: without progress
 *     labels it reports any cycle at all)
 *
 * Bounds: at most DEATHS0 deaths of end 0 and DEATHS1 of end 1. The test searches one of each, and
 * two of either; two of each (37 million states, without error) take minutes.
 *
 * Planted bugs (-D), each at the line that it changes:
 *   NO_LETGO          end 0 does not wait until end 1 has let go
 *   NO_MATCH          end 1 does not compare the name that it loads with the one that it told
 *   CLEAR_AFTER_SEEN  end 0 says seen before it clears
 *   NAME_FIRST        an attempt writes its name before it takes back seen
 *   STALE_SEEN        an attempt leaves the seen of the last one
 *   SAME_NAME         an attempt has the name of the last one
 *   NO_HOLD           an end that is up does not look whether the other still holds the connection
 *   NO_FENCE          the driver lets a dead end 1 store into its ring after the restart
 *   RETELL            end 1 stores seen at every poll (harmless: it plants a cycle for pan -l)
 */

#ifndef DEATHS0
#define DEATHS0 1
#endif
#ifndef DEATHS1
#define DEATHS1 1
#endif

/* Words of the window. CLEAR is end 0's clearing of a ring, kept apart for the assertion. */
#define NAME(e)  (e)
#define SEEN(e)  (2 + (e))
#define RING(e)  (4 + (e)) /* the ring that end e writes */
#define CLEAR(e) (6 + (e))

#define LIFE  16  /* a name is a life times LIFE plus the number of an attempt */
#define EPOCH 256 /* an epoch is end 0's name times EPOCH plus end 1's name */

short mem[6];
chan buffer[2] = [6] of { byte, short };  /* stores under way: word, value */
bool notice[2];                           /* a death of the peer is still to be told */

byte name[2];     /* of the present attempt */
byte with[2];     /* the other end's name, while up */
byte deaths[2];
bool alive[2];
bool up[2];
bool got[2];      /* this end has the peer's line of this epoch */
byte ringStores;  /* end 1's ring stores under way */

active [2] proctype Drain() {
	byte word;
	short value;
end:	do
	:: atomic {
		buffer[_pid]?word, value;
		if
		:: word >= CLEAR(0) ->
			assert(!up[1] && ringStores == 0);
			mem[word - 2] = value
		:: else ->
			mem[word] = value;
			ringStores = ringStores - (_pid == 1 && word >= RING(0))
		fi;
		word = 0;
		value = 0
	   }
	od
}

inline storeRing(ring, value) {
	atomic { buffer[x]!ring, value; ringStores = ringStores + x }
}

inline tell(other) {
	told = other;
	buffer[x]!SEEN(x), told
}

/* What a load of the incoming ring sees. */
#define EMPTY (got[x] || buffer[x]??[eval(CLEAR(1)), 0] || mem[RING(1 - x)] == 0)

active [2] proctype End() {
	bit x = _pid - 2;
	byte told;     /* what this end last stored in seen */
	byte peer;     /* the other end's name as last loaded */
	bool ready;    /* the other's seen was loaded, and was this end's name */
	bool broken;   /* the other end did not hold the connection when last looked at */
	bool sent;
	short epoch;   /* while up */

start:	alive[x] = true;
	{
		name[x] = (deaths[x] + 1) * LIFE;

begin:		atomic {
			up[x] = false; got[x] = false; with[x] = 0;
			told = 0; peer = 0; ready = false; broken = false;
			sent = false; epoch = 0;
#ifndef SAME_NAME
			name[x]++;
#endif
			assert(name[x] % LIFE < LIFE - 1)
		}
#ifdef NAME_FIRST
		buffer[x]!NAME(x), name[x];
#endif
#ifndef STALE_SEEN
		buffer[x]!SEEN(x), 0;
#endif
#ifndef NAME_FIRST
		buffer[x]!NAME(x), name[x];
#endif

		/* Down: seen is loaded first, and the name after it. */
endDown:	do
		:: !ready && mem[SEEN(1 - x)] == name[x] -> ready = true
#ifdef NO_LETGO
		:: atomic { x == 0 && mem[NAME(1)] != 0 -> peer = mem[NAME(1)]; break }
#else
		:: atomic { x == 0 && ready -> peer = mem[NAME(1)]; break }
#endif
#ifdef NO_MATCH
		:: atomic { x == 1 && ready -> peer = mem[NAME(0)]; break }
#else
		:: atomic { x == 1 && ready && mem[NAME(0)] == told -> peer = told; break }
#endif
#ifdef RETELL
		:: atomic { x == 1 && mem[NAME(0)] != 0 -> peer = mem[NAME(0)]; ready = false }
#else
		:: atomic { x == 1 && mem[NAME(0)] != told -> peer = mem[NAME(0)]; ready = false }
#endif
			tell(peer)
		:: atomic { notice[x] -> notice[x] = false }
			goto begin
		od;

		if
		:: x == 0 ->
#ifdef CLEAR_AFTER_SEEN
			tell(peer);
#endif
			buffer[0]!CLEAR(0), 0;
			buffer[0]!CLEAR(1), 0;
#ifndef CLEAR_AFTER_SEEN
			tell(peer)
#endif
		:: x == 1
		fi;
		atomic {
			with[x] = peer;
			epoch = (x == 0 -> name[0] * EPOCH + peer : peer * EPOCH + name[1]);
			up[x] = true;
			assert(!up[1 - x] || (with[0] == name[1]) == (with[1] == name[0]))
		}

endUp:		do
		:: !sent ->
			sent = true;
			storeRing(RING(x), epoch)
		:: atomic { !EMPTY ->
				assert(mem[RING(1 - x)] == epoch);
				got[x] = true }
			storeRing(RING(1 - x), 0)
		:: atomic { notice[x] -> notice[x] = false }
			goto begin
#ifndef NO_HOLD
		:: !broken && (mem[SEEN(1 - x)] != name[x] || mem[NAME(1 - x)] != peer) -> broken = true
		:: broken && EMPTY -> goto begin
#endif
		od
	} unless { !alive[x] };

	/* Dead. Fence, tell the other end, start again. */
	atomic {
		empty(buffer[x]);
		notice[1 - x] = (alive[1 - x] -> true : notice[1 - x]);
		notice[x] = false; with[x] = 0;
		told = 0; peer = 0; epoch = 0; ready = false; broken = false; sent = false
	}
	goto start
}

#ifdef NO_FENCE
/* A line of end 1's first life arrives while the second is connected. */
active proctype Late() {
end:	atomic { up[0] && with[0] > 2 * LIFE -> mem[RING(1)] = name[0] * EPOCH + LIFE + 1 }
}
#endif

/* Ends die, until deaths stop. */
inline die(e) {
	deaths[e]++;
	alive[e] = false; up[e] = false; got[e] = false
}

active proctype Fate() {
	do
	:: atomic { alive[0] && deaths[0] < DEATHS0 -> die(0) }
	:: atomic { alive[1] && deaths[1] < DEATHS1 -> die(1) }
	:: break
	od
}

active proctype Settled() {
	timeout ->
	assert(up[0] && up[1] && with[0] == name[1] && with[1] == name[0] && got[0] && got[1])
}
