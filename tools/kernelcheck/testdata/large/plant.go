package main

// More than the driver's block.
var large [2 << 20]byte

func plant() {}
