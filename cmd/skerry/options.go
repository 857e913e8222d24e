package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// options are what the command line of `skerry run` says.
type options struct {
	self        string // the command's own file
	on          string
	cores       int // 0: not said
	instance    string
	built       *os.File // the instance, if it was built from a folder
	description string   // path of a machine.toml, or ""
	exec        string   // console commands, or ""
	app         []string // with its arguments
	program     bool     // `--` stood before app: it is a program's file
	noPin       bool
	publish     []publication // as the command line says
	bare        bareOptions
}

// bareOptions are the flags for machines on bare.
type bareOptions struct {
	driver string
	libos  string
	memory string // of each core; "": not said
	board  string
	accel  string
	gdb    bool
	files  []string // host:guest
	output string   // `skerry image`: the file to make
	env    []string // NAME=VALUE, or NAME
}

// usages are of the verbs that take options.
var usages = map[string]string{
	"run": "usage: skerry run [FLAGS] [APP [ARGS] [+ APP [ARGS]]...]\n" +
		"       skerry run [FLAGS] FOLDER [ARGS]     a program of yours, as ./my/app\n" +
		"       skerry run --on bare [FLAGS] -- PROGRAM [ARGS]",
	"image": "usage: skerry image -o FILE [FLAGS] [APP [ARGS] [+ APP [ARGS]]...]\n" +
		"       skerry image -o FILE [FLAGS] FOLDER [ARGS]\n" +
		"       skerry image -o FILE [FLAGS] -- PROGRAM [ARGS]",
}

// parse returns the options that follow a verb.
func parse(verb string, args []string) (*options, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("skerry: where am I: %w", err)
	}
	o := &options{self: self}
	flags := o.flags(verb, filepath.Dir(self))
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Println(usages[verb])
		flags.SetOutput(os.Stdout)
		flags.PrintDefaults()
		return nil, err
	} else if err != nil {
		return nil, fmt.Errorf("skerry %s: %w: see `skerry help %s`", verb, err, verb)
	}
	o.app = flags.Args()
	parsed := len(args) - flags.NArg()
	o.program = parsed > 0 && args[parsed-1] == "--"
	return o, o.check(flags)
}

// flags returns a verb's set of flags, which fills in o. The files of a build are in one folder.
func (o *options) flags(verb, folder string) *flag.FlagSet {
	f := flag.NewFlagSet("skerry "+verb, flag.ContinueOnError)
	f.IntVar(&o.cores, "cores", 0, "number of cores, the first ones of a machine.toml")
	f.StringVar(&o.instance, "instance", filepath.Join(folder, "instance"),
		"the program of the cores")
	f.StringVar(&o.description, "machine", "", "a machine.toml that says what runs where")
	f.StringVar(&o.exec, "exec", "", "console commands to run, as in 'cores; ping 1'")
	if verb == "image" {
		o.on = "bare"
		f.StringVar(&o.bare.output, "o", "", "the file to make")
	} else {
		f.StringVar(&o.on, "on", "hosted", "the driver: hosted, one Linux process a core; "+
			"or bare, a machine of its own under QEMU")
		f.BoolVar(&o.noPin, "no-pin", false, "hosted: leave the choice of CPUs to Linux")
		f.Func("publish", "HOST:PORT/tcp or /udp: the host's port for one of the machine; may be "+
			"repeated", o.addPublication)
		o.bare.qemuFlags(f)
	}
	o.bare.imageFlags(f, folder)
	return f
}

// imageFlags adds what says what is in a machine.
func (b *bareOptions) imageFlags(f *flag.FlagSet, folder string) {
	f.StringVar(&b.driver, "driver", filepath.Join(folder, "driver"), "bare: the CPU driver")
	f.StringVar(&b.libos, "libos", filepath.Join(folder, "libos"), "bare: the libOS")
	f.StringVar(&b.memory, "memory", "", "bare: memory of each core, as in 128MiB")
	f.Func("file", "bare: HOST:GUEST, a file for programs to read; may be repeated",
		func(pair string) error { b.files = append(b.files, pair); return nil })
	f.Func("env", "bare: NAME=VALUE or NAME, for programs; may be repeated",
		func(entry string) error { b.env = append(b.env, entry); return nil })
}

// qemuFlags adds what says how a machine is run.
func (b *bareOptions) qemuFlags(f *flag.FlagSet) {
	f.StringVar(&b.board, "board", "microvm", "bare: QEMU's board: microvm or q35")
	f.StringVar(&b.accel, "accel", "auto", "bare: kvm, tcg, or auto: KVM if it works")
	f.BoolVar(&b.gdb, "gdb", false, "bare: wait for a debugger before the first instruction")
}

// check refuses what makes no sense together. A flag of one driver only says so in its help.
func (o *options) check(flags *flag.FlagSet) (err error) {
	flags.Visit(func(f *flag.Flag) {
		home, _, ofOne := strings.Cut(f.Usage, ": ")
		switch {
		case f.Name == "cores" && o.cores < 1:
			err = fmt.Errorf("%s: --cores %d: want 1 or more", flags.Name(), o.cores)
		case ofOne && (home == "bare" || home == "hosted") && home != o.on:
			err = fmt.Errorf("%s: --%s on %s: want --on %s", flags.Name(), f.Name, o.on, home)
		}
	})
	switch {
	case err != nil:
		return err
	case o.bare.accel != "" && !slices.Contains(accelNames, o.bare.accel):
		return fmt.Errorf("skerry: --accel %s: want auto, kvm or tcg", o.bare.accel)
	case o.bare.board != "" && boards[o.bare.board] == "":
		return fmt.Errorf("skerry: --board %s: want microvm or q35", o.bare.board)
	case o.on == "sim":
		return errors.New("skerry: sim runs inside `go test`: see kernel/sim")
	case o.on != "hosted" && o.on != "bare":
		return fmt.Errorf("skerry: no driver %q: want hosted or bare", o.on)
	case o.program && len(o.app) == 0:
		return errors.New("skerry: no program after --: want -- PROGRAM [ARGS]")
	case o.program && o.on != "bare":
		return fmt.Errorf("skerry: a program of its own, %s, on %s: want --on bare", o.app[0], o.on)
	case o.program && (o.cores > 1 || o.description != "" || o.exec != ""):
		return fmt.Errorf("skerry: a program of its own, %s, with --cores, --machine or --exec: "+
			"want it alone, on one core", o.app[0])
	case len(o.app) > 0 && (o.description != "" || o.exec != ""):
		return fmt.Errorf("skerry: app %s with --machine or --exec: want none: they say what runs",
			strings.Join(o.app, " "))
	}
	return nil
}
