package worker

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// sideB is the mode of the process that a worker of mode Processes starts for its side B.
const sideB = "side-b"

// Command returns the command that starts a worker: this program again, with leading arguments that
// make it call Main.
func Command(leading []string, mode, pages string, cpuA, cpuB int) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("worker: find this program: %w", err)
	}
	arguments := append(append([]string{}, leading...), mode, pages, strconv.Itoa(cpuA),
		strconv.Itoa(cpuB))
	command := exec.Command(self, arguments...)
	command.Stderr = os.Stderr
	procs := 1
	if mode == Threads {
		procs = 2
	}
	command.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", procs))
	return command, nil
}

// mainThreads runs both sides in this process, each locked to a thread that is pinned to its CPU.
func mainThreads(pages string, cpuA, cpuB int, in io.Reader, out io.Writer) error {
	shared, err := share(pages)
	if err != nil {
		return err
	}
	memory, err := shared.mapMemory()
	if err != nil {
		return err
	}
	chans := makeChans()
	orders, results := make(chan order), make(chan error)
	go func() {
		runtime.LockOSThread()
		e, err := openEnd(1, memory, shared, chans)
		if err == nil {
			err = pin(cpuB)
		}
		results <- err
		for o := range orders {
			results <- runB(e, o)
		}
	}()
	runtime.LockOSThread()
	e, err := openEnd(0, memory, shared, chans)
	if err == nil {
		err = pin(cpuA)
	}
	if errB := <-results; err != nil || errB != nil {
		return fmt.Errorf("worker: side A: %v, side B: %v", err, errB)
	}
	fmt.Fprintln(out, "ready")
	defer close(orders)
	return serve(in, out, func(o order) (time.Duration, error) {
		orders <- o
		elapsed, err := runA(e, o)
		if errB := <-results; errB != nil {
			return 0, errB
		}
		return elapsed, err
	})
}

// mainProcesses runs side A here and starts a process for side B. Both are pinned as a whole, as
// the processes of hosted are.
func mainProcesses(pages string, cpuA, cpuB int, in io.Reader, out io.Writer) error {
	shared, err := share(pages)
	if err != nil {
		return err
	}
	memory, err := shared.mapMemory()
	if err != nil {
		return err
	}
	b, err := startB(shared, pages, cpuA, cpuB)
	if err != nil {
		return err
	}
	if err := pin(cpuA); err != nil {
		return err
	}
	e, err := openEnd(0, memory, shared, nil)
	if err != nil {
		return err
	}
	if err := b.answer("ready"); err != nil {
		return err
	}
	fmt.Fprintln(out, "ready")
	err = serve(in, out, func(o order) (time.Duration, error) {
		fmt.Fprintln(b.orders, o)
		elapsed, err := runA(e, o)
		if errB := b.answer("ok"); errB != nil {
			return 0, errB
		}
		return elapsed, err
	})
	b.orders.Close()
	if errB := b.command.Wait(); err == nil {
		err = errB
	}
	return err
}

// processB is side B seen from side A.
type processB struct {
	command *exec.Cmd
	orders  io.WriteCloser
	answers *bufio.Scanner
}

func startB(shared *shared, pages string, cpuA, cpuB int) (*processB, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	leading := os.Args[1 : len(os.Args)-4] // what made this program call Main
	command := exec.Command(self, append(append([]string{}, leading...), sideB, pages,
		strconv.Itoa(cpuA), strconv.Itoa(cpuB))...)
	command.Stderr = os.Stderr
	command.ExtraFiles = shared.files()
	orders, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	answers, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := startPinned(command, cpuB); err != nil {
		return nil, err
	}
	return &processB{command, orders, bufio.NewScanner(answers)}, nil
}

// answer waits for side B's answer, which must begin as wanted.
func (b *processB) answer(want string) error {
	if !b.answers.Scan() {
		return fmt.Errorf("worker: side B ended: want %q", want)
	}
	if got := b.answers.Text(); !strings.HasPrefix(got, want) {
		return fmt.Errorf("worker: side B: %q: want %q", got, want)
	}
	return nil
}

// mainSideB is side B as a process of its own.
func mainSideB(in io.Reader, out io.Writer) error {
	shared := inherit()
	memory, err := shared.mapMemory()
	if err != nil {
		return err
	}
	e, err := openEnd(1, memory, shared, nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "ready")
	return serve(in, out, func(o order) (time.Duration, error) { return 0, runB(e, o) })
}
