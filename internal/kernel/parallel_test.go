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

// failing panics in one item, on whichever thread runs it.
type failing struct {
	tally
	at int
}

func (t *failing) Run(lo, hi int) {
	t.tally.Run(lo, hi)
	if lo <= t.at && t.at < hi {
		panic("a wrong shape")
	}
}

// A panic in a piece reaches the caller, and the helpers go on to serve others.
func TestParallelPanicsInTheCaller(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for at := range 40 {
		task := &failing{tally{make([]atomic.Int32, 40), 5 * time.Microsecond}, at}
		func() {
			defer func() {
				if v := recover(); v != "a wrong shape" {
					t.Errorf("item %d: recovered %v", at, v)
				}
			}()
			Parallel(task, 40, 1)
		}()
		next := &tally{runs: make([]atomic.Int32, 40)}
		Parallel(next, 40, 1)
		for i := range next.runs {
			if got := next.runs[i].Load(); got != 1 {
				t.Fatalf("after a panic: item %d ran %d times", i, got)
			}
		}
	}
}

// GOMAXPROCS may change at any time.
func TestParallelWhileThreadsChange(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	stop := make(chan bool)
	stopped := make(chan bool)
	go func() {
		defer close(stopped)
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
				runtime.GOMAXPROCS(1 + n%3)
			}
		}
	}()
	for range 200 {
		task := &tally{runs: make([]atomic.Int32, 20)}
		Parallel(task, 20, 1)
		for i := range task.runs {
			if got := task.runs[i].Load(); got != 1 {
				t.Fatalf("item %d ran %d times", i, got)
			}
		}
	}
	close(stop)
	<-stopped
}

// Tasks that are over before the helpers come, while helpers fall asleep, are
// woken and are sent home again.
func TestParallelWithLateHelpers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for round := range 2000 {
		n := 2 + round%5
		task := &tally{runs: make([]atomic.Int32, n), spend: time.Duration(round%3) * time.Microsecond}
		Parallel(task, n, 1)
		for i := range task.runs {
			if got := task.runs[i].Load(); got != 1 {
				t.Fatalf("item %d ran %d times", i, got)
			}
		}
		if round%4 == 0 {
			for start := time.Now(); time.Since(start) < spinFor-10*time.Microsecond+time.Duration(round%40)*time.Microsecond; {
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
