package kernel

import "time"

// PeakFlops measures for about d how many floating-point operations a second one
// thread of the path in use can do at most, with fused multiply-adds on registers
// alone. It is 0 where the path has no such loop. On a machine that is shared,
// compare only with what is measured at the same time.
func PeakFlops(d time.Duration) float64 {
	if active.peak == nil {
		return 0
	}
	const calls = 1000 // about 10 µs: a loop in assembly can't be interrupted
	best := 0.0
	for start := time.Now(); ; {
		before := time.Now()
		flops := active.peak(calls)
		best = max(best, flops/time.Since(before).Seconds())
		if time.Since(start) >= d {
			return best
		}
	}
}
