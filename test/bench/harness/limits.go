package harness

import "time"

const (
	// SampleTime is how long a sample aims to take: long enough that starting and stopping both
	// sides does not show, short enough that the machine rarely changes within it.
	SampleTime = 2500 * time.Microsecond

	// sampleTimeMin is the shortest sample that counts: below it the clock and the start show.
	sampleTimeMin = SampleTime / 5

	// countFirst is the count of a subject's first sample, which only finds out how long one takes.
	countFirst = 256

	// countGrowthMax bounds how much larger the next count may be than the last: the first times of
	// a cold subject say little.
	countGrowthMax = 64

	// SamplesMin is how many samples a median must rest on for a bar to be judged by it: with
	// fewer, one odd sample is a quartile.
	SamplesMin = 5

	// answerTimeMax is how long a worker may take to answer: many times the slowest subject.
	answerTimeMax = 20 * time.Second

	// endTimeMax is how long a worker may take to end once its input has ended.
	endTimeMax = 2 * time.Second
)
