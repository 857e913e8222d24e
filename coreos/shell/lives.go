package shell

import (
	"errors"
	"fmt"
	"time"

	"skerry/kernel"
)

func start(sh *shell, args []string) error {
	id, err := sh.parseCore(args[0])
	if err != nil {
		return err
	}
	return sh.start(id)
}

// start starts a core, and waits until its shell answers, if it can be asked.
func (sh *shell) start(id kernel.CoreID) error {
	began := sh.core.Now()
	if err := sh.core.Start(id); err != nil {
		return fmt.Errorf("shell: start %v: %w", id, err)
	}
	if sh.peers[id] == nil {
		fmt.Fprintf(sh.out, "%v was started: no window to ask it\n", id)
		return nil
	}
	for end := began.Add(startPatience); sh.core.Now() < end; time.Sleep(retryAfter) {
		if sh.peers[id].member.AwaitBound(retryAfter) != nil {
			continue
		}
		if _, _, err := sh.peers[id].rally.play(1, 1, 0); err == nil {
			fmt.Fprintf(sh.out, "%v, life %d: answers after %v\n", id, sh.life(id),
				sh.core.Now().Sub(began).Round(time.Millisecond))
			return nil
		}
	}
	return fmt.Errorf("shell: %v was started, and does not answer in %v", id, startPatience)
}

// life returns the life of a core, as its end of the channel says.
func (sh *shell) life(id kernel.CoreID) uint64 {
	sh.loop.Lock()
	defer sh.loop.Unlock()
	_, life := sh.loop.Channel(id).Epoch()
	return life
}

func stop(sh *shell, args []string) error {
	id, err := sh.parseCore(args[0])
	if err != nil {
		return err
	}
	return sh.kill(id, func() error { return sh.core.Stop(id) })
}

func restart(sh *shell, args []string) error {
	id, err := sh.parseCore(args[0])
	if err != nil {
		return err
	}
	err = sh.kill(id, func() error { return sh.core.Stop(id) })
	if err != nil && !errors.Is(err, kernel.ErrNotRunning) {
		return err
	}
	return sh.start(id)
}

func crashCore(sh *shell, args []string) error {
	id, err := sh.parseCore(args[0])
	if err != nil {
		return err
	}
	return sh.order(id, (*BlockingMember).Crash, crash("the console"))
}

func faultCore(sh *shell, args []string) error {
	id, err := sh.parseCore(args[0])
	if err != nil {
		return err
	}
	return sh.provoke(id, kernel.FaultInDriver)
}

func hangCore(sh *shell, args []string) error {
	id, err := sh.parseCore(args[0])
	if err != nil {
		return err
	}
	switch where := append(args, "ring3")[1]; {
	case where == "ring0":
		return sh.provoke(id, kernel.HangInDriver)
	case where != "ring3":
		return usageError{fmt.Errorf("shell: hang in %q: want ring3 or ring0", where)}
	case sh.look == nil:
		return errLook
	}
	return sh.order(id, (*BlockingMember).Spin, sh.spin)
}

// order has an instance end its life, a peer's by a call or this core's own, and waits for that.
func (sh *shell) order(id kernel.CoreID, call func(*BlockingMember) error, own func() error) error {
	return sh.kill(id, func() error {
		if id == sh.core.Boot().Core {
			sh.finish(own)
			return nil
		}
		if p := sh.peers[id]; p != nil {
			return call(p.member)
		}
		return kernel.ErrNoWindow
	})
}

// provoke has a core's driver fail, and waits for its death.
func (sh *shell) provoke(id kernel.CoreID, what kernel.Failure) error {
	if sh.look == nil {
		return errLook
	}
	return sh.kill(id, func() error { return sh.look.Provoke(id, what) })
}

// kill does something that a core dies of, and waits for its death. If the core is this one, it
// does not return, and the next core to have the console goes on.
func (sh *shell) kill(id kernel.CoreID, how func() error) error {
	before, _ := sh.core.Epitaph(id)
	if err := how(); err != nil {
		return fmt.Errorf("shell: end a life of %v: %w", id, err)
	}
	for end := sh.core.Now().Add(deathPatience); sh.core.Now() < end; time.Sleep(retryAfter) {
		if e, ok := sh.core.Epitaph(id); ok && e.Incarnation > before.Incarnation {
			fmt.Fprintln(sh.out, e)
			return nil
		}
	}
	return fmt.Errorf("shell: %v has not died in %v", id, deathPatience)
}
