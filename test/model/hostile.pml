/*
 * hostile.pml: the link of link.pml when the first life of one end is hostile: whatever that life
 * wrote into the window before it died, the other end and the next life agree on an epoch.
 *
 * Mirrors msgpass/link.go (begin, write, observe, holds, advance, tell), and Channel.Connect, hold,
 * PeerDied and Fail.
 *
 * The first life of end HOSTILE stores 0, a forged name or the other end's present name into any
 * word of both lines, and garbage into the rings, SCRIBBLES times at any time, and dies. It cannot
 * know names to come: they hold the time of the attempt. The other end may die too.
 *
 * Modelled and abstracted as in link.pml, but: stores to the link lines wait until the buffer is
 * empty, as atomic stores do; names are numbers that go up; an end that finds a line which does not
 * fit fails the other end.
 *
 * Properties:
 *   - end 0 clears the rings only while an honest end 1 is not up and has no ring store under way
 *   - once deaths stop and notices have come, both are up on the same epoch and each has the
 *     other's line; so no honest end refuses another for what a hostile life did (asserted in
 *     every terminal state; that every run reaches one is checked by pan -l)
 *
 * Bounds: DEATHS deaths of both ends together, that of the hostile life among them.
 *
 * Planted bugs (-D), each at the line that it changes:
 *   IGNORE_NOTICE     a notice does not end a connection
 *   KEEP_NAME         an end that hears of a death keeps its name
 *   NO_HOLD           an end that is up does not look whether the other still holds the connection
 *   NO_FORGIVE        an end goes on refusing a failed peer after its death
 *   GUESSED_NAMES     a hostile life knows the next name of the other end
 */

#ifndef DEATHS
#define DEATHS 2
#endif
#ifndef HOSTILE
#define HOSTILE 0
#endif
#define SCRIBBLES 4

/* Words of the window. */
#define NAME(e)  (e)
#define SEEN(e)  (2 + (e))
#define RING(e)  (4 + (e)) /* the ring that end e writes */

#ifdef GUESSED_NAMES
#define KNOWN    (name[1 - x] == 0 -> 2 - x : name[1 - x] + 2)
#else
#define KNOWN    name[1 - x]
#endif
#define GARBAGE  9999
#define FORGED   30 /* and the next: names that no honest end has */

short mem[6];
chan buffer[2] = [3] of { byte, short };  /* ring stores under way: word, value */
bool notice[2];   /* the peer's death is to be told */

byte name[2];     /* of the attempt */
byte told[2];     /* what the end says in seen */
byte peer[2];     /* the other's name, while up */
byte deaths[2];
bool alive[2];
bool up[2];
bool got[2];      /* this end has the peer's line of this epoch */
bool failed[2];

#define hostile(e)  (e == HOSTILE && deaths[e] == 0)
#define EPOCH(a, b) ((a) * 32 + (b))

active [2] proctype Drain() {
	byte word;
	short value;
end:	do
	:: atomic { buffer[_pid]?word, value; mem[word] = value; word = 0; value = 0 }
	od
}

/* An atomic store: it waits for the buffer. */
inline store(word, value) {
	atomic { empty(buffer[x]) -> mem[word] = value }
}

inline write() {
	store(SEEN(x), told[x]);
	store(NAME(x), name[x])
}

inline begin() {
	d_step {
		up[x] = false; got[x] = false; sent = false; told[x] = 0; peer[x] = 0; epoch = 0;
		s = 0; n = 0;
		name[x] = (name[x] == 0 -> x + 1 : name[x] + 2);
		assert(name[x] < FORGED)
	}
	write()
}

inline clearRings() {
	atomic {
		assert(hostile(1) || !up[1] && empty(buffer[1]));
		empty(buffer[0]);
		mem[RING(0)] = 0
	}
	atomic {
		assert(hostile(1) || !up[1] && empty(buffer[1]));
		mem[RING(1)] = 0
	}
}

/* One end may know the other by a forged name for a while. So a line fits if it is for the name
   that its receiver has. */
#define FITS(line) (x == 0 -> (line) / EPOCH(1, 0) == name[0] : (line) % EPOCH(1, 0) == name[1])

