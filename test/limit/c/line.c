// Ping-pong over one line and over two: what the cache-coherence hardware itself takes.
#include "limit.h"

static struct line *line_at(struct run *r, int index)
{
	return (struct line *)(r->memory + MEM_LINES) + 16 * index; // apart, past any prefetch pair
}

// One line goes back and forth: A writes odd values, B answers with even ones. Each direction
// moves the line once, so no exchange between two cores can be faster.
void one_line_a(struct run *r)
{
	_Atomic uint64_t *word = &line_at(r, 0)->header;
	for (uint64_t i = 0; i < r->count; i++) {
		publish(word, 2 * i + 1);
		await(word, 2 * i + 2);
	}
}

void one_line_b(struct run *r)
{
	_Atomic uint64_t *word = &line_at(r, 0)->header;
	for (uint64_t i = 0; i < r->count; i++) {
		await(word, 2 * i + 1);
		publish(word, 2 * i + 2);
	}
}

// Each side writes a line of its own: the writer has to take its line back from the reader.
void two_line_a(struct run *r)
{
	_Atomic uint64_t *out = &line_at(r, 0)->header, *in = &line_at(r, 1)->header;
	for (uint64_t i = 1; i <= r->count; i++) {
		publish(out, i);
		await(in, i);
	}
}

void two_line_b(struct run *r)
{
	_Atomic uint64_t *in = &line_at(r, 0)->header, *out = &line_at(r, 1)->header;
	for (uint64_t i = 1; i <= r->count; i++) {
		await(in, i);
		publish(out, i);
	}
}
