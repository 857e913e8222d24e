// limit CPU-A CPU-B: a process that runs baselines on request, so that a sample starts nothing.
//
// Each line on standard input asks for one run:      NAME COUNT ARG WARM-MICROSECONDS
// Each line on standard output answers it:           ok NANOSECONDS   or   error TEXT
// It ends at the end of its input. Its first line says "ready" and the size of its pages.
#include "limit.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RUN_SECONDS_MAX = 15 }; // many times what the slowest run takes

static const struct baseline baselines[] = {
	{"one-line", one_line_a, one_line_b},
	{"two-line", two_line_a, two_line_b},
	{"ring-pingpong", ring_pingpong_a, ring_pingpong_b},
	{"ring-stream", ring_stream_a, ring_stream_b},
	{"bulk-copy", bulk_copy_a, bulk_copy_b},
	{"wake", wake_a, wake_b},
	{"pipe", pipe_a, pipe_b},
	{"socket", socket_a, socket_b},
};

// What A hands to B through the pipe that B sleeps on between runs.
struct order {
	const struct baseline *baseline;
	struct run run;
	uint64_t number; // of the run: 1, 2, …
	uint64_t warm_nanos;
};

struct thread_b {
	int cpu, orders; // orders: read end of the pipe
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "limit: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void pin(int cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	must(sched_setaffinity(0, sizeof set, &set) == 0, "pin to a CPU");
}

static struct control *control_of(const struct run *r)
{
	return (struct control *)r->memory;
}

static void *side_b(void *argument)
{
	const struct thread_b *self = argument;
	struct order o;
	pin(self->cpu);
	while (read(self->orders, &o, sizeof o) == sizeof o) {
		spin_nanos(o.warm_nanos);
		publish(&control_of(&o.run)->ready, o.number);
		await(&control_of(&o.run)->go, o.number);
		o.baseline->b(&o.run);
		publish(&control_of(&o.run)->done, o.number);
	}
	return NULL;
}

// Executes one run and returns its time; 0 when B received something other than A sent.
static uint64_t side_a(struct order *o, int orders)
{
	struct control *c = control_of(&o->run);
	memset(o->run.memory + MEM_LINES, 0, MEM_BULK - MEM_LINES);
	c->sum = 0;
	must(write(orders, o, sizeof *o) == sizeof *o, "hand over a run");
	spin_nanos(o->warm_nanos);
	await(&c->ready, o->number);
	uint64_t start = now_nanos();
	publish(&c->go, o->number);
	o->baseline->a(&o->run);
	await(&c->done, o->number);
	uint64_t nanos = now_nanos() - start;
	if (o->run.sum != c->sum)
		return 0;
	return o->run.nanos ? o->run.nanos : nanos;
}

static bool arg_valid(const char *name, uint64_t arg)
{
	bool power = arg && (arg & (arg - 1)) == 0;
	return strncmp(name, "ring", 4) != 0 || (power && arg >= 4 && arg <= RING_SLOTS_MAX);
}

static const struct baseline *find(const char *name)
{
	for (size_t i = 0; i < sizeof baselines / sizeof *baselines; i++)
		if (strcmp(baselines[i].name, name) == 0)
			return &baselines[i];
	return NULL;
}

static void serve(uint8_t *memory, const struct files *files, int orders)
{
	char name[32], input[128];
	unsigned long count, arg, warm;
	for (uint64_t number = 1; fgets(input, sizeof input, stdin); number++) {
		if (sscanf(input, "%31s %lu %lu %lu", name, &count, &arg, &warm) != 4 ||
		    !find(name) || !arg_valid(name, arg) || count == 0) {
			printf("error found %.*s: want NAME COUNT ARG WARM-MICROSECONDS\n",
			       (int)strcspn(input, "\n"), input);
			continue;
		}
		struct order o = {.baseline = find(name), .number = number};
		o.warm_nanos = warm * 1000;
		o.run = (struct run){.count = count, .arg = arg, .memory = memory, .files = files};
		alarm(RUN_SECONDS_MAX); // a side that waits for ever ends the process
		uint64_t nanos = side_a(&o, orders);
		alarm(0);
		if (nanos)
			printf("ok %lu\n", (unsigned long)nanos);
		else
			printf("error %s: side B received other words than were sent\n", name);
	}
}

// A huge page where one is reserved, otherwise ordinary pages.
static uint8_t *map_memory(int *page_kib)
{
	const int access = PROT_READ | PROT_WRITE;
	const int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE;
	uint8_t *m = mmap(NULL, MEM_BYTES, access, flags | MAP_HUGETLB, -1, 0);
	*page_kib = 2048;
	if (m == MAP_FAILED) {
		m = mmap(NULL, MEM_BYTES, access, flags, -1, 0);
		*page_kib = 4;
	}
	must(m != MAP_FAILED, "map the shared memory");
	return m;
}

static struct files open_files(void)
{
	struct files f;
	struct epoll_event event = {.events = EPOLLIN};
	f.event = eventfd(0, EFD_NONBLOCK);
	f.epoll = epoll_create1(0);
	must(f.event >= 0 && f.epoll >= 0, "open an eventfd and an epoll");
	must(epoll_ctl(f.epoll, EPOLL_CTL_ADD, f.event, &event) == 0, "watch the eventfd");
	must(pipe(f.pipe_ab) == 0 && pipe(f.pipe_ba) == 0, "open pipes");
	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, f.socket) == 0, "open a pair of sockets");
	return f;
}

int main(int count, char **args)
{
	pthread_t thread;
	int orders[2], page_kib;
	if (count != 3) {
		fprintf(stderr, "limit: %d arguments: want CPU-A CPU-B\n", count - 1);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	uint8_t *memory = map_memory(&page_kib);
	struct files files = open_files();
	must(pipe(orders) == 0, "open the pipe for orders");
	struct thread_b b = {.cpu = atoi(args[2]), .orders = orders[0]};
	must(pthread_create(&thread, NULL, side_b, &b) == 0, "start side B");
	pin(atoi(args[1]));
	printf("ready %d KiB pages\n", page_kib);
	serve(memory, &files, orders[1]);
	close(orders[1]);
	pthread_join(thread, NULL);
	return 0;
}
