package main

// Assembly that Go calls directly, and the other way round.
func direct() uint64
func called() { counter++ }

func plant() { counter = direct() }