/* Something that a poll of an end that is down would act on. */
#define OTHER   (mem[NAME(1 - x)])
#define OPEN    (!failed[x] && OTHER != 0)
#define NEWS0   (x == 0 && OPEN && mem[SEEN(1)] == name[0])
#define NEWS1   (x == 1 && OPEN && (OTHER != told[1] || mem[SEEN(0)] == name[1]))

active [2] proctype End() {
	bit x = _pid - 2;
	short epoch;   /* the tag of the epoch's lines, while up */
	byte s, n, f;  /* loaded words */
	byte scribbles;
	bool sent;

start:	atomic { alive[x] = true; epoch = 0 }
	{
		if
		:: hostile(x) -> goto endHostile
		:: else
		fi;
		begin();

endDown:	do
		:: NEWS0 || NEWS1 ->
			s = mem[SEEN(1 - x)];
			n = mem[NAME(1 - x)];
			if
			:: failed[x] || n == 0
			:: else ->
				if
				:: x == 0 && s == name[x] -> break
				:: x == 0 && s != name[x]
				:: x == 1 && s == name[x] && told[x] == n -> break
				:: x == 1 && told[x] != n -> told[1] = n; store(SEEN(1), n)
				:: x == 1 && told[x] == n && s != name[x]
				fi
			fi
		:: notice[x] -> goto heard
		od;
		if
		:: x == 0 ->
			clearRings();
			told[0] = n;
			store(SEEN(0), n)
		:: x == 1
		fi;
		atomic {
			peer[x] = n;
			epoch = (x == 0 -> EPOCH(name[0], n) : EPOCH(n, name[1]));
			up[x] = true; s = 0; n = 0
		}

endUp:		do
		:: !sent ->
			sent = true;
			buffer[x]!RING(x), epoch
		:: atomic { !got[x] && mem[RING(1 - x)] != 0 && FITS(mem[RING(1 - x)]) -> got[x] = true }
			buffer[x]!RING(1 - x), 0
		:: atomic { !got[x] && mem[RING(1 - x)] != 0 && !FITS(mem[RING(1 - x)]) ->
				failed[x] = true }
			begin();
			goto endDown
#ifndef NO_HOLD
		:: OTHER != peer[x] || mem[SEEN(1 - x)] != name[x] ->
			begin();
			goto endDown
#endif
		:: notice[x] ->
#ifdef IGNORE_NOTICE
			notice[x] = false
#else
			goto heard
#endif
		od;

heard:		atomic {
			notice[x] = false;
#ifndef NO_FORGIVE
			failed[x] = false;
#endif
#ifdef KEEP_NAME
			name[x] = name[x] - 2
#endif
		}
		begin();
		goto endDown;

endHostile:	do
		:: atomic { scribbles < SCRIBBLES ->
				scribbles++;
				select(f : 0 .. 5);
				select(n : 0 .. 2);
				mem[f] = (f >= 4 -> GARBAGE :
					(n == 0 -> 0 : (n == 1 -> FORGED + x : KNOWN)));
				f = 0; n = 0 }
		od
	} unless { !alive[x] };

	/* Dead. Fence, tell the other end, start again. */
	atomic {
		empty(buffer[x]);
		notice[1 - x] = (alive[1 - x] -> true : notice[1 - x]);
		notice[x] = false; failed[x] = false; up[x] = false; got[x] = false;
		told[x] = 0; peer[x] = 0; epoch = 0; sent = false;
		s = 0; n = 0; f = 0; scribbles = 0
	}
	goto start
}

/* Ends die, until deaths stop; a hostile life ends. */
inline die(e) {
	alive[e] && deaths[0] + deaths[1] + hostile(1 - e) < DEATHS ->
		deaths[e]++;
		alive[e] = false; up[e] = false; got[e] = false
}

active proctype Fate() {
	do
	:: atomic { die(0) }
	:: atomic { die(1) }
	:: !hostile(0) && !hostile(1) -> break
	od
}

active proctype Settled() {
	timeout ->
	assert(up[0] && up[1] && peer[0] == name[1] && peer[1] == name[0] && got[0] && got[1])
}
