/*
 * link.pml: the handshake that ties the two ends of a window together, over deaths and restarts.
 *
 * Mirrors msgpass/link.go. Control words in the window: End0.inc, End0.seen, End1.inc, End1.seen.
 * An epoch is a pair of incarnations (a of end 0, b of end 1).
 *   start   seen = 0, then inc = own incarnation
 *   end 1   unconnected, loads End0.inc = a: sets End1.seen = a ("let go of all that is older");
 *           up on (a, own) when End0.seen = own
 *   end 0   unconnected, loads End1.seen = own and after that End1.inc = b: clears the rings, sets
 *           End0.seen = b, up on (own, b)
 *   notice  "incarnation n of the peer is dead": an end connected to n lets go (seen = 0) and
 *           starts again; no end connects to n or older afterwards; a notice of another
 *           incarnation than the connected one changes nothing
 *
 * Modelled: x86-TSO (a FIFO of buffered stores per end, flushed at any time; the one load that
 * could meet an end's own buffered store is end 0's of a ring just cleared: it sees "empty").
 * Either end dies at any point and is restarted with the next incarnation at any time after its
 * buffer has drained (the driver's fence). The notice goes to the other end if that was alive at
 * the fence, and arrives at any later time, even after the restart. Memory survives death.
 *
 * Abstracted: a ring is one slot that holds its writer's epoch (0 = empty); an end sends and
 * receives at most one line an epoch. A poll that finds nothing new is a wait. End 1 may look at
 * End0.inc again before it is up; the model does not: the properties hold without it.
 *
 * Properties:
 *   - an end that is up never reads a line of another epoch
 *   - end 0 clears the rings only while end 1 is not up and has no ring store under way
 *   - both ends agree on the epoch, and no end is up twice on one
 *   - once deaths stop, both are up on the epoch of the living pair and each has the other's line
 *     (asserted in every terminal state; that every run reaches one is checked by pan -l: without
 *     progress labels it reports any cycle at all)
 *
 * Bounds: at most DEATHS deaths of each end.
 *
 * Planted bugs (-D), each at the line that it changes:
 *   NO_LETGO          end 0 does not wait until end 1 has let go
 *   LOAD_INC_FIRST    end 0 loads End1.inc before End1.seen: joins an old inc to a new seen
 *   CLEAR_AFTER_SEEN  end 0 says seen before it clears
 *   INC_FIRST         a start says inc before it takes back seen
 *   STALE_SEEN        a start leaves the seen of the last incarnation
 *   ANY_NOTICE        an end lets go on the notice of another incarnation than its peer's
 *   FORGET_DEAD_0, FORGET_DEAD_1  the end connects to an incarnation that it was told is dead
 *   SAME_INC          the driver restarts an end with the same incarnation
 *   NO_FENCE          the driver lets a dead end 1 store into its ring after the restart
 *   RESTATE           end 1 stores seen at every poll (harmless: it plants a cycle for pan -l)
 */

#ifndef DEATHS
#define DEATHS 2
#endif

/* Words of the window. CLEAR is end 0's clearing of a ring, kept apart for the assertion. */
#define INC(e)   (e)
#define SEEN(e)  (2 + (e))
#define RING(e)  (4 + (e)) /* the ring that end e writes */
#define CLEAR(e) (6 + (e))

byte mem[6];
chan buffer[2] = [6] of { byte, byte };  /* stores under way: word, value */
chan notice[2] = [DEATHS] of { byte };   /* dead incarnations of the peer, not yet heard of */

byte own[2];      /* incarnation */
byte with[2];     /* the peer's incarnation when this end was last up; 0 in a new incarnation */
byte deaths[2];
bool alive[2];
bool up[2];
bool got[2];      /* this end has the peer's line of this epoch */
byte ringStores;  /* end 1's ring stores under way */

