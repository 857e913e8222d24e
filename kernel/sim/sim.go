// Package sim is the driver that runs all cores of a machine in one process, under one seed. It
// works in any go test, in three ways, the first two in virtual time:
//
//	Run     runs a kernel.Program per core: goroutines, blocking calls, windows on the Go heap, so
//	        that -race sees them. The seed decides on kicks and deaths; the Go scheduler decides
//	        which goroutine runs next: the same seed is a similar run, not the same one.
//	NewNet  runs a step.Machine per core, up to CoresMax of them. The seed decides everything:
//	        the same seed is the same run, to the last event.
//	Start   is Run in real time, beside the test: for programs that virtual time cannot wait for.
//	        Package coretest builds on it machines that have a network.
//
// [Seeds] runs a test under many seeds, and prints how to replay the one that failed.
//
// # Time
//
// In Run, all goroutines of the machine live in a bubble of testing/synctest: time stands still
// while any of them can run, and jumps to the next timer when all are blocked. So a program must
// not spin (WakeCost is 0: "never spin"), must not block on anything outside of the machine, and
// must not hold a sync.Mutex across a call that blocks. It must leave synctest.Wait to the driver.
//
// # Death
//
// A goroutine can't be killed from outside. A dead life is fenced at its driver calls: none of them
// returns any more, and deferred functions don't run until the machine has ended. A death proceeds
// in this order:
//
//  1. From now on driver calls of this life park their goroutine, Wait included.
//  2. The driver waits until every goroutine of the machine is blocked. No goroutine of the dead
//     life is then between two statements: it is parked, or has ended, or sleeps in an operation
//     of Go.
//  3. The epitaph is written, and the notices go out.
//
// In Start, nobody knows when all goroutines are blocked: Config.Hold is called before the first
// step, instead of the second.
//
// What this can't show: a goroutine of the dead life that slept in an operation of Go (time.Sleep,
// a channel) may run on afterwards, until its next driver call; on bare and hosted it is gone. And
// a parked goroutine keeps the mutexes it holds: call the driver without holding one, or a sibling
// that wants the mutex stops virtual time. Private memory that a program reaches through package
// variables is not fresh at a restart: keep the state of a program in its own variables.
package sim
