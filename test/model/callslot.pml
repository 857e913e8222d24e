/*
 * callslot.pml: a call slot, for ever: the request goes one way and its reply comes back, both in
 * one line.
 *
 * Mirrors msgpass/call.go: Caller.Call and Reply, Callee.Request and Answer.
 *
 * Modelled: x86-TSO: each end has a FIFO of buffered stores that drains at any time, and a load of
 * the header sees the end's own buffered store first: after Call the caller never sees the last
 * reply again, after Answer the callee never sees the request again. Loads of the payload look at
 * memory: an end's own stores have drained before it may load.
 *
 * Abstracted: a line is two words of payload and a header: NONE, REQUEST or REPLY. Calls are
 * numbered modulo NUMBERS; a request is its number twice, its reply the number plus NUMBERS twice.
 * So a request or reply that is lost, doubled, torn or of another call has a wrong number. An end
 * that finds nothing waits.
 *
 * Properties:
 *   - the callee reads each request once, whole and in order; the caller reads its own reply, whole
 *   - no store reaches the payload while the line is the other end's
 *   - neither end gets stuck (no invalid end state)
 *
 * Bounds: STORES buffered stores an end; any number of calls, one at a time.
 *
 * Planted bugs (-D), each at the line that it changes:
 *   CALL_FIRST      the caller hands the line over before it writes the request
 *   ANSWER_FIRST    the callee hands the line back before it writes the reply
 *   READ_LATE       the callee reads the second half of the request after it has answered
 *   PAYLOAD_FIRST   the caller reads the reply before it looks at the header
 *   ANY_IS_REPLY    the caller takes its own request for the reply
 *   ANY_IS_REQUEST  the callee takes its own reply for a request
 *   CALL_AGAIN      the caller calls again before the reply has come
 *   UNORDERED       stores drain in any order: why other processors need an atomic store
 */

#ifndef STORES
#define STORES 4
#endif

#define NUMBERS 4

#define NONE    0
#define REQUEST 1
#define REPLY   2

#define HEADER 2  /* words 0 and 1 are the payload */

#define CALLER 0
#define CALLEE 1

byte mem[3];
chan buffer[2] = [STORES] of { byte, byte };  /* stores under way: word, value */

active [2] proctype Drain() {
	byte word, value;
end:	do
	:: atomic {
		buffer[_pid]?word, value;
		assert(word == HEADER || (mem[HEADER] == REQUEST) == (_pid == CALLEE));
		mem[word] = value;
		word = 0;
		value = 0
	   }
#ifdef UNORDERED
	:: atomic { buffer[_pid]?word, value; buffer[_pid]!word, value; word = 0; value = 0 }
#endif
	od
}

inline write(end, number) {
	buffer[end]!0, number;
	buffer[end]!1, number
}

active proctype Caller() {
	byte number; /* of this call */
	byte first;  /* the reply's first word as loaded */

	do
	::
#ifdef CALL_FIRST
		buffer[CALLER]!HEADER, REQUEST;
		write(CALLER, number);
#else
		write(CALLER, number);
		buffer[CALLER]!HEADER, REQUEST;
#endif
#ifdef CALL_AGAIN
		write(CALLER, number);
		buffer[CALLER]!HEADER, REQUEST;
#endif
#ifdef PAYLOAD_FIRST
		first = mem[0];
#endif
#ifdef ANY_IS_REPLY
		mem[HEADER] != NONE;
#else
		!buffer[CALLER]??[HEADER, REQUEST] && mem[HEADER] == REPLY;
#endif
#ifndef PAYLOAD_FIRST
		first = mem[0];
#endif
		assert(first == number + NUMBERS && mem[1] == number + NUMBERS);
		atomic { number = (number + 1) % NUMBERS; first = 0 }
	od
}

active proctype Callee() {
	byte expected; /* the number of the next request */
	byte first;    /* the request's first word as loaded */

	do
	::
#ifdef ANY_IS_REQUEST
		mem[HEADER] != NONE;
#else
		!buffer[CALLEE]??[HEADER, REPLY] && mem[HEADER] == REQUEST;
#endif
		first = mem[0];
#ifndef READ_LATE
		assert(first == expected && mem[1] == expected);
#endif
#ifdef ANSWER_FIRST
		buffer[CALLEE]!HEADER, REPLY;
		write(CALLEE, expected + NUMBERS);
#else
		write(CALLEE, expected + NUMBERS);
		buffer[CALLEE]!HEADER, REPLY;
#endif
#ifdef READ_LATE
		assert(first == expected && mem[1] == expected);
#endif
		atomic { expected = (expected + 1) % NUMBERS; first = 0 }
	od
}
