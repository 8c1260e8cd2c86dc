package main

import (
	"math"
	"slices"
)

// quantile returns the q-quantile of sorted values, linear between two of them,
// and NaN of none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// tenth and median return the quantiles that are reported, of values in any
// order. The tenth is the time of an undisturbed step.
func tenth(values []float64) float64  { return quantile(slices.Sorted(slices.Values(values)), 0.1) }
func median(values []float64) float64 { return quantile(slices.Sorted(slices.Values(values)), 0.5) }

// thin returns at most n of the sorted values, evenly spaced with both ends
// kept, so that their quantiles stay what they are.
func thin(sorted []float64, n int) []float64 {
	if len(sorted) <= n {
		return sorted
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = sorted[i*(len(sorted)-1)/(n-1)]
	}
	return out
}
