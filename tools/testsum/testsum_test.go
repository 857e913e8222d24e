package main

import (
	"strings"
	"testing"
)

// Every outcome is counted once, what failed is printed whole, and skips give their reason.
func TestSummary(t *testing.T) {
	const passing = `{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p"}
`
	tests := []struct {
		name, in, want string
		ok             bool
	}{
		{"nothing ran", "", "0 passed, 0 failed, 0 skipped\n", false},
		{"pass", passing, "ok  \tp\t0.1s\n1 passed, 0 failed, 0 skipped\n", true},
		{"skip", passing +
			`{"Action":"output","Package":"p","Test":"TestB","Output":"=== RUN TestB\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:7: no huge pages\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"--- SKIP: TestB (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestB"}`,
			"ok  \tp\t0.1s\nskipped p.TestB: b_test.go:7: no huge pages\n" +
				"1 passed, 0 failed, 1 skipped\n", true},
		{"fail", `{"Action":"output","Package":"p","Test":"TestC","Output":"it broke\n"}
{"Action":"fail","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}`,
			"it broke\nFAIL\tp\t0.1s\n0 passed, 1 failed, 0 skipped\n", false},
		{"time is up", `{"Action":"output","Package":"p","Test":"TestD","Output":"timed out\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t9s\n"}
{"Action":"fail","Package":"p"}`,
			"timed out\nFAIL\tp\t9s\n0 passed, 1 failed, 0 skipped\n", false},
		{"does not compile", passing + `{"Action":"build-output","Output":"q.go:1:1: oops\n"}
{"Action":"output","Package":"q","Output":"FAIL\tq [build failed]\n"}
{"Action":"fail","Package":"q"}`,
			"ok  \tp\t0.1s\nq.go:1:1: oops\nFAIL\tq [build failed]\n" +
				"1 passed, 1 failed, 0 skipped\n", false},
		{"not JSON", "panic\n" + passing,
			"panic\nok  \tp\t0.1s\n1 passed, 0 failed, 0 skipped\n", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			s := newSummary(&out)
			if err := s.read(strings.NewReader(test.in)); err != nil {
				t.Fatal(err)
			}
			if ok := s.print(); ok != test.ok || out.String() != test.want {
				t.Errorf("printed %q, ok %v: want %q, ok %v", out.String(), ok, test.want, test.ok)
			}
		})
	}
}
