/*
 * ring.pml: the claim ring, for ever.
 *
 * Mirrors msgpass/ring.go: Sender.TrySlot, claim and Publish; Receiver.Peek and Release; and
 * storeOrdered, which is a plain store on amd64.
 *
 * Modelled: x86-TSO: each end has a FIFO of buffered stores that drains at any time, and a load
 * sees the end's own buffered stores first. The sender keeps head and limit to itself, looks at one
 * header a batch, the last of the next BATCH slots, and claims all of them if it is zero. The
 * receiver frees a slot by clearing its header.
 *
 * Abstracted: a line is two words of payload and a header, 1 when present. Lines are numbered
 * modulo twice the slots, and both payload words hold the number: so the stream has no end and yet
 * few states, and a line that is lost, doubled, out of order or torn has a wrong number. An end
 * that finds the ring full or empty waits. Growing is left out.
 *
 * Properties:
 *   - the receiver reads line after line, whole and in order
 *   - no store reaches the payload of a slot whose header is set
 *   - neither end gets stuck (no invalid end state)
 *
 * Bounds: SLOTS slots, batches of BATCH, STORES buffered stores an end; any number of lines.
 *
 * Planted bugs (-D), each at the line that it changes:
 *   HEADER_FIRST    the sender publishes before it copies the payload
 *   RELEASE_EARLY   the receiver clears the header before it reads the payload
 *   PAYLOAD_FIRST   the receiver reads the payload before it looks at the header
 *   LOOK_AT_HEAD    the sender looks at the first slot of the batch, not at the last
 *   CLAIM_MORE      the sender claims one slot more than it looked at
 *   NO_LOOK         the sender claims without looking
 *   UNORDERED       stores drain in any order: why other processors need an atomic store
 */

#ifndef SLOTS
#define SLOTS 4
#endif
#ifndef BATCH
#define BATCH 2
#endif
#ifndef STORES
#define STORES 6
#endif

#define NUMBERS (2 * SLOTS)

/* Words of slot s. */
#define PAYLOAD(s, i) (3 * (s) + (i))
#define HEADER(s)     (3 * (s) + 2)

#define SENDER   0
#define RECEIVER 1

byte mem[3 * SLOTS];
chan buffer[2] = [STORES] of { byte, byte };  /* stores under way: word, value */

active [2] proctype Drain() {
	byte word, value;
end:	do
	:: atomic {
		buffer[_pid]?word, value;
		assert(word % 3 == 2 || mem[word - word % 3 + 2] == 0);
		mem[word] = value;
		word = 0;
		value = 0
	   }
#ifdef UNORDERED
	:: atomic { buffer[_pid]?word, value; buffer[_pid]!word, value; word = 0; value = 0 }
#endif
	od
}

inline copy() {
	buffer[SENDER]!PAYLOAD(head, 0), number;
	buffer[SENDER]!PAYLOAD(head, 1), number
}

inline publish() { buffer[SENDER]!HEADER(head), 1 }

active proctype Sender() {
	byte head;       /* the next slot to fill */
	byte claimed;    /* slots from head on that are the sender's */
	byte look;       /* the slot that claim looks at */
	byte number = 1; /* of the next line */

	do
	:: claimed == 0 ->
#ifdef LOOK_AT_HEAD
		look = head;
#else
		look = (head + BATCH - 1) % SLOTS;
#endif
#ifndef NO_LOOK
		!buffer[SENDER]??[eval(HEADER(look)), 1] && mem[HEADER(look)] == 0;
#endif
#ifdef CLAIM_MORE
		claimed = BATCH + 1;
#else
		claimed = BATCH;
#endif
		look = 0
	:: claimed != 0 ->
#ifdef HEADER_FIRST
		publish();
		copy();
#else
		copy();
		publish();
#endif
		atomic {
			head = (head + 1) % SLOTS;
			claimed--;
			number = (number + 1) % NUMBERS
		}
	od
}

inline peek() {
	!buffer[RECEIVER]??[eval(HEADER(head)), 0] && mem[HEADER(head)] == 1
}

inline release() { buffer[RECEIVER]!HEADER(head), 0 }

active proctype Receiver() {
	byte head;        /* the next slot to read */
	byte first;       /* the payload's first word as loaded */
	byte expected = 1;

	do
	::
#ifdef PAYLOAD_FIRST
		first = mem[PAYLOAD(head, 0)];
		peek();
#else
		peek();
#ifdef RELEASE_EARLY
		release();
#endif
		first = mem[PAYLOAD(head, 0)];
#endif
		assert(first == expected && mem[PAYLOAD(head, 1)] == expected);
#ifndef RELEASE_EARLY
		release();
#endif
		atomic {
			head = (head + 1) % SLOTS;
			expected = (expected + 1) % NUMBERS;
			first = 0
		}
	od
}
