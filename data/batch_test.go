package data

import (
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

// numbered returns n rows [i, -i] with the target i.
func numbered(n int) *Dataset {
	d := &Dataset{Name: "numbered", X: tensor.New(n, 2), Y: tensor.New(n, 1), Features: []string{"a", "b"}, Targets: []string{"y"}}
	for i := range n {
		d.X.Data[2*i], d.X.Data[2*i+1], d.Y.Data[i] = tensor.Float(i), tensor.Float(-i), tensor.Float(i)
	}
	return d
}

// epoch returns the rows of one epoch and checks that x and y go together.
func epoch(t *testing.T, b *Batcher) []int {
	t.Helper()
	var rows []int
	for {
		x, y, ok := b.Next()
		if !ok {
			return rows
		}
		if x.Dim(0) != y.Dim(0) {
			t.Fatalf("x %s, y %s", x.ShapeString(), y.ShapeString())
		}
		for i := range x.Dim(0) {
			if x.Row(i)[0] != y.Data[i] || x.Row(i)[1] != -y.Data[i] {
				t.Fatalf("row %v has the target %v", x.Row(i), y.Data[i])
			}
			rows = append(rows, int(y.Data[i]))
		}
	}
}

// Each row comes once an epoch, for every size of set and batch; another epoch
// and another seed have another order, and the same ones the same.
func TestBatchesCoverEveryRowOnce(t *testing.T) {
	for _, n := range []int{1, 2, 7, 64, 65} {
		for _, size := range []int{0, 1, 2, 3, 7, 32, 64, 65} {
			b, err := NewBatcher(numbered(n), size, 5)
			if size > n {
				if want := "batch: got"; err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%d of %d rows: error %v", size, n, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			first, second := epoch(t, b), epoch(t, b)
			for _, rows := range [][]int{first, second} {
				sorted := slices.Clone(rows)
				slices.Sort(sorted)
				if !slices.Equal(sorted, identity(n)) {
					t.Fatalf("%d rows by %d: the epoch has %v", n, size, rows)
				}
			}
			if n > 30 && size > 0 && size < n && slices.Equal(first, second) {
				t.Errorf("%d rows by %d: both epochs in the same order", n, size)
			}
			b.Seek(0, 0)
			if !slices.Equal(epoch(t, b), first) {
				t.Errorf("%d rows by %d: the order changed", n, size)
			}
			other, _ := NewBatcher(numbered(n), size, 6)
			if n > 30 && size > 0 && size < n && slices.Equal(epoch(t, other), first) {
				t.Errorf("%d rows by %d: two seeds with one order", n, size)
			}
		}
	}
}

// A run that goes on at (epoch, batch) sees the batches it would have seen.
func TestBatcherSeek(t *testing.T) {
	whole, _ := NewBatcher(numbered(50), 8, 1)
	epoch(t, whole)
	want := epoch(t, whole)
	for at := range whole.Len() + 1 {
		b, _ := NewBatcher(numbered(50), 8, 1)
		b.Seek(1, at)
		if e, k := b.Position(); e != 1 || k != at {
			t.Errorf("position %d, %d", e, k)
		}
		if got := epoch(t, b); !slices.Equal(got, want[min(8*at, 50):]) {
			t.Errorf("from batch %d: %v, want %v", at, got, want[min(8*at, 50):])
		}
	}
}

func TestBatcherAllocatesNothing(t *testing.T) {
	for _, size := range []int{0, 1, 7} {
		b, _ := NewBatcher(numbered(100), size, 1)
		if n := testing.AllocsPerRun(200, func() { b.Next() }); n != 0 {
			t.Errorf("size %d: %v allocations a batch", size, n)
		}
	}
}

func TestOrderedBatcher(t *testing.T) {
	b, err := NewOrderedBatcher(numbered(10), 4)
	if err != nil {
		t.Fatal(err)
	}
	if got := epoch(t, b); !slices.Equal(got, identity(10)) || b.Len() != 3 {
		t.Errorf("rows %v in %d batches", got, b.Len())
	}
	b, _ = NewBatcher(numbered(10), 0, 1)
	if got := epoch(t, b); !slices.Equal(got, identity(10)) || b.Size() != 10 {
		t.Errorf("the full batch has %v", got)
	}
}

func TestBatcherErrors(t *testing.T) {
	for size, want := range map[int]string{-1: "batch: got -1", 11: "batch: got 11, and numbered has 10 rows"} {
		if _, err := NewBatcher(numbered(10), size, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := NewBatcher(numbered(0), 0, 1); err == nil || !strings.Contains(err.Error(), "no rows") {
		t.Errorf("error %v", err)
	}
}

// The parts are disjoint, cover all rows, and depend on the seed alone.
func TestSplit(t *testing.T) {
	for _, n := range []int{2, 3, 10, 101} {
		for _, fraction := range []float64{0.34, 0.5, 0.6} {
			d := numbered(n)
			train, held, err := Split(d, fraction, 9)
			if err != nil {
				t.Fatal(err)
			}
			var rows []int
			for _, part := range []*Dataset{train, held} {
				for i := range part.Len() {
					if part.X.Row(i)[0] != part.Y.Data[i] {
						t.Fatal("a row lost its target")
					}
					rows = append(rows, int(part.Y.Data[i]))
				}
			}
			slices.Sort(rows)
			if !slices.Equal(rows, identity(n)) {
				t.Errorf("%d rows, %v held out: together %v", n, fraction, rows)
			}
			again, _, _ := Split(d, fraction, 9)
			if !slices.Equal(again.Y.Data, train.Y.Data) {
				t.Error("the same seed gives another split")
			}
			other, _, _ := Split(d, fraction, 10)
			if n > 100 && slices.Equal(other.Y.Data, train.Y.Data) {
				t.Error("another seed gives the same split")
			}
		}
	}
	for _, fraction := range []float64{-1, 0, 1, 2, 0.01, 0.99} {
		if _, _, err := Split(numbered(10), fraction, 1); err == nil || !strings.HasPrefix(err.Error(), "validation: ") {
			t.Errorf("fraction %v: error %v", fraction, err)
		}
	}
}
