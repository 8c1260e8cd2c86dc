package main

import (
	"math"
	"slices"
	"testing"
)

func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		values []float64
		q      float64
		want   float64
	}{
		{[]float64{5}, 0.1, 5},
		{[]float64{1, 3}, 0.5, 2},
		{[]float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.1, 1},
		{[]float64{0, 10}, 0.25, 2.5},
		{[]float64{1, 2, 3}, 1, 3},
	} {
		if got := quantile(c.values, c.q); got != c.want {
			t.Errorf("quantile(%v, %v) = %v, expected %v", c.values, c.q, got, c.want)
		}
	}
	if !math.IsNaN(quantile(nil, 0.5)) {
		t.Error("the quantile of nothing is not NaN")
	}
	if got := median([]float64{9, 1, 5}); got != 5 {
		t.Errorf("median of unsorted values: got %v, expected 5", got)
	}
}

func TestThinKeepsBothEnds(t *testing.T) {
	values := make([]float64, 1000)
	for i := range values {
		values[i] = float64(i)
	}
	got := thin(values, 11)
	if len(got) != 11 || got[0] != 0 || got[10] != 999 || !slices.IsSorted(got) {
		t.Errorf("got %v", got)
	}
	if got := thin(values[:5], 11); len(got) != 5 {
		t.Errorf("got %v", got)
	}
}

func TestRatioIsByRounds(t *testing.T) {
	// The second round was disturbed for both: its ratio is what it was.
	if got := ratio([]float64{20, 60, 20}, []float64{10, 30, 10}); got != 2 {
		t.Errorf("got %v, expected 2", got)
	}
}
