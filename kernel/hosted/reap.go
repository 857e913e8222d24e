package hosted

import (
	"fmt"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// reap waits until the process of a life is gone, completes its epitaph and tells the others.
func (m *Machine) reap(index int, l *life) {
	state, err := l.process.Wait()
	if err != nil {
		panic(fmt.Sprintf("hosted: wait for the process of core %d: %v", index, err))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	page := m.files.epitaphs[index]
	e := kernel.Epitaph{Core: kernel.CoreID(index), Incarnation: l.incarnation, At: Now()}
	own, ok := kernel.ReadEpitaph(page)
	if ok && own.Core == e.Core && own.Incarnation == e.Incarnation {
		e = own
	} else {
		status := state.Sys().(syscall.WaitStatus)
		e.Cause, e.Reason = verdict(status, l.attached(), l.readCrash(), l.stopReason)
		e.Inscribe(page)
	}
	m.bury(index, l, e)
}

// bury ends the life in the launcher's books. The caller holds m.mu.
func (m *Machine) bury(index int, l *life, e kernel.Epitaph) {
	m.cores[index].life = nil
	notice := kernel.Notice{Core: e.Core, Incarnation: e.Incarnation, Cause: e.Cause}
	for i := range m.cores {
		if other := m.cores[i].life; other != nil {
			other.inform(notice)
		}
	}
	l.close()
	close(l.news)
	close(l.done)
	if m.running--; m.running == 0 {
		m.quiet.Broadcast()
	}
}

// inform has a notice sent. The caller holds Machine.mu.
func (l *life) inform(n kernel.Notice) {
	l.deaths.add(n)
	select {
	case l.news <- struct{}{}:
	default: // post has not taken the last one yet, and will find both
	}
}

// verdict tells what ended a process that left no epitaph.
func verdict(
	status syscall.WaitStatus, attached bool, crash, stopReason string,
) (epitaph.Cause, string) {
	switch {
	case status.Signaled() && status.Signal() == syscall.SIGKILL && stopReason != "":
		return epitaph.Stopped, stopReason
	case status.Signaled():
		return signalVerdict(status.Signal())
	case status.ExitStatus() == 0 && !attached:
		return epitaph.Panicked, "ended without attaching: want a program that calls coreos.Main"
	case status.ExitStatus() == 0:
		return epitaph.Exited, "the program returned"
	case strings.HasPrefix(crash, "SIG"), strings.HasPrefix(crash, "[signal "):
		return epitaph.Faulted, crash
	case crash != "":
		return epitaph.Panicked, crash
	}
	return epitaph.Panicked, fmt.Sprintf("exit status %d", status.ExitStatus())
}

func signalVerdict(s syscall.Signal) (epitaph.Cause, string) {
	reason := fmt.Sprintf("signal %d: %v", int(s), s)
	switch s {
	case syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGILL, syscall.SIGFPE, syscall.SIGTRAP,
		syscall.SIGSYS:
		return epitaph.Faulted, reason
	}
	return epitaph.Killed, reason
}

// attached tells whether the core took its seat: see bootRecord.
func (l *life) attached() bool {
	var stat unix.Stat_t
	return unix.Fstat(l.boot, &stat) == nil && stat.Size == 0
}

// readCrash returns the first line of what the Go runtime wrote when it crashed, behind a trace of
// its threads: see restless.
func (l *life) readCrash() string {
	text := make([]byte, crashBytesMax)
	size, err := unix.Pread(l.crash, text, 0)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text[:size])) {
		if !strings.HasPrefix(line, "SCHED ") && !strings.HasPrefix(line, "  ") && line != "\n" {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
