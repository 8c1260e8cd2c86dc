package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Task is work on items 0..n that may be cut anywhere: Run does items lo..hi,
// and who runs which part, and in what order, must not change a bit.
type Task interface{ Run(lo, hi int) }

// The helpers are started once, wait for work for the life of the process and
// never hold any of it. One task at a time is shared; a second caller that
// arrives meanwhile (concurrent inference, or a product inside a task) does its
// own work alone.
var team struct {
	busy    sync.Mutex
	start   sync.Once
	helpers []*gate // one for each helper: there is work
	done    *gate   // all helpers that came have finished
	working atomic.Int32
	failure atomic.Pointer[failure] // the first panic in a piece
	task    Task
	product gemmJob // the task, when it is a product
	items   int
	grain   int
	cursor  atomic.Int64
}

// failure is what a piece of a task panicked with.
type failure struct{ value any }

// Parallel runs t over items 0..n in pieces of grain (the last may be smaller),
// which the caller and the helpers claim from a shared cursor. It returns when
// all are done. Let a piece be some tens of microseconds of work: below that,
// handing it over costs more than it saves.
//
// A panic in a piece is the caller's, whoever ran the piece: no further ones are
// begun, and when those in hand are done Parallel panics with the same value. A
// piece must not wait for another one, which may come after it.
func Parallel(t Task, n, grain int) {
	if !takeTeam(n, grain) {
		t.Run(0, n)
		return
	}
	shareOut(t, n, grain)
}

// share is Parallel for a product. The copy in team keeps j from escaping, which
// would allocate.
func (j *gemmJob) share(n, grain int) {
	if !takeTeam(n, grain) {
		j.Run(0, n)
		return
	}
	team.product = *j
	shareOut(&team.product, n, grain)
}

// takeTeam reports whether the helpers are the caller's, who must then share
// work out.
func takeTeam(n, grain int) bool {
	return n > grain && runtime.GOMAXPROCS(0) > 1 && team.busy.TryLock()
}

func shareOut(t Task, n, grain int) {
	defer team.busy.Unlock()
	team.start.Do(startHelpers)
	threads := min(runtime.GOMAXPROCS(0), (n+grain-1)/grain)
	// At least one, even if GOMAXPROCS has just become 1: only a helper opens done.
	called := team.helpers[:min(max(threads-1, 1), len(team.helpers))]
	team.task, team.items, team.grain = t, n, grain
	team.cursor.Store(0)
	team.working.Store(int32(len(called)))
	for _, h := range called {
		h.open()
	}
	claim()
	if !dismiss(called) {
		team.done.wait()
	}
	team.task, team.product = nil, gemmJob{} // keep no caller's memory alive
	if f := team.failure.Swap(nil); f != nil {
		panic(f.value)
	}
}

// dismiss sends home those who have not come yet, now that there is no work left,
// and reports whether all others are done: a helper whose core is busy with
// something else would keep everybody waiting for nothing.
func dismiss(called []*gate) bool {
	late := int32(0)
	for _, h := range called {
		if h.takeBack() {
			late++
		}
	}
	return late > 0 && team.working.Add(-late) == 0
}

func startHelpers() {
	n := runtime.NumCPU() - 1
	if n < 3 {
		n = 3 // so that GOMAXPROCS above the number of cores is exercised too
	}
	team.done = newGate()
	for range n {
		h := newGate()
		team.helpers = append(team.helpers, h)
		go func() {
			for {
				h.wait()
				claim()
				if team.working.Add(-1) == 0 {
					team.done.open()
				}
			}
		}()
	}
}

// claim runs pieces until there are none left. A panic of one ends the task, and
// is kept for the caller.
func claim() {
	defer func() {
		if v := recover(); v != nil {
			team.failure.CompareAndSwap(nil, &failure{v})
			team.cursor.Store(int64(team.items))
		}
	}()
	for {
		lo := int(team.cursor.Add(int64(team.grain))) - team.grain
		if lo >= team.items {
			return
		}
		team.task.Run(lo, min(lo+team.grain, team.items))
	}
}
