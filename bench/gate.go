package main

import (
	"context"
	"sync"
	"time"
)

const (
	gateSpin  = 10 * time.Millisecond
	gateShare = 0.9 // of the best rate seen
	gatePause = 100 * time.Millisecond
)

// Gate tells whether the machine gives its threads what it gave them before.
// A virtual machine's second core can be away for seconds, and then every
// two-thread time is a one-thread time.
type Gate struct {
	threads int
	best    float64
	waits   int // checks before a round that is taken in spite of them
	spin    func(threads int, d time.Duration) float64
}

func newGate(threads, waits int) *Gate {
	g := &Gate{threads: threads, waits: waits, spin: spinThreads}
	for range 10 {
		g.steady()
	}
	return g
}

// steady spins once and reports whether the rate is near the best.
func (g *Gate) steady() bool {
	rate := g.spin(g.threads, gateSpin)
	g.best = max(g.best, rate)
	return rate >= gateShare*g.best
}

// wait waits until the machine is steady, for a bounded time.
func (g *Gate) wait(ctx context.Context) bool {
	for range max(1, g.waits) {
		if g.steady() {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(gatePause):
		}
	}
	return false
}

// spinThreads multiplies and adds in registers on as many threads at once and
// returns what the slowest of them did, in operations a second.
func spinThreads(threads int, d time.Duration) float64 {
	rates := make([]float64, threads)
	var ready, done sync.WaitGroup
	ready.Add(threads)
	for i := range rates {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			rates[i] = spinOne(d)
		})
	}
	done.Wait()
	least := rates[0]
	for _, r := range rates {
		least = min(least, r)
	}
	return least
}

func spinOne(d time.Duration) float64 {
	a, b, c, e := 1.0, 2.0, 3.0, 4.0
	const block = 20000
	n, began := 0, time.Now()
	for time.Since(began) < d {
		for range block {
			a = a*0.999 + 0.5
			b = b*0.998 + 0.5
			c = c*0.997 + 0.5
			e = e*0.996 + 0.5
		}
		n += 8 * block
	}
	if a+b+c+e < 0 { // never; the loop has to have a result that is used
		return 0
	}
	return float64(n) / time.Since(began).Seconds()
}
