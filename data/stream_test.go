package data

import (
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

// text returns the stream of a text.
func text(t *testing.T, s string) *Dataset {
	t.Helper()
	d, schema, err := ParseText(strings.NewReader(s), "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Check(); err != nil {
		t.Fatal(err)
	}
	return d
}

// steps returns a stream 0, 1, 2, …, n−1 with the next number as target.
func steps(n int) *Dataset {
	d := &Dataset{Name: "steps", Layout: Stream, PerStep: true, IDs: n + 1, Task: Classification, X: tensor.New(n), Y: tensor.New(n)}
	for i := range n {
		d.X.Data[i], d.Y.Data[i] = tensor.Float(i), tensor.Float(i+1)
	}
	return d
}

// Each stream goes through its share of the whole, step by step, and a window
// goes on where the one before it ended.
func TestStreamWindows(t *testing.T) {
	for _, n := range []int{1, 12, 100, 103} {
		for _, streams := range []int{1, 3, 4} {
			for _, window := range []int{1, 5, 200} {
				b, err := NewStreamBatcher(steps(n), streams, window)
				if streams > n {
					if err == nil {
						t.Error("more streams than steps")
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					seen := make([][]int, streams)
					for at := range b.Len() {
						batch, ok := b.NextBatch()
						if !ok || batch.First != (at == 0) || batch.Rows != streams || batch.Count() != batch.X.Len() {
							t.Fatalf("batch %d: %+v", at, batch)
						}
						for i, v := range batch.X.Data {
							if batch.Y.Data[i] != v+1 {
								t.Fatalf("%v is followed by %v", v, batch.Y.Data[i])
							}
							seen[i%streams] = append(seen[i%streams], int(v))
						}
					}
					if _, ok := b.NextBatch(); ok {
						t.Fatal("no end of the epoch")
					}
					for s, got := range seen {
						if want := identity(n)[s*(n/streams):][:n/streams]; !slices.Equal(got, want) {
							t.Fatalf("%d steps, %d streams, windows of %d: stream %d has %v, want %v", n, streams, window, s, got, want)
						}
					}
				}
			}
		}
	}
}

func TestStreamSeek(t *testing.T) {
	whole, _ := NewStreamBatcher(steps(100), 3, 7)
	for at := range whole.Len() {
		want, _ := whole.NextBatch()
		b, _ := NewStreamBatcher(steps(100), 3, 7)
		b.Seek(2, at)
		got, _ := b.NextBatch()
		if !slices.Equal(got.X.Data, want.X.Data) || got.First != want.First {
			t.Errorf("batch %d: %v, want %v", at, got.X.Data, want.X.Data)
		}
		if e, k := b.Position(); e != 2 || k != at+1 {
			t.Errorf("position %d, %d", e, k)
		}
	}
}

func TestStreamAllocatesNothing(t *testing.T) {
	b, _ := NewStreamBatcher(steps(100), 3, 7)
	if n := testing.AllocsPerRun(100, func() { b.NextBatch() }); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
	var a tensor.Arena
	d := steps(100)
	if n := testing.AllocsPerRun(100, func() { a.Reset(); d.Batch(&a, 3, 9) }); n != 0 {
		t.Errorf("%v allocations a range", n)
	}
	a.Reset()
	if p := d.Batch(&a, 3, 9); p.X.ShapeString() != "[6, 1]" || p.First || p.Y.Data[0] != 4 || p.Count() != 6 {
		t.Errorf("%+v", p)
	}
}

// The last share of a stream is held out, and nothing of it was a target before.
func TestStreamSplit(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		train, held, err := Split(steps(100), 0.2, seed)
		if err != nil || train.Len() != 80 || held.Len() != 20 {
			t.Fatalf("%v and %v, %v", train, held, err)
		}
		if train.Y.Data[79] != 80 || held.X.Data[0] != 80 || held.Y.Data[0] != 81 {
			t.Errorf("trains up to %v, then %v with the target %v", train.Y.Data[79], held.X.Data[0], held.Y.Data[0])
		}
	}
}

func TestStreamErrors(t *testing.T) {
	for _, c := range []struct {
		d              *Dataset
		streams, steps int
		want           string
	}{
		{steps(5), 0, 1, "batch: got 0, expected at least 1 stream"},
		{steps(5), 6, 1, "batch: got 6 streams, and steps has 5 steps in all"},
		{steps(5), 1, 0, "steps: got 0, expected at least 1 in a window"},
		{numbered(5), 1, 1, "numbered has the layout rows, expected a stream"},
	} {
		if _, err := NewStreamBatcher(c.d, c.streams, c.steps); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}
