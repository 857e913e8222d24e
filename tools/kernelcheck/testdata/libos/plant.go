package main

// plant is where the other folders have what must be refused.
func plant() {}
