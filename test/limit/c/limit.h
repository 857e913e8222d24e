// What the C baselines share: one measurement (struct run), its two sides, the memory between them.
//
// Two threads of one process, each pinned to a CPU of its own, execute one run: side A starts
// it and is timed, side B answers. The memory between them is a huge page where one can be had.
//
//   offset 0       control: ready, go, done, each on a line of its own, and the sum of side B
//   MEM_LINES      lines for ping-pong
//   MEM_RING_AB    ring from A to B, at most RING_SLOTS_MAX slots
//   MEM_RING_BA    ring from B to A, staggered by some lines so that the heads share no L1 set
//   MEM_BULK       buffers for bulk copies
#ifndef LIMIT_H
#define LIMIT_H

#define _GNU_SOURCE
#include <immintrin.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum {
	LINE_BYTES = 64,
	PAYLOAD_WORDS = 7,
	RING_SLOTS_MAX = 1024,
	BULK_BYTES = 65536, // one buffer
	BULK_BUFFERS = 8,

	MEM_LINES = 4096,
	MEM_RING_AB = 8192,
	MEM_RING_BA = 8192 + RING_SLOTS_MAX * LINE_BYTES + 17 * LINE_BYTES,
	MEM_BULK = 1 << 20,
	MEM_BYTES = 1 << 21,
};
_Static_assert(MEM_RING_BA + RING_SLOTS_MAX * LINE_BYTES <= MEM_BULK, "rings end before bulk");
_Static_assert(MEM_BULK + BULK_BUFFERS * BULK_BYTES <= MEM_BYTES, "bulk ends before the page");

// A line carries seven words; the header is written last and is never zero when one is there.
struct line {
	uint64_t payload[PAYLOAD_WORDS];
	_Atomic uint64_t header;
};
_Static_assert(sizeof(struct line) == LINE_BYTES, "a line is one cache line");

struct control {
	_Alignas(LINE_BYTES) _Atomic uint64_t ready; // B has warmed up for run number …
	_Alignas(LINE_BYTES) _Atomic uint64_t go;    // A has started run number …
	_Alignas(LINE_BYTES) _Atomic uint64_t done;  // B has finished run number …
	uint64_t sum;                                // what B received, written before done
};

// Files that only some runs use; opened once.
struct files {
	int event, epoll; // wake-up
	int pipe_ab[2], pipe_ba[2];
	int socket[2]; // Unix datagrams: A's and B's end
};

struct run {
	uint64_t count;  // rounds, messages or buffers
	uint64_t arg;    // slots of the ring, or microseconds between wake-ups
	uint8_t *memory; // MEM_BYTES, zero at the start of a run
	const struct files *files;
	uint64_t sum;   // A: what it expects B to have summed up; 0: nothing to check
	uint64_t nanos; // A: time measured by itself; 0: the time from start to end
};

typedef void side(struct run *);

struct baseline {
	const char *name;
	side *a, *b;
};

extern side one_line_a, one_line_b, two_line_a, two_line_b;
extern side ring_pingpong_a, ring_pingpong_b, ring_stream_a, ring_stream_b;
extern side bulk_copy_a, bulk_copy_b;
extern side wake_a, wake_b;
extern side pipe_a, pipe_b, socket_a, socket_b;

static inline uint64_t now_nanos(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void spin_nanos(uint64_t nanos)
{
	uint64_t end = now_nanos() + nanos;
	while (now_nanos() < end)
		_mm_pause();
}

// Waits until *word is want; one PAUSE a poll.
static inline void await(const _Atomic uint64_t *word, uint64_t want)
{
	while (atomic_load_explicit(word, memory_order_acquire) != want)
		_mm_pause();
}

static inline void publish(_Atomic uint64_t *word, uint64_t value)
{
	atomic_store_explicit(word, value, memory_order_release);
}

// Written out, because gcc -O2 does not unroll and the loop would cost more than the line.
static inline void payload_fill(struct line *l, uint64_t v)
{
	uint64_t *p = l->payload;
	p[0] = v, p[1] = v + 1, p[2] = v + 2, p[3] = v + 3, p[4] = v + 4, p[5] = v + 5, p[6] = v + 6;
}

static inline uint64_t payload_sum(const struct line *l)
{
	const uint64_t *p = l->payload;
	return p[0] + p[1] + p[2] + p[3] + p[4] + p[5] + p[6];
}

#endif
