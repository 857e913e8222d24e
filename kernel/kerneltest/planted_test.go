package kerneltest_test

import (
	"bytes"
	"strings"
	"testing"

	"skerry/kernel"
	"skerry/kernel/kerneltest"
	"skerry/kernel/sim"
)

// planted names the bugs, and the case that has to find each.
var planted = []struct {
	finds, bug string
	plant      func(kernel.Program) kernel.Program
}{
	{"start", "Start starts nothing", on[startsNothing]},
	{"identity", "a core that only one other knows", on[oneTooMany]},
	{"window-form", "a window to itself", on[windowToItself]},
	{"window-form", "a window that moves", on[movingWindow]},
	{"window-zero", "a window that is not zero", dirtyWindow},
	{"window-shared", "other memory at one end", with(newStrayWindow)},
	{"window-shared", "memory of another pair", on[crossedWindow]},
	{"wait-deadline", "Wait ignores the deadline", on[neverOnTime]},
	{"wait-deadline", "Wait doesn't wait", on[neverWaits]},
	{"wait-beside", "Wait blocks all goroutines", with(newWaitsAlone)},
	{"kick-ends-wait", "a lost kick", on[losesKicks]},
	{"kick-before-wait", "a kick before Wait is lost", on[forgetsKicks]},
	{"clock", "a clock ahead of the others", with(newFastClock)},
	{"clock", "a clock that goes back", with(newJumpyClock)},
	{"refusals", "Start of a running core", on[restartsRunning]},
	{"refusals", "Stop of a core that doesn't exist", on[nobodyIsThere]},
	{"death-exit", "a notice of another life", on[wrongLife]},
	{"death-exit", "a notice of another cause", on[wrongCause]},
	{"death-exit", "no epitaph", on[noEpitaph]},
	{"death-exit", "Wait sleeps through a notice", on[sleepsOn]},
	{"death-exit", "the same incarnation again", on[alwaysFirstLife]},
	{"death-error", "an epitaph without a reason", on[speechless]},
	{"death-die", "Die looks like Stop", on[diesAsStopped]},
	{"death-panic", "a panic looks like an exit", swallowedPanic},
	{"death-stop", "a lost notice", on[losesNotices]},
	{"stop-fences", "Stop returns before the fence", on[stopsLate]},
	{"stop-self", "a core can't stop itself", on[neverStopsItself]},
	{"dead-core", "a kick starts a dead core", on[kickStarts]},
	{"dead-core", "Stop of a dead core", on[stopsTheDead]},
	{"restart", "a restart clears windows", wipedWindow},
	{"notice-once", "two notices of two deaths", with(newOneByOne)},
}

// Each planted bug is found, by the case that is there for it and by none before it.
func TestPlantedBugsAreFound(t *testing.T) {
	for _, p := range planted {
		t.Run(p.finds+"/"+p.bug, func(t *testing.T) {
			var console bytes.Buffer
			cfg := sim.Config{Cores: 3, FirstOnly: true, Panics: true}
			sim.Run(t, cfg, p.plant(kerneltest.To(&console)))
			if kerneltest.Check(console.String()) == nil {
				t.Fatal("Check is content with a broken driver")
			}
			_, first, _ := strings.Cut(console.String(), "FAIL ")
			if !strings.HasPrefix(first, p.finds+":") {
				t.Errorf("want %s to fail first; the console:\n%s", p.finds, console.String())
			}
		})
	}
}

// No case is without a bug that it finds.
func TestEveryCaseHasAPlantedBug(t *testing.T) {
	missing := kerneltest.Check("").Error()
	for _, p := range planted {
		missing = strings.ReplaceAll(missing, "kerneltest: no line says ok "+p.finds+"\n", "")
	}
	last := planted[len(planted)-1].finds
	if missing != "kerneltest: no line says ok "+last {
		t.Errorf("no bug is planted for:\n%s", missing)
	}
}

// on runs the suite over a driver that needs nothing but a sound one.
func on[Broken interface {
	~struct{ kernel.Core }
	kernel.Core
}](suite kernel.Program) kernel.Program {
	return func(core kernel.Core) error { return suite(Broken(struct{ kernel.Core }{core})) }
}

// with runs the suite over what breakIt makes of the driver.
func with(breakIt func(kernel.Core) kernel.Core) func(kernel.Program) kernel.Program {
	return func(suite kernel.Program) kernel.Program {
		return func(core kernel.Core) error { return suite(breakIt(core)) }
	}
}

// dirtyWindow leaves a word in a window before the suite sees it.
func dirtyWindow(suite kernel.Program) kernel.Program {
	return func(core kernel.Core) error {
		if core.Boot().Core == 1 {
			w, _ := core.Window(2)
			w[kernel.WindowBytes/2] = 1
		}
		return suite(core)
	}
}

// wipedWindow clears a window at a restart.
func wipedWindow(suite kernel.Program) kernel.Program {
	return func(core kernel.Core) error {
		if boot := core.Boot(); boot.Incarnation > 1 {
			w, _ := core.Window(3 - boot.Core)
			clear(w)
		}
		return suite(core)
	}
}

// swallowedPanic ends a life that panics as if the program had returned.
func swallowedPanic(suite kernel.Program) kernel.Program {
	return func(core kernel.Core) error {
		defer func() { _ = recover() }()
		return suite(core)
	}
}
