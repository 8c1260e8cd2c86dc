package main

import (
	"sync"
	"time"

	"github.com/ebb-ml/ebb/internal/kernel"
)

// peaks measures how many GFLOP/s each number of threads can do at most, all at
// once. It has nothing where Ebb has no loop of fused multiply-adds.
func peaks(threads []int) map[int]float64 {
	best := map[int]float64{}
	for _, n := range threads {
		for range 5 {
			rates := make([]float64, n)
			var done sync.WaitGroup
			for i := range rates {
				done.Go(func() { rates[i] = kernel.PeakFlops(20 * time.Millisecond) })
			}
			done.Wait()
			sum := 0.0
			for _, r := range rates {
				sum += r / 1e9
			}
			if sum > best[n] {
				best[n] = sum
			}
		}
	}
	return best
}
