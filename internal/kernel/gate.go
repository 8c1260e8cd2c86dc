package kernel

import (
	"sync/atomic"
	"time"
)

// gate lets one goroutine wait for another. The waiter first watches the gate
// for a while and only then parks: waking a parked thread costs tens of
// microseconds, which is as long as a whole product of a small layer, and the
// next task of a training step mostly follows at once.
//
// Every open is answered by one wait, or taken back, before the next open.
type gate struct {
	state atomic.Int32
	wake  chan struct{}
}

const (
	shut   = iota
	opened // and not yet passed
	parked // shut, with the waiter asleep
)

const (
	// spinFor is how long a waiter watches before it parks. A hand-over to a
	// watching thread takes about 0.3 µs, to a parked one 50 to 90.
	spinFor = 100 * time.Microsecond
	// looks is how often it looks between two glances at the clock.
	looks = 64
)

func newGate() *gate { return &gate{wake: make(chan struct{}, 1)} }

// open lets the waiter pass, now or when it comes.
func (g *gate) open() {
	if g.state.Swap(opened) == parked {
		g.wake <- struct{}{}
	}
}

// takeBack shuts the gate again and reports whether the waiter has not passed. It
// is for whoever opened it.
func (g *gate) takeBack() bool { return g.state.CompareAndSwap(opened, shut) }

// wait returns when the gate is open, and shuts it.
func (g *gate) wait() {
	for !g.watch() {
		if g.state.CompareAndSwap(shut, parked) {
			<-g.wake // perhaps for what has been taken back since
		}
	}
}

// watch looks at the gate for a while and reports whether it has passed.
func (g *gate) watch() bool {
	var start time.Time
	for {
		for range looks {
			if g.state.Load() == opened && g.state.CompareAndSwap(opened, shut) {
				return true
			}
			pause(2)
		}
		if start.IsZero() {
			start = time.Now()
		} else if time.Since(start) > spinFor {
			return false
		}
		// Where there are more threads than cores, the one that is waited for
		// may need this core.
		yield()
	}
}
