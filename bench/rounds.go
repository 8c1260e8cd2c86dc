package main

import (
	"context"
	"time"
)

// Contestant is one peer in one configuration.
type Contestant struct {
	Peer   *Peer
	Config string

	samples       []float64 // of all rounds, microseconds a step
	tenths, halfs []float64 // of each round
	err           error
}

// add takes the sorted samples of one round.
func (c *Contestant) add(samples []float64) {
	c.samples = append(c.samples, samples...)
	c.tenths = append(c.tenths, quantile(samples, 0.1))
	c.halfs = append(c.halfs, quantile(samples, 0.5))
}

// turn lets the contestant run once.
func (c *Contestant) turn(ctx context.Context, seconds float64) []float64 {
	if c.err != nil {
		return nil
	}
	time.Sleep(turnPause)
	r, err := c.Peer.call(ctx, Request{Op: opRun, Config: c.Config, Seconds: seconds}, 3*time.Minute)
	if err == nil && len(r.Samples) == 0 {
		err = errNoSamples
	}
	c.err = err
	return r.Samples
}

// Steadiness counts what the gate said of the rounds.
type Steadiness struct {
	Rounds    int `json:"rounds"`
	Discarded int `json:"discarded"` // and repeated
	Unsteady  int `json:"unsteady"`  // kept though the machine was not steady
}

// rounds lets everyone run in turn, rounds times. A round between whose ends the
// machine was not steady is discarded and repeated, once, and no more than half
// of all: where the machine is never steady, repeating finds nothing better.
func rounds(ctx context.Context, gate *Gate, all []*Contestant, rounds int, seconds float64) (s Steadiness) {
	for s.Rounds = 0; s.Rounds < rounds; s.Rounds++ {
		var took [][]float64
		steady := false
		for again := true; ; again = false {
			before := gate.wait(ctx)
			took = took[:0]
			for _, c := range all {
				took = append(took, c.turn(ctx, seconds))
				if ctx.Err() != nil {
					return s
				}
			}
			steady = before && gate.steady()
			if steady || !again || 2*s.Discarded >= rounds {
				break
			}
			s.Discarded++
		}
		if !steady {
			s.Unsteady++
		}
		for i, c := range all {
			if c.err == nil {
				c.add(took[i])
			}
		}
	}
	return s
}

// ratio returns the median over the rounds of other's time over base's: what
// disturbs one round disturbs both sides of it alike.
func ratio(other, base []float64) float64 {
	n := min(len(other), len(base))
	ratios := make([]float64, n)
	for i := range ratios {
		ratios[i] = other[i] / base[i]
	}
	return median(ratios)
}
