//go:build !purego && !float64

package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The steps of the cells are compared with pure Go at every length of the rest.
func TestRecurrentNeon(t *testing.T) {
	steps := []struct {
		name   string
		slices int
		run    func(l *loops, s [][]Float)
	}{
		{"lstmForward", 8, func(l *loops, s [][]Float) { l.lstmForward(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]) }},
		{"lstmForward in place", 7, func(l *loops, s [][]Float) { l.lstmForward(s[0], s[1], s[2], s[3], s[4], s[4], s[5], s[6]) }},
		{"lstmBackward", 8, func(l *loops, s [][]Float) { l.lstmBackward(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]) }},
		{"gruForward", 6, func(l *loops, s [][]Float) { l.gruForward(s[0], s[1], s[2], s[3], s[4], s[5]) }},
		{"gruBackward", 6, func(l *loops, s [][]Float) { l.gruBackward(s[0], s[1], s[2], s[3], s[4], s[5]) }},
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range steps {
		for n := range 23 {
			want, got := make([][]Float, c.slices), make([][]Float, c.slices)
			for i := range want {
				for range n {
					want[i] = append(want[i], Float(2*r.NormFloat64()))
				}
				got[i] = append(got[i], want[i]...)
			}
			c.run(&goLoops, want)
			c.run(&neonLoops, got)
			for i := range want {
				for k, w := range want[i] {
					if d := math.Abs(float64(got[i][k] - w)); !(d <= 2e-6*max(1, math.Abs(float64(w)))) {
						t.Fatalf("%s, length %d, slice %d, element %d: %v, want %v", c.name, n, i, k, got[i][k], w)
					}
				}
			}
		}
	}
}
