package main

// randomWord returns a random number: the processor's, stirred with the time. Where the processor
// has none the time alone is a poor one, and greet says so.
func randomWord() uint64 {
	word := (rdtsc() ^ me<<56) * 0x9e37_79b9_7f4a_7c15
	if hasRandom() {
		word ^= rdrand()
	}
	return word
}

func hasRandom() bool {
	_, _, features, _ := cpuid(1, 0)
	return has(features, featureRDRAND)
}
