package main

import (
	"slices"
	"time"
)

const (
	sampleTime = 100 * time.Microsecond // a sample is at least this long: the clock costs some 50 ns
	maxSamples = 256                    // that a peer sends of one turn
	turnPause  = 10 * time.Millisecond  // between two turns, in which spinning threads go to sleep
)

// measure runs step for about the given time and returns the microseconds of a
// step in each sample, sorted. A sample is as many steps as take sampleTime. The
// first tenth of the time warms caches and threads up and isn't counted, save
// for steps so long that they need no warming.
func measure(seconds float64, step func()) []float64 {
	budget := time.Duration(seconds * float64(time.Second))
	began := time.Now()
	step()
	first := time.Since(began)
	if first > budget/4 && first > 20*time.Millisecond {
		return measureLong(began, budget, first, step)
	}
	warm := 0
	for time.Since(began) < budget/10 {
		step()
		warm++
	}
	each := time.Since(began) / time.Duration(warm+1)
	group := max(1, int(sampleTime/max(each, 1)))
	var samples []float64
	for last := time.Now(); last.Sub(began) < budget || len(samples) < 3; {
		for range group {
			step()
		}
		now := time.Now()
		samples = append(samples, now.Sub(last).Seconds()*1e6/float64(group))
		last = now
	}
	slices.Sort(samples)
	return thin(samples, maxSamples)
}

// measureLong goes on after a first step that took a large part of the budget.
func measureLong(began time.Time, budget, first time.Duration, step func()) []float64 {
	samples := []float64{first.Seconds() * 1e6}
	for time.Since(began)+first/2 < budget {
		start := time.Now()
		step()
		samples = append(samples, time.Since(start).Seconds()*1e6)
	}
	slices.Sort(samples)
	return samples
}
