package httpd

import (
	"net/http"
	"time"

	"skerry/coreos/vitals"
	"skerry/kernel"
)

// handler answers requests.
type handler struct {
	core   kernel.CoreID // that it runs on
	gather func(patience time.Duration) []vitals.Report
	files  map[string]*file // by path
	tally  tally
}

func newHandler(core kernel.CoreID, gather func(time.Duration) []vitals.Report) (*handler, error) {
	files, err := siteFiles()
	if err != nil {
		return nil, err
	}
	return &handler{core: core, gather: gather, files: files}, nil
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handle(r)
	h.tally.requests.Add(1)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "want GET or HEAD", http.StatusMethodNotAllowed)
		return
	}
	if f := h.files[r.URL.Path]; f != nil {
		f.ServeHTTP(w, r)
		return
	}
	switch r.URL.Path {
	case "/status":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		writeStatus(w, h.core, h.gather(gatherPatience))
	case "/metrics":
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		writeMetrics(w, h.gather(gatherPatience))
	default:
		http.Error(w, "no such page", http.StatusNotFound)
	}
}
