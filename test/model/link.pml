/*
 * link.pml: how the two ends of a window agree on an epoch, over deaths and restarts.
 *
 * Mirrors msgpass/link.go: link.begin, observe, advance, tell and drop, and Channel.PeerDied. Each
 * end writes a line with its life (its incarnation) and the other end's life that it has seen. An
 * epoch is a pair of lives.
 *
 * Modelled: x86-TSO (a FIFO of buffered stores per end, flushed at any time; the one load that
 * could meet an end's own buffered store is end 0's of a ring just cleared: it sees "empty").
 * The code's control words are atomic stores, which flush at once: the model allows more. Either
 * end dies at any point and is started again, with the next life, at any time after its buffer has
 * drained (the driver's fence). The notice goes to the other end if that runs at the fence; it
 * arrives at any later time, even after the restart, and a later notice takes its place. The
 * window's memory survives death. The loads of observe are apart, with anything in between.
 *
 * Abstracted: a ring is one slot that holds its writer's epoch (0 = empty); an end sends and
 * receives at most one line an epoch. A poll that finds nothing new is a wait. The version word,
 * and Channel.Fail, which refuses a life as a notice of its death does.
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
 *   LOOK_ONCE         observe does not load life again after seen: it joins the stale life of a
 *                     dead peer to what the next life has seen. An end that started after that
 *                     death is up with the dead, gets no notice of it, and stays so
 *   NO_LETGO          end 0 does not wait until end 1 has let go
 *   CLEAR_AFTER_SEEN  end 0 says seen before it clears
 *   LIFE_FIRST        a start writes life before it takes back seen
 *   STALE_SEEN        a start leaves the seen of the last life
 *   ANY_NOTICE        an end lets go on the notice of an older life than its peer's
 *   FORGET_DEAD_0, FORGET_DEAD_1  the end connects to a life that it was told is over
 *   SAME_LIFE         the driver starts an end again with the same life
 *   NO_FENCE          the driver lets a dead end 1 store into its ring after the restart
 *   RETELL            end 1 stores seen at every poll (harmless: it plants a cycle for pan -l)
 */

#ifndef DEATHS
#define DEATHS 2
#endif

/* Words of the window. CLEAR is end 0's clearing of a ring, kept apart for the assertion. */
#define LIFE(e)   (e)
#define SEEN(e)  (2 + (e))
#define RING(e)  (4 + (e)) /* the ring that end e writes */
#define CLEAR(e) (6 + (e))

byte mem[6];
chan buffer[2] = [6] of { byte, byte };  /* stores under way: word, value */
byte notice[2];   /* the peer's last life that is over, if that is still to be told, or 0 */

byte own[2];      /* life */
byte with[2];     /* the peer's life when this end was last up; 0 in a new life */
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

inline tell(life) {
	told = life;
	buffer[x]!SEEN(x), told
}

active [2] proctype End() {
	bit x = _pid - 2;
	byte peer;     /* the peer's life as last loaded */
	byte told;     /* what this end last stored in seen */
	byte over;     /* the peer's lives up to this one are over */
	byte epoch;    /* the tag of the epoch's lines, while up */
	bool ready;    /* the peer's seen was loaded after peer, and was own */
	bool sent;

start:	atomic {
		alive[x] = true;
#ifdef SAME_LIFE
		own[x] = 1
#else
		own[x] = deaths[x] + 1
#endif
	}
	{
#ifdef LIFE_FIRST
		buffer[x]!LIFE(x), own[x];
#endif
#ifndef STALE_SEEN
		buffer[x]!SEEN(x), 0;
#endif
#ifndef LIFE_FIRST
		buffer[x]!LIFE(x), own[x];
#endif

endDown:	do
		:: atomic { mem[LIFE(1 - x)] != peer && mem[LIFE(1 - x)] > over ->
				peer = mem[LIFE(1 - x)]; ready = false }
		:: peer != 0 && !ready && mem[SEEN(1 - x)] == own[x] -> ready = true
#ifdef LOOK_ONCE
		:: ready -> break
#else
		:: ready && mem[LIFE(1 - x)] == peer -> break
#endif
#ifdef NO_LETGO
		:: x == 0 && peer != 0 -> break
#endif
#ifdef RETELL
		:: x == 1 && peer != 0 -> tell(peer)
#else
		:: x == 1 && peer != 0 && told != peer -> tell(peer)
#endif
		:: atomic { notice[x] != 0 ->
#ifdef FORGET_DEAD_0
				over = (x == 0 -> 0 : notice[x]);
#elif defined(FORGET_DEAD_1)
				over = (x == 1 -> 0 : notice[x]);
#else
				over = notice[x];
#endif
				notice[x] = 0; peer = 0; ready = false }
			tell(0)
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
		comeUp();

endUp:		do
		:: !sent ->
			sent = true;
			storeRing(RING(x), epoch)
		:: atomic { !got[x] && !buffer[x]??[eval(CLEAR(1)), 0] && mem[RING(1 - x)] != 0 ->
				assert(mem[RING(1 - x)] == epoch);
				got[x] = true }
			storeRing(RING(1 - x), 0)
#ifndef ANY_NOTICE
		:: atomic { notice[x] != 0 && notice[x] < peer -> notice[x] = 0 }
		:: atomic { notice[x] >= peer ->
#else
		:: atomic { notice[x] != 0 ->
#endif
				over = notice[x]; notice[x] = 0; up[x] = false; got[x] = false;
				sent = false; ready = false; peer = 0; epoch = 0 }
			tell(0);
			goto endDown
		od
	} unless { !alive[x] };

	/* Dead. Fence, tell the other end, start again. */
	atomic {
		empty(buffer[x]);
		notice[1 - x] = (alive[1 - x] -> own[x] : notice[1 - x]);
		notice[x] = 0; with[x] = 0;
		peer = 0; told = 0; over = 0; epoch = 0; ready = false; sent = false
	}
	goto start
}

#ifdef NO_FENCE
/* A line of end 1's first life arrives while the second is connected. */
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
