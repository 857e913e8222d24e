package msgpass

// Pause tells the processor that this is a polling loop: it saves power and, with one per poll, the
// poll sees a change sooner.
//
//go:noescape
func Pause()

// copyString copies n bytes with REP MOVSB, which writes whole lines without reading them first.
//
//go:noescape
func copyString(dst, src *byte, n int)
