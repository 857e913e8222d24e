package ring3

// spin loops for ever. The Go runtime does not preempt assembly, so on a core with one P nothing
// else runs again, the heartbeat included.
func spin()
