package kernel

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// tally counts how often every item was run.
type tally struct {
	runs  []atomic.Int32
	spend time.Duration // by every item
}

func (t *tally) Run(lo, hi int) {
	for i := lo; i < hi; i++ {
		t.runs[i].Add(1)
		for start := time.Now(); time.Since(start) < t.spend; {
		}
	}
}

func TestParallelRunsEveryItemOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, threads := range []int{1, 2, 3, 7} {
		runtime.GOMAXPROCS(threads)
		for _, n := range []int{0, 1, 5, 64, 1000} {
			for _, grain := range []int{1, 3, 64, 2000} {
				task := &tally{runs: make([]atomic.Int32, n)}
				Parallel(task, n, grain)
				for i := range task.runs {
					if got := task.runs[i].Load(); got != 1 {
						t.Fatalf("%d threads, %d items by %d: item %d ran %d times", threads, n, grain, i, got)
					}
				}
			}
		}
	}
}

// nested shares out work from inside a piece of work.
type nested struct{ inner [4]tally }

func (t *nested) Run(lo, hi int) {
	for i := lo; i < hi; i++ {
		Parallel(&t.inner[i], len(t.inner[i].runs), 1)
	}
}

func TestParallelInsideATask(t *testing.T) {
	task := &nested{}
	for i := range task.inner {
		task.inner[i].runs = make([]atomic.Int32, 50)
	}
	Parallel(task, 4, 1)
	for i := range task.inner {
		for j := range task.inner[i].runs {
			if got := task.inner[i].runs[j].Load(); got != 1 {
				t.Fatalf("item %d of %d ran %d times", j, i, got)
			}
		}
	}
}

// After a pause the helpers are asleep, and have to be woken.
func TestParallelAfterAPause(t *testing.T) {
	for range 5 {
		task := &tally{runs: make([]atomic.Int32, 100)}
		Parallel(task, 100, 1)
		for i := range task.runs {
			if got := task.runs[i].Load(); got != 1 {
				t.Fatalf("item %d ran %d times", i, got)
			}
		}
		time.Sleep(2 * spinFor)
	}
}

// BenchmarkHandOver is the cost of sharing out nothing between two threads that
// are awake.
func BenchmarkHandOver(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	task := &tally{runs: make([]atomic.Int32, 2)}
	for b.Loop() {
		Parallel(task, 2, 1)
	}
}
