package serve

import (
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"skerry/test/bare"
)

// skerry is the command, with the instance and the CPU driver beside it.
var skerry string

func TestMain(m *testing.M) {
	status, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// run builds what the tests need, in the root of the module.
func run(m *testing.M) (int, error) {
	folder, err := os.MkdirTemp("", "skerry")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	if err := os.Chdir("../.."); err != nil {
		return 0, err
	}
	built, err := bare.Build(folder)
	if err != nil {
		return 0, err
	}
	skerry = built.Skerry()
	return m.Run(), nil
}

// served is the default machine and where the host has it.
type served struct {
	*Machine
	web   string // its URL without the last slash
	redis string // the port
}

// onDrivers runs a test on the default machine, on hosted and on bare.
func onDrivers(t *testing.T, test func(t *testing.T, m *served)) {
	t.Run("hosted", func(t *testing.T) { test(t, serve(t, "--on", "hosted")) })
	t.Run("bare", func(t *testing.T) { test(t, serveBare(t)) })
}

// serveBare starts the default machine on bare.
func serveBare(t *testing.T) *served { return serve(t, "--on", "bare", "--accel", "tcg") }

// serve starts the default machine, and waits until it serves.
func serve(t *testing.T, args ...string) *served {
	t.Helper()
	m := &served{Machine: Run(t, skerry, args...)}
	m.web = m.Expect(`^skerry: httpd: (http://.*)/$`)[1]
	m.redis = m.Expect(`^skerry: kv: 127\.0\.0\.1:(\d+)$`)[1]
	m.Expect(`skerry> `)
	m.await("the web server answers", func() bool {
		_, err := m.curl("/", "--max-time", "0.5") // QEMU is slow to ask a machine again
		return err == nil
	})
	m.await("the key-value store answers", func() bool {
		text, err := m.cli("SET", "there", "yes")
		return err == nil && text == "OK\n"
	})
	return m
}

// curl returns what is at a path.
func (m *served) curl(path string, flags ...string) (string, error) {
	flags = append([]string{"--silent", "--show-error", "--fail", "--max-time", "10"}, flags...)
	return client(m.t, "curl", append(flags, m.web+path)...)
}

// cli runs a command of Redis.
func (m *served) cli(words ...string) (string, error) {
	return client(m.t, "redis-cli", append([]string{"-p", m.redis}, words...)...)
}

// Clients of the web and of Redis get what they ask for, over connections that stay, and the
// status page and the metrics tell of all cores.
func TestClients(t *testing.T) {
	onDrivers(t, func(t *testing.T, m *served) {
		index, err := os.ReadFile("apps/httpd/site/index.html")
		if err != nil {
			t.Fatal(err)
		}
		if page, err := m.curl("/"); err != nil || page != string(index) {
			t.Errorf("%d bytes, error %v: want the %d of the page", len(page), err, len(index))
		}
		twice, err := m.curl("/style.css", "--verbose", m.web+"/style.css")
		if err != nil || !strings.Contains(twice, "Re-using existing connection") {
			t.Errorf("%v: %s: want two answers over one connection", err, twice)
		}
		m.awaitAll()
		up := regexp.MustCompile(`(?m)^skerry_core_up\{core="\d"\} 1$`)
		m.await("the metrics tell that all cores run", func() bool {
			metrics, err := m.curl("/metrics")
			return err == nil && len(up.FindAllString(metrics, -1)) == 4
		})
		load, err := client(t, "wrk", "-t1", "-c8", "-d2", m.web+"/")
		bad := regexp.MustCompile(`Socket errors|Non-2xx|\b0 requests in`)
		if err != nil || bad.MatchString(load) {
			t.Errorf("%v: %s: want requests, and none that fails", err, load)
		}
		set, err := client(t, "redis-benchmark", "-p", m.redis, "-n", "2000", "-c", "10", "-P", "4",
			"-r", "100", "-q", "-t", "set,get,incr,mset")
		if err != nil || strings.Count(set, "requests per second") != 4 {
			t.Errorf("%v: %s: want four results", err, set)
		}
		m.Type("exit")
		if status := m.End(); status != 0 {
			t.Errorf("exit status %d: want 0", status)
		}
	})
}

// A core that dies is shown as dead, with what it died of, the others go on serving, and what was
// written is there; its next life serves again. So it is for one that serves, and for the one that
// drives the network card and has the console.
func TestDeath(t *testing.T) {
	onDrivers(t, func(t *testing.T, m *served) {
		for life, victim := range []int{2, 0, 2} {
			value := fmt.Sprint("written before death ", life)
			if text, err := m.cli("SET", "kept", value); err != nil || text != "OK\n" {
				t.Fatalf("SET: %q, %v: want OK", text, err)
			}
			m.Type(fmt.Sprint("crash ", victim))
			m.Expect(fmt.Sprintf(`core %d, life \d+: panicked`, victim))
			row := fmt.Sprintf(`<tr class="dead"><td>%d<td>dead.*panicked: .*asked for a panic`,
				victim)
			m.await("the status page shows the dead core", func() bool {
				page, err := m.curl("/status")
				return err == nil && regexp.MustCompile(row).MatchString(page)
			})
			m.await("the key is there", func() bool {
				text, err := m.cli("GET", "kept")
				return err == nil && text == value+"\n"
			})
			m.Type(fmt.Sprint("start ", victim))
			m.Expect(fmt.Sprintf(`core %d, life \d+: answers`, victim))
			m.awaitAll()
		}
	})
}

// awaitAll waits until the status page shows that all cores run. One that is busy may miss its turn
// to say so; one that is dead is not started by itself.
func (m *served) awaitAll() {
	m.t.Helper()
	m.await("all cores run", func() bool {
		page, err := m.curl("/status")
		return err == nil && strings.Contains(page, "4 cores, 4 of them running")
	})
}

// awaitRefusal waits until the metrics count a request that was refused.
func (m *served) awaitRefusal() {
	m.t.Helper()
	refused := regexp.MustCompile(`(?m)^httpd_refused_total\{core="\d"\} [1-9]`)
	m.await("the metrics count it", func() bool {
		metrics, err := m.curl("/metrics")
		return err == nil && refused.MatchString(metrics)
	})
}

// Garbage is refused and counted, and serving goes on.
func TestGarbage(t *testing.T) {
	onDrivers(t, func(t *testing.T, m *served) {
		for range 20 {
			for _, address := range []string{strings.TrimPrefix(m.web, "http://"),
				"127.0.0.1:" + m.redis} {
				c, err := net.Dial("tcp", address)
				if err != nil {
					t.Fatal(err)
				}
				garbage := make([]byte, 4<<10)
				rand.Read(garbage)
				c.Write(garbage)
				c.SetReadDeadline(time.Now().Add(lookAfter))
				io.Copy(io.Discard, c) // ends, or takes too long: either will do
				c.Close()
			}
		}
		m.awaitRefusal()
		if text, err := m.cli("GET", "there"); err != nil || text != "yes\n" {
			t.Errorf("GET: %q, %v: want what was set", text, err)
		}
		m.awaitAll()
	})
}

// Who sends a header too slowly is not waited for, and counted.
func TestSlowHeader(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes as long as the server is patient")
	}
	onDrivers(t, func(t *testing.T, m *served) {
		c, err := net.Dial("tcp", strings.TrimPrefix(m.web, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n")
		c.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("the connection is open after %v: %v: want it closed", patience, err)
		}
		m.awaitRefusal()
	})
}
