// The claim ring: the receiver frees a slot by clearing its header, the sender looks at the slot
// one batch ahead. No index is shared and nothing is acknowledged. A batch is a quarter of the
// slots: at 1024 slots near, batches of 64 take 1.2 times as long and batches of 512 the same.
#include "limit.h"

struct ring {
	struct line *slots;
	uint64_t mask;
	uint64_t head;  // next slot, counted from the start and never wrapped
	uint64_t limit; // sender: slots before this one are known to be free
	uint64_t batch;
};

static struct ring ring_at(struct run *r, int offset)
{
	struct line *slots = (struct line *)(r->memory + offset);
	return (struct ring){.slots = slots, .mask = r->arg - 1, .batch = r->arg / 4};
}

// Rings are passed by value and stay in registers: a pointer to one would put them in memory.
static inline struct ring ring_send(struct ring q, uint64_t v)
{
	if (q.head == q.limit) {
		// The receiver clears in order: the last slot of a batch being free frees them all.
		await(&q.slots[(q.head + q.batch - 1) & q.mask].header, 0);
		q.limit = q.head + q.batch;
	}
	struct line *l = &q.slots[q.head++ & q.mask];
	payload_fill(l, v);
	publish(&l->header, v + 1);
	return q;
}

static inline struct ring ring_receive(struct ring q, uint64_t *sum)
{
	struct line *l = &q.slots[q.head++ & q.mask];
	while (atomic_load_explicit(&l->header, memory_order_acquire) == 0)
		_mm_pause();
	*sum += payload_sum(l);
	publish(&l->header, 0);
	return q;
}

static uint64_t sum_of(uint64_t count)
{
	return PAYLOAD_WORDS * (count * (count - 1) / 2) + 21 * count;
}

void ring_pingpong_a(struct run *r)
{
	struct ring out = ring_at(r, MEM_RING_AB), in = ring_at(r, MEM_RING_BA);
	uint64_t sum = 0;
	for (uint64_t v = 0, count = r->count; v < count; v++) {
		out = ring_send(out, v);
		in = ring_receive(in, &sum);
	}
	r->sum = sum;
}

void ring_pingpong_b(struct run *r)
{
	struct ring in = ring_at(r, MEM_RING_AB), out = ring_at(r, MEM_RING_BA);
	uint64_t sum = 0;
	for (uint64_t v = 0, count = r->count; v < count; v++) {
		in = ring_receive(in, &sum);
		out = ring_send(out, v);
	}
	((struct control *)r->memory)->sum = sum;
}

void ring_stream_a(struct run *r)
{
	struct ring out = ring_at(r, MEM_RING_AB);
	for (uint64_t v = 0, count = r->count; v < count; v++)
		out = ring_send(out, v);
	r->sum = sum_of(r->count);
}

void ring_stream_b(struct run *r)
{
	struct ring in = ring_at(r, MEM_RING_AB);
	uint64_t sum = 0;
	for (uint64_t v = 0, count = r->count; v < count; v++)
		in = ring_receive(in, &sum);
	((struct control *)r->memory)->sum = sum;
}
