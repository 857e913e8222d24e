package serve

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// A profile of a core's time names what the core did meanwhile, on hosted and on bare: serve pages.
func TestProfile(t *testing.T) {
	for _, flags := range [][]string{nil, {"--on", "bare", "--accel", "tcg"}} {
		m := Run(t, skerry, append(flags, "./apps/pprof")...)
		page := m.Expect(`^skerry: httpd: (http://\S+)$`)[1]
		var ports [2]string
		for core := range ports {
			ports[core] = m.Expect(`^skerry: pprof: (127\.0\.0\.1:\d+)$`)[1]
		}
		// Each page is asked for by a connection of its own, so that all cores get some.
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		get := func(url string) ([]byte, error) {
			answer, err := client.Get(url)
			if err != nil {
				return nil, err
			}
			defer answer.Body.Close()
			return io.ReadAll(answer.Body)
		}
		for core, port := range ports {
			busy := func() bool {
				done := make(chan []byte)
				go func() {
					profile, _ := get("http://" + port + "/debug/pprof/profile?seconds=1")
					done <- profile
				}()
				for {
					select {
					case profile := <-done:
						return names(profile, "net/http.(*conn).serve")
					default:
						get(page)
					}
				}
			}
			m.await(fmt.Sprintf("core %d is seen serving pages", core), busy)
		}
	}
}

// names tells whether a profile has a function.
func names(profile []byte, function string) bool {
	r, err := gzip.NewReader(bytes.NewReader(profile))
	if err != nil {
		return false
	}
	text, err := io.ReadAll(r)
	return err == nil && bytes.Contains(text, []byte(function))
}