active [2] proctype Drain() {
	byte word, value;
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

inline clearRings() {
	buffer[0]!CLEAR(0), 0;
	buffer[0]!CLEAR(1), 0
}

inline comeUp() {
	atomic {
		assert(peer > with[x]); /* no epoch twice */
		with[x] = peer;
		epoch = (x == 0 -> own[0] * 8 + peer : peer * 8 + own[1]);
		up[x] = true;
		assert(!up[1 - x] || (with[0] == own[1]) == (with[1] == own[0]))
	}
}

/* A notice that arrives while unconnected: a candidate that is dead is none. */
inline heed() {
	atomic {
		notice[x]?n;
#ifdef FORGET_DEAD_0
		dead = (x == 0 -> 0 : n);
#elif defined(FORGET_DEAD_1)
		dead = (x == 1 -> 0 : n);
#else
		dead = n;
#endif
		peer = (peer <= n -> 0 : peer);
		released = false;
		n = 0
	}
}

active [2] proctype End() {
	bit x = _pid - 2;
	byte peer;     /* the peer's inc as last read */
	byte dead;     /* no incarnation of the peer up to this one lives */
	byte epoch;    /* the tag of the lines of the epoch (own pair) while up */
	byte n;
	bool released; /* end 0 has read End1.seen = own before it reads End1.inc */
	bool sent;

start:	atomic {
		alive[x] = true;
#ifdef SAME_INC
		own[x] = 1
#else
		own[x] = deaths[x] + 1
#endif
	}
	{
#ifdef INC_FIRST
		buffer[x]!INC(x), own[x];
#endif
#ifndef STALE_SEEN
		buffer[x]!SEEN(x), 0;
#endif
#ifndef INC_FIRST
		buffer[x]!INC(x), own[x];
#endif
again:		if
		:: x == 0 -> goto endWait0
		:: x == 1 -> goto endWait1
		fi;

endWait0:	do
#ifdef NO_LETGO
		:: atomic { mem[INC(1)] > dead -> peer = mem[INC(1)]; break }
#elif defined(LOAD_INC_FIRST)
		:: atomic { mem[INC(1)] != peer && mem[INC(1)] > dead -> peer = mem[INC(1)] }
		:: peer != 0 && mem[SEEN(1)] == own[0] -> break
#else
		:: !released && mem[SEEN(1)] == own[0] -> released = true
		:: atomic { released && mem[INC(1)] > dead -> peer = mem[INC(1)]; break }
#endif
		:: heed()
		od;
#ifdef CLEAR_AFTER_SEEN
		buffer[0]!SEEN(0), peer;
		clearRings();
#else
		clearRings();
		buffer[0]!SEEN(0), peer;
#endif
		goto connect;

endWait1:	do
#ifdef RESTATE
		:: atomic { mem[INC(0)] > dead -> peer = mem[INC(0)] }
#else
		:: atomic { mem[INC(0)] != peer && mem[INC(0)] > dead -> peer = mem[INC(0)] }
#endif
			buffer[1]!SEEN(1), peer
		:: peer != 0 && mem[SEEN(0)] == own[1] -> break
		:: heed()
		od;

connect:	comeUp();
endUp:		do
		:: !sent ->
			sent = true;
			storeRing(RING(x), epoch)
		:: atomic { !got[x] && !buffer[x]??[eval(CLEAR(1)), 0] && mem[RING(1 - x)] != 0 ->
				assert(mem[RING(1 - x)] == epoch);
				got[x] = true }
			storeRing(RING(1 - x), 0)
		:: atomic { notice[x]?n ->
				dead = n;
				if
#ifdef ANY_NOTICE
				:: true ->
#else
				:: n == peer ->
#endif
					up[x] = false; got[x] = false;
					sent = false; released = false; peer = 0; epoch = 0; n = 0
				:: else -> n = 0; goto endUp
				fi }
			buffer[x]!SEEN(x), 0;
			goto again
		od
	} unless { !alive[x] };

	/* Dead. Fence, tell the other end, restart. */
	atomic {
		empty(buffer[x]);
		if
		:: alive[1 - x] -> notice[1 - x]!own[x]
		:: else
		fi;
		do
		:: notice[x]?n
		:: empty(notice[x]) -> break
		od;
		with[x] = 0;
		peer = 0; dead = 0; epoch = 0; n = 0; released = false; sent = false
	}
	goto start
}

#ifdef NO_FENCE
/* A line of end 1's first incarnation arrives while the second is connected. */
active proctype Late() {
end:	atomic { own[1] == 2 && up[0] && with[0] == 2 -> mem[RING(1)] = own[0] * 8 + 1 }
}
#endif

/* Ends die, until deaths stop. */
inline die(e) {
	alive[e] && deaths[e] < DEATHS ->
		deaths[e]++;
		alive[e] = false; up[e] = false; got[e] = false
}

active proctype Fate() {
	do
	:: atomic { die(0) }
	:: atomic { die(1) }
	:: break
	od
}

active proctype Settled() {
	timeout ->
	assert(up[0] && up[1] && with[0] == own[1] && with[1] == own[0] && got[0] && got[1])
}
