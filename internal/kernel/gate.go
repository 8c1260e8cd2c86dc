package kernel

import "sync/atomic"

// gate lets one goroutine wait for another. The waiter first watches the gate
// for some microseconds and only then parks: waking a parked thread costs tens
// of microseconds, which is as long as a whole product of a small layer, and the
// next product of a training step mostly follows at once.
//
// Every open is answered by one wait before the next open.
type gate struct {
	state atomic.Int32
	wake  chan struct{}
}

const (
	shut   = iota
	opened // and not yet passed
	parked // shut, with the waiter asleep
)

// spins is how often a waiter looks before it parks: about 20 µs.
const spins = 20000

func newGate() *gate { return &gate{wake: make(chan struct{}, 1)} }

// open lets the waiter pass, now or when it comes.
func (g *gate) open() {
	if g.state.Swap(opened) == parked {
		g.wake <- struct{}{}
	}
}

// wait returns when the gate is open, and shuts it.
func (g *gate) wait() {
	for range spins {
		if g.state.Load() == opened {
			g.state.Store(shut)
			return
		}
	}
	if g.state.CompareAndSwap(shut, parked) {
		<-g.wake
	}
	g.state.Store(shut)
}
