// Package pprof lets the cores of a machine be looked into while they run, by Go's own tools: where
// a core spends its time and its memory, and what its goroutines wait for (net/http/pprof). Each
// core has a runtime of its own, and so a port of its own.
package pprof

import (
	"fmt"
	"net/http"
	"net/http/pprof"

	"skerry/coreos"
	"skerry/coreos/net"
	"skerry/kernel"
)

// App returns the app. Its argument -port is that of core 0 instead of 6060; those of the other
// cores follow it.
func App() coreos.App {
	return coreos.App{Name: "pprof", Run: run}
}

func run(s *coreos.OS) error {
	port, err := net.Port(s.Args(), 6060)
	if err != nil {
		return fmt.Errorf("pprof: %w", err)
	}
	n, err := net.Of(s)
	if err != nil {
		return fmt.Errorf("pprof: %w", err)
	}
	core := s.Core().Boot().Core
	l, err := n.Listen("tcp", fmt.Sprintf(":%d", port+int(core)))
	if err != nil {
		return fmt.Errorf("pprof: %w", err)
	}
	server := http.Server{
		Handler: newHandler(core), MaxHeaderBytes: headerBytesMax,
		ReadHeaderTimeout: headerPatience, IdleTimeout: headerPatience,
	}
	if err := server.Serve(l); err != nil {
		return fmt.Errorf("pprof: %w", err)
	}
	return nil
}

// newHandler answers as net/http/pprof does, and says who answers.
func newHandler(core kernel.CoreID) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("/debug/pprof/", pprof.Index)
	m.HandleFunc("/debug/pprof/profile", pprof.Profile)
	m.HandleFunc("/debug/pprof/trace", pprof.Trace)
	m.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	m.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Skerry-Core", fmt.Sprint(int(core)))
		m.ServeHTTP(w, r)
	})
}
