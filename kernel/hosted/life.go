package hosted

import (
	"fmt"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"skerry/kernel"
	"skerry/kernel/bell"
)

// life is one process of a core, from its start until it is reaped.
type life struct {
	incarnation uint64
	process     *os.Process
	wire        *wire
	boot        int    // file: see bootRecord
	crash       int    // file: see sendCrashesTo
	stopReason  string // not empty: it was stopped; guarded by Machine.mu
	deaths      obituaries
	news        chan struct{} // capacity 1: deaths has some; closed when this life is over
	done        chan struct{} // closed when this life is over
}

// stop sends the signal that ends the life. The caller holds Machine.mu.
func (l *life) stop(reason string) {
	if l.stopReason == "" {
		l.stopReason = reason
	}
	l.process.Kill() // an error means that it is dead already
}

// start begins a life of the core with the given index. The caller holds m.mu.
func (m *Machine) start(index int) error {
	core := &m.cores[index]
	switch {
	case m.closed:
		return errClosed
	case core.life != nil:
		return kernel.ErrRunning
	}
	l, err := m.spawn(index, core.incarnation+1)
	if err != nil {
		return fmt.Errorf("hosted: start core %d: %w", index, err)
	}
	core.incarnation++
	core.life = l
	m.running++
	go l.post()
	go m.serve(l)
	go m.reap(index, l)
	return nil
}

// spawn starts the process of a life. Whatever goes wrong, nothing of it stays.
func (m *Machine) spawn(index int, incarnation uint64) (*life, error) {
	l := &life{
		incarnation: incarnation, boot: -1,
		news: make(chan struct{}, 1), done: make(chan struct{}),
	}
	const kind = unix.SOCK_SEQPACKET | unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK
	pair, err := unix.Socketpair(unix.AF_UNIX, kind, 0)
	if err != nil {
		return nil, fmt.Errorf("make its control socket: %w", err)
	}
	defer unix.Close(pair[1])
	l.wire = newWire(pair[0])
	if l.crash, err = unix.MemfdCreate("skerry-crash", unix.MFD_CLOEXEC); err != nil {
		l.wire.file.Close()
		return nil, fmt.Errorf("make its crash file: %w", err)
	}
	if l.process, err = m.exec(index, l, pair[1]); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *life) close() {
	l.wire.file.Close()
	unix.Close(l.boot)
	unix.Close(l.crash)
}

// exec starts the process with its files.
func (m *Machine) exec(index int, l *life, control int) (*os.Process, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	in, out, errOut := null, os.Stdout, os.Stderr
	if m.config.Input != nil {
		in = m.config.Input
	}
	if m.config.Output != nil {
		out, errOut = m.config.Output, m.config.Output
	}
	list := fileList{in.Fd(), out.Fd(), errOut.Fd()}
	bootNumber := list.add(-1)
	record := m.bootRecord(index, l, control, &list)
	if l.boot, err = record.write(); err != nil {
		return nil, fmt.Errorf("write its boot record: %w", err)
	}
	list[bootNumber] = uintptr(l.boot)
	bell.Take(m.files.bells[index]) // kicks of a core that was not running do nothing
	return m.spawner.start(index, m.config.Instance, &syscall.ProcAttr{
		Env:   environment(bootNumber),
		Files: list,
		// In a group of its own: what a terminal sends is for the launcher to decide.
		Sys: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true},
	})
}

// fileList are the files of a new process, in its numbering.
type fileList []uintptr

// add appends a file and returns the number it will have in the process.
func (l *fileList) add(fd int) int {
	*l = append(*l, uintptr(fd))
	return len(*l) - 1
}

// bootRecord tells a core what it is, and adds its files to the list.
func (m *Machine) bootRecord(index int, l *life, control int, list *fileList) *bootRecord {
	r := &bootRecord{
		Version: bootVersion, Core: kernel.CoreID(index), Incarnation: l.incarnation,
		Args: m.config.ArgsOf(index), WakeCost: wakeCost,
		Control: list.add(control), Bell: list.add(m.files.bells[index]),
		Page: list.add(m.files.pages[index]), Crash: list.add(l.crash),
		Ports: m.portRecords(list),
	}
	if m.spawner.crowded(len(m.cores)) {
		r.WakeCost = 0 // whom it would spin for may need this very CPU
	}
	for i := range m.cores {
		if i != index {
			r.Peers = append(r.Peers, peerFiles{
				Core: kernel.CoreID(i), Window: list.add(m.files.windows.between(i, index)),
				Bell: list.add(m.files.bells[i]), Page: list.add(m.files.pagesRead[i]),
			})
		}
	}
	return r
}

// restless keeps the runtime's monitor thread from sleeping whenever the P is idle. With one P that
// is at each wait for a message or for the network, and the next system call would have to wake it:
// that costs more than all else that a wait does. It does not sleep if it may have to print a
// trace; here, each 24 days.
const restless = "GODEBUG=schedtrace=2147483647"

// environment is the launcher's, and what makes the process a core with one P.
func environment(bootNumber int) []string {
	debug := restless
	var env []string
	for _, pair := range os.Environ() {
		switch name, value, _ := strings.Cut(pair, "="); name {
		case bootVariable, "GOMAXPROCS":
		case "GODEBUG":
			debug = restless + "," + value
		default:
			env = append(env, pair)
		}
	}
	return append(env, fmt.Sprintf("%s=%d", bootVariable, bootNumber), "GOMAXPROCS=1", debug)
}

// post sends the notices. It alone waits for a core that does not read them.
func (l *life) post() {
	for range l.news {
		for n, ok := l.deaths.take(); ok; n, ok = l.deaths.take() {
			if l.wire.send(message{Verb: verbDeath, Notice: n}) != nil {
				return // it is dead
			}
		}
	}
}

// serve carries out the requests of a core, one after the other.
func (m *Machine) serve(l *life) {
	for {
		request, err := l.wire.receive()
		if err != nil {
			return // it is dead, or writes what is no message
		}
		var outcome error
		switch request.Verb {
		case verbStart:
			outcome = m.Start(request.Core)
		case verbStop:
			outcome = m.Stop(request.Core, "another core asked for it")
		default:
			return
		}
		if l.wire.send(answer(outcome)) != nil {
			return
		}
	}
}
