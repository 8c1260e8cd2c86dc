package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// The helpers are started once, wait for work for the life of the process and
// never hold any of it. One product at a time is shared; a second caller that
// arrives meanwhile (concurrent inference) does its own work alone.
var team struct {
	busy    sync.Mutex
	start   sync.Once
	helpers []*gate // one for each helper: there is work
	done    *gate   // all helpers that were called have finished
	working atomic.Int32
	job     gemmJob
	rows    int
	grain   int
	cursor  atomic.Int64
}

// parallelRows runs j over rows 0..m in bands of grain, which the caller and
// the helpers claim from a shared cursor. Bands do not touch one another's
// results, so who takes which cannot change a bit.
func parallelRows(j *gemmJob, m, grain int) {
	threads := min(runtime.GOMAXPROCS(0), (m+grain-1)/grain)
	if threads < 2 || !team.busy.TryLock() {
		j.rows(0, m)
		return
	}
	defer team.busy.Unlock()
	team.start.Do(startHelpers)
	called := team.helpers[:min(threads-1, len(team.helpers))]
	team.job, team.rows, team.grain = *j, m, grain
	team.cursor.Store(0)
	team.working.Store(int32(len(called)))
	for _, h := range called {
		h.open()
	}
	claimBands()
	team.done.wait()
	team.job = gemmJob{} // keep no caller's memory alive
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
				claimBands()
				if team.working.Add(-1) == 0 {
					team.done.open()
				}
			}
		}()
	}
}

func claimBands() {
	for {
		lo := int(team.cursor.Add(int64(team.grain))) - team.grain
		if lo >= team.rows {
			return
		}
		team.job.rows(lo, min(lo+team.grain, team.rows))
	}
}
