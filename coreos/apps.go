package coreos

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

// and stands between two apps of a core.
const and = "+"

// job is an app that the boot information names, and its arguments.
type job struct {
	App
	args []string
}

// plan returns what a core runs, by its arguments.
func plan(apps []App, args []string) (jobs []job, err error) {
	for more := true; more; {
		var words []string
		end := slices.Index(args, and)
		if more = end >= 0; more {
			words, args = args[:end], args[end+1:]
		} else {
			words = args
		}
		app, err := find(apps, words)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job{app, words[1:]})
	}
	owns := func(j job) bool { return j.OwnsLoop }
	if i := slices.IndexFunc(jobs, owns); i >= 0 && len(jobs) > 1 {
		return nil, fmt.Errorf("coreos: %d apps with %s, which runs the loop itself: want it alone",
			len(jobs), jobs[i].Name)
	}
	return jobs, nil
}

// find returns the app that args[0] names.
func find(apps []App, args []string) (App, error) {
	if len(args) == 0 {
		return App{}, fmt.Errorf("%w: no name in the boot information: want one of %s",
			ErrUnknownApp, names(apps))
	}
	i := slices.IndexFunc(apps, func(a App) bool { return a.Name == args[0] })
	if i < 0 {
		return App{}, fmt.Errorf("%w %q: want one of %s", ErrUnknownApp, args[0], names(apps))
	}
	return apps[i], nil
}

// names returns the names of apps, in order, for people.
func names(apps []App) string {
	list := make([]string, len(apps))
	for i, a := range apps {
		list[i] = a.Name
	}
	return strings.Join(list, ", ")
}

// run runs a core's apps, and returns what the core ends with. An app that is alone runs in the
// goroutine of the program.
func run(jobs []job, s *OS) error {
	if !jobs[0].OwnsLoop {
		go s.loop.attend()
	}
	if len(jobs) == 1 {
		return jobs[0].run(s)
	}
	ended := make(chan error, len(jobs))
	for _, j := range jobs {
		go func() { ended <- j.run(s) }()
	}
	for range jobs {
		if err := <-ended; err != nil {
			return err
		}
	}
	return nil
}

// run runs the app.
func (j *job) run(s *OS) error {
	own := *s
	own.name, own.args = j.Name, j.args
	return j.Run(&own)
}

// attend serves the loop for apps that do not do it themselves, and prints the faults of peers. It
// lets the apps run first: so what they serve from their start is there when the first peer asks.
func (l *Loop) attend() {
	runtime.Gosched()
	l.Serve(func(t Turn) bool {
		for _, err := range t.Faults {
			fmt.Fprintln(os.Stderr, err)
		}
		for _, watch := range l.watchers {
			watch(t)
		}
		return true
	})
}
