/*
 * sleepwake.pml: two cores that send to each other and go to sleep; no wake-up is lost.
 *
 * Mirrors msgpass/waitset.go: WaitSet.Flush, Wait, sleep, setSleeping and fullFence, and what
 * kernel.Core says of Kick and Wait: a kick makes the present or the next Wait return.
 *
 * Modelled: x86-TSO: each core has a FIFO of buffered stores that drains at any time; a fence waits
 * until it is empty. No core loads a word that it stores. A kick takes effect at once, before
 * stores that are still buffered. Stray kicks come at any time, or never: kicks doubled or late,
 * and Waits that return early without a reason.
 *
 * A line may be late: what waits for room, or for the ring to grow, is sent by the next Flush. That
 * one may have fenced before, for another channel.
 *
 * Abstracted: a ring is the count of lines published on it, and has room at the next Flush. A poll
 * is one load: where a channel's next message comes is noted before the flag is set (lookAll), and
 * only the loop receives. Spinning (it is polling for longer before sleeping). Sources besides
 * channels. Deadlines: the protocol must do without.
 *
 * Properties:
 *   - when nothing moves any more, no core sleeps while a line sent to it waits (asserted in every
 *     terminal state), whether the sender sleeps itself or has ended its turn and computes
 *   - every run reaches such a state (pan -l: without progress labels it reports any cycle)
 *
 * Bounds: at most LINES lines sent each way, and STRAYS stray kicks.
 *
 * Planted bugs (-D), each at the line that it changes:
 *   NO_REPOLL             sleep does not poll again after it has set the flag
 *   POLL_BEFORE_FLAG      sleep polls again, but before it sets the flag
 *   NO_FENCE_RECEIVER     no fence between setting the flag and the last poll
 *   NO_FENCE_SENDER       no fence between publishing and reading the peer's flag
 *   NO_FLUSH_BEFORE_WAIT  a core sleeps without having looked at its peer's flag
 *   NO_FLUSH_AFTER_TURN   a core computes on without having looked at its peer's flag
 *   LATE_BEHIND_FENCE     Flush sends what is late behind the only fence
 *   HEAD_REPEATS          the head that Flush compares with that of the last Flush repeats
 *   KICK_FORGOTTEN        Wait forgets a kick that came before it
 *   KICK_KEPT             Wait returns for a kick and leaves it in place (a cycle, for pan -l)
 */

#ifndef LINES
#define LINES 2
#endif
#ifndef STRAYS
#define STRAYS 1
#endif

#define SENT(c)     (c)        /* lines that core c published */
#define SLEEPING(c) (2 + (c))  /* core c's sleeping flag */

byte mem[4];
chan buffer[2] = [6] of { byte, byte };  /* stores under way: word, value */
bool kicked[2];                          /* a kick came since the last Wait returned */

byte sent[2];
byte received[2];
bool waiting[2];

active [2] proctype Drain() {
	byte word, value;
end:	do
	:: atomic { buffer[_pid]?word, value; mem[word] = value; word = 0; value = 0 }
	od
}

inline fence() { empty(buffer[x]) }

/* What tells Flush whether lines were published since the last one. */
#ifdef HEAD_REPEATS
#define HEAD (sent[x] % 2)
#else
#define HEAD sent[x]
#endif

inline publish() { sent[x]++; buffer[x]!SENT(x), sent[x] }

/* WaitSet.Flush: send what is late; kick the peer if lines were published since the last Flush and
 * it sleeps. */
inline flush() {
#ifdef LATE_BEHIND_FENCE
	fence();
#endif
	if
	:: late -> late = false; publish()
	:: else
	fi;
	if
	:: flushed == HEAD
	:: else ->
		flushed = HEAD;
#if !defined(NO_FENCE_SENDER) && !defined(LATE_BEHIND_FENCE)
		fence();
#endif
		if
		:: mem[SLEEPING(1 - x)] == 1 -> kicked[1 - x] = true
		:: mem[SLEEPING(1 - x)] == 0
		fi
	fi
}

/* kernel.Core's Wait. */
inline wait() {
#ifdef KICK_FORGOTTEN
	kicked[x] = false;
#endif
	waiting[x] = true;
endWait:
#ifdef KICK_KEPT
	atomic { kicked[x] -> waiting[x] = false }
#else
	atomic { kicked[x] -> kicked[x] = false; waiting[x] = false }
#endif
}

/* WaitSet.sleep: set the flag, fence, poll once more, wait, clear the flag. */
inline sleep() {
#ifdef POLL_BEFORE_FLAG
	mem[SENT(1 - x)] == received[x];
#endif
	buffer[x]!SLEEPING(x), 1;
#ifndef NO_FENCE_RECEIVER
	fence();
#endif
#if defined(NO_REPOLL) || defined(POLL_BEFORE_FLAG)
	wait();
#else
	if
	:: mem[SENT(1 - x)] != received[x]
	:: mem[SENT(1 - x)] == received[x] -> wait()
	fi;
#endif
	buffer[x]!SLEEPING(x), 0
}

active [2] proctype Core() {
	bit x = _pid - 2;
	byte flushed; /* HEAD at the last Flush */
	bool late;    /* a line waits for the next Flush */

	do
	:: sent[x] < LINES && !late -> publish()
	:: sent[x] < LINES && !late -> late = true
	:: mem[SENT(1 - x)] != received[x] -> received[x]++
	:: mem[SENT(1 - x)] == received[x] ->
#ifndef NO_FLUSH_BEFORE_WAIT
		flush();
#endif
		if
		:: mem[SENT(1 - x)] != received[x]
		:: mem[SENT(1 - x)] == received[x] -> sleep()
		fi
	:: break
	od;
	/* The core computes, and receives no more. */
#ifndef NO_FLUSH_AFTER_TURN
	flush()
#endif
}

active proctype Stray() {
	byte strays;

	do
	:: atomic { strays < STRAYS -> strays++; kicked[0] = true }
	:: atomic { strays < STRAYS -> strays++; kicked[1] = true }
	:: break
	od
}

active proctype Settled() {
	timeout ->
	assert(!waiting[0] || received[0] == sent[1]);
	assert(!waiting[1] || received[1] == sent[0])
}
