package shell

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"skerry/kernel"
)

// seat is what a core knows of the one that has the console.
type seat struct {
	holder kernel.CoreID
	known  bool // somebody is known to have, or to have had, the console
	vacant bool // the holder has died, after its last note
	note   note
}

// note is what the holder does.
type note struct {
	number uint32 // commands begun before
	status uint8  // exit status of the first that failed
	text   string // the command that runs; "": none
}

// died tells of a death. The caller holds the loop's lock.
func (s *seat) died(id kernel.CoreID) {
	if s.known && s.holder == id {
		s.vacant = true
	}
}

// awaitConsole waits until this core has the console, and returns what was known of it before.
func (sh *shell) awaitConsole() seat {
	for {
		if was, mine := sh.takeSeat(); mine {
			return was
		}
		time.Sleep(consolePoll)
	}
}

// takeSeat takes the console if it is this core's. While the loop is busy it is too early to tell:
// its messages may be the last notes of a core that has died. The driver is asked without the lock:
// who is stopped meanwhile never has its answer.
func (sh *shell) takeSeat() (was seat, mine bool) {
	given := sh.look != nil && sh.look.HasConsole()
	if !sh.loop.TryLock() {
		return was, false
	}
	defer sh.loop.Unlock()
	was = sh.seat
	if was.known && !was.vacant || !given && (sh.look != nil || !sh.next()) {
		return was, false
	}
	sh.seat = seat{holder: sh.core.Boot().Core, known: true, note: was.note}
	return was, true
}

// next tells whether this core is the next to have the console, where the driver does not say: that
// is the lowest one that runs; at first, the lowest one. The caller holds the loop's lock.
func (sh *shell) next() bool {
	boot := sh.core.Boot()
	if !sh.seat.known {
		return boot.Incarnation == 1 && boot.Core == boot.Cores[0]
	}
	for _, id := range boot.Cores {
		if id < boot.Core && sh.hears(id) {
			return false
		}
	}
	return true
}

// succeed goes on where the last holder of the console was. The first is the first core: who shares
// no window with it has no word of it.
func (sh *shell) succeed(was seat) {
	boot := sh.core.Boot()
	first := boot.Cores[0]
	switch {
	case was.known:
		e, _ := sh.core.Epitaph(was.holder)
		fmt.Fprintf(sh.out, "%v has the console now; %v\n", boot.Core, e)
	case boot.Incarnation == 1 && (first == boot.Core || sh.loop.Channel(first) != nil):
		sh.greet()
	case sh.scripted:
		fmt.Fprintf(sh.out, "shell: %v has the console, and no word of where the script is\n",
			boot.Core)
		sh.powerOff(statusFailed)
	}
	if was.note.text != "" {
		sh.done(sh.judge(was))
	}
}

// greet waits for the other cores, so that each will know how far the console is.
func (sh *shell) greet() {
	var all sync.WaitGroup
	for _, p := range sh.peers {
		all.Go(func() {
			if err := p.member.AwaitBound(startPatience); err != nil {
				fmt.Fprintf(sh.out, "%v does not answer: %v\n", p.id, err)
			}
		})
	}
	all.Wait()
	if boot := sh.core.Boot(); !sh.scripted {
		fmt.Fprintf(sh.out, "shell on %v of %d: `help` lists the commands\n", boot.Core,
			len(boot.Cores))
	}
}

// judge returns how a command ended during which the holder died: that was what it was for, or it
// failed. A restart is brought to its end.
func (sh *shell) judge(was seat) error {
	words := strings.Fields(was.note.text)
	if c, err := find(words[0]); err == nil && c.lethal && len(words) > 1 {
		if victim, err := sh.parseCore(words[1]); err == nil && victim == was.holder {
			if c.verb == "restart" {
				return sh.start(victim)
			}
			return nil
		}
	}
	return fmt.Errorf("shell: %v died while it ran %q: want it alive at the end", was.holder,
		was.note.text)
}

// noted returns what was last noted.
func (sh *shell) noted() note {
	sh.loop.Lock()
	defer sh.loop.Unlock()
	return sh.seat.note
}

// tell tells all others what this core does with the console.
func (sh *shell) tell(n note) {
	sh.loop.Lock()
	sh.seat.note = n
	sh.loop.Unlock()
	var all sync.WaitGroup
	for _, p := range sh.peers {
		all.Go(func() {
			// An error means that it is dead, or does not answer: then it will not go on either.
			ask(func() (none struct{}, err error) {
				return none, p.member.Note(n.number, n.status, n.text)
			})
		})
	}
	all.Wait()
}

// ask makes a call, and gives up waiting for a core that does not answer in time.
func ask[T any](call func() (T, error)) (answer T, err error) {
	type outcome struct {
		answer T
		err    error
	}
	back := make(chan outcome, 1)
	go func() {
		answer, err := call()
		back <- outcome{answer, err}
	}()
	timer := time.NewTimer(answerPatience)
	defer timer.Stop()
	select {
	case o := <-back:
		return o.answer, o.err
	case <-timer.C:
		return answer, errNoAnswer
	}
}
