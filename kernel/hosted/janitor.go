package hosted

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// The janitor is a small process beside the launcher that adds huge pages to the host's pool, and
// takes them away again when the launcher is gone, however it went: it learns of that by the end of
// its standard input. It is in a session of its own, so that what kills the launcher misses it.
//
//	launcher                        janitor
//	start, with directory, count    lock the pool, raise it, write "ready"
//	take the pages, write "taken"   unlock the pool
//	end, in any way                 lower the pool, end

const janitorReady = "ready"

// Janitor is the janitor's main. Its arguments are those that the launcher added to Config.Janitor.
func Janitor(args []string) error {
	// SIGPIPE: the launcher may be gone before it is told that the pool is raised.
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGPIPE)
	if len(args) != 2 {
		return fmt.Errorf("hosted: janitor with %d arguments: it is for the launcher to start",
			len(args))
	}
	need, err := strconv.Atoi(args[1])
	if err != nil {
		return fmt.Errorf("hosted: janitor for %q pages: want a number", args[1])
	}
	if err := keepPages(args[0], need, os.Stdin, os.Stdout); err != nil {
		fmt.Println(err)
	}
	return nil
}

// keepPages raises the pool by what is missing, until the launcher is gone.
func keepPages(dir string, need int, launcher io.Reader, reply io.Writer) error {
	p, err := lockPool(dir)
	if err != nil {
		return err
	}
	share, err := p.raise(need)
	if err != nil {
		p.unlock()
		return err
	}
	fmt.Fprintln(reply, janitorReady)
	var taken [1]byte
	if _, err := launcher.Read(taken[:]); err == nil {
		p.unlock()
		io.Copy(io.Discard, launcher)
		if p, err = lockPool(dir); err != nil {
			return err
		}
	}
	defer p.unlock()
	_, err = p.resize(-share)
	return err
}

// reservation is the launcher's hold on its janitor. A nil reservation holds nothing.
type reservation struct {
	janitor *exec.Cmd
	life    io.WriteCloser // the janitor's standard input: closed, the pages go back
}

var errNoJanitor = errors.New("hosted: huge pages are not to be reserved")

// reserve has a janitor make sure that need huge pages are free. The caller takes the pages, then
// calls taken.
func reserve(command []string, dir string, need int) (*reservation, error) {
	if len(command) == 0 {
		return nil, errNoJanitor
	}
	r := &reservation{janitor: exec.Command(command[0], command[1:]...)}
	r.janitor.Args = append(r.janitor.Args, dir, strconv.Itoa(need))
	r.janitor.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	reply, err := r.janitor.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("hosted: start the janitor: %w", err)
	}
	if r.life, err = r.janitor.StdinPipe(); err != nil {
		return nil, fmt.Errorf("hosted: start the janitor: %w", err)
	}
	if err := r.janitor.Start(); err != nil {
		return nil, fmt.Errorf("hosted: start the janitor: %w", err)
	}
	line, _ := bufio.NewReader(reply).ReadString('\n')
	if line = strings.TrimSpace(line); line != janitorReady {
		r.giveBack()
		return nil, fmt.Errorf("hosted: reserve %d huge pages: %s", need, line)
	}
	return r, nil
}

// taken lets other launchers at the pool: the pages are in this one's hands.
func (r *reservation) taken() {
	if r != nil {
		r.life.Write([]byte{1}) // fails only without a janitor, and then there is nothing to lock
	}
}

// giveBack returns when the pool is as if there had been no reservation.
func (r *reservation) giveBack() {
	if r != nil {
		r.life.Close()
		r.janitor.Wait()
	}
}
