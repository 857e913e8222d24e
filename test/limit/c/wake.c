// Wake-up: B sleeps in epoll_wait on an eventfd, A writes the eventfd after B has slept for arg
// microseconds. What counts is the time from before A's write until B has read the eventfd.
#include "limit.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct stamp {
	_Alignas(LINE_BYTES) uint64_t nanos;
	_Atomic uint64_t round; // written last
};

static struct stamp *stamp_of(struct run *r)
{
	return (struct stamp *)(r->memory + MEM_LINES);
}

static void must_move(ssize_t bytes, size_t want, const char *what)
{
	if (bytes == (ssize_t)want)
		return;
	perror(what);
	exit(1);
}

void wake_a(struct run *r)
{
	const uint64_t one = 1;
	for (uint64_t i = 1; i <= r->count; i++) {
		spin_nanos(r->arg * 1000);
		uint64_t start = now_nanos();
		must_move(write(r->files->event, &one, sizeof one), sizeof one, "limit: write eventfd");
		await(&stamp_of(r)->round, i);
		r->nanos += stamp_of(r)->nanos - start;
	}
}

void wake_b(struct run *r)
{
	struct epoll_event event;
	uint64_t value;
	for (uint64_t i = 1; i <= r->count; i++) {
		while (epoll_wait(r->files->epoll, &event, 1, -1) != 1)
			;
		must_move(read(r->files->event, &value, sizeof value), sizeof value,
		          "limit: read eventfd");
		stamp_of(r)->nanos = now_nanos();
		publish(&stamp_of(r)->round, i);
	}
}

// Ping-pong of one line's worth of bytes through the kernel: a pipe each way, or one pair of
// Unix datagram sockets. Both sides block in the kernel.
static void kernel_ping(uint64_t count, int out, int in)
{
	char message[LINE_BYTES] = {0};
	for (uint64_t i = 0; i < count; i++) {
		must_move(write(out, message, sizeof message), sizeof message, "limit: write");
		must_move(read(in, message, sizeof message), sizeof message, "limit: read");
	}
}

static void kernel_pong(uint64_t count, int in, int out)
{
	char message[LINE_BYTES];
	for (uint64_t i = 0; i < count; i++) {
		must_move(read(in, message, sizeof message), sizeof message, "limit: read");
		must_move(write(out, message, sizeof message), sizeof message, "limit: write");
	}
}

void pipe_a(struct run *r) { kernel_ping(r->count, r->files->pipe_ab[1], r->files->pipe_ba[0]); }
void pipe_b(struct run *r) { kernel_pong(r->count, r->files->pipe_ab[0], r->files->pipe_ba[1]); }
void socket_a(struct run *r) { kernel_ping(r->count, r->files->socket[0], r->files->socket[0]); }
void socket_b(struct run *r) { kernel_pong(r->count, r->files->socket[1], r->files->socket[1]); }
