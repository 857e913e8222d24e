// Bulk copy: the writer copies 64 KiB buffers into the shared memory with REP MOVSB, the reader
// copies them out with memcpy. One line a buffer tells whose it is: 1 the reader's, 0 the writer's.
#include "limit.h"
#include <string.h>

static _Atomic uint64_t *owner_of(struct run *r, uint64_t buffer)
{
	return &((struct line *)(r->memory + MEM_RING_AB))[buffer].header;
}

static uint8_t *bulk_at(struct run *r, uint64_t buffer)
{
	return r->memory + MEM_BULK + buffer * BULK_BYTES;
}

static void rep_movsb(void *to, const void *from, size_t bytes)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

// Tells gcc that somebody reads the buffer; it would leave out the copy otherwise.
static void keep(const uint8_t *buffer)
{
	__asm__ volatile("" : : "r"(buffer) : "memory");
}

void bulk_copy_a(struct run *r)
{
	static _Alignas(4096) uint8_t private_a[BULK_BYTES];
	memset(private_a, 1, BULK_BYTES); // unwritten pages would all be one and the same
	for (uint64_t i = 0; i < r->count; i++) {
		await(owner_of(r, i % BULK_BUFFERS), 0);
		rep_movsb(bulk_at(r, i % BULK_BUFFERS), private_a, BULK_BYTES);
		publish(owner_of(r, i % BULK_BUFFERS), 1);
	}
}

void bulk_copy_b(struct run *r)
{
	static _Alignas(4096) uint8_t private_b[BULK_BYTES];
	for (uint64_t i = 0; i < r->count; i++) {
		await(owner_of(r, i % BULK_BUFFERS), 1);
		memcpy(private_b, bulk_at(r, i % BULK_BUFFERS), BULK_BYTES);
		keep(private_b);
		publish(owner_of(r, i % BULK_BUFFERS), 0);
	}
}
