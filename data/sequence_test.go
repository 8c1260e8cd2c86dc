package data

import (
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

// counted returns n sequences whose element (i, t, f) is 10000·i + 10·t + f, with
// the targets that the layout asks for: i, or 10000·i + 10·t at each step.
func counted(n, steps, width int, perStep bool, lengths []int) *Dataset {
	d := &Dataset{Name: "counted", Layout: Sequences, PerStep: perStep, Lengths: lengths, Targets: []string{"y"}, Features: columnNames(width)}
	d.X, d.Y = tensor.New(n, steps, width), tensor.New(n, 1)
	if perStep {
		d.Y = tensor.New(n, steps, 1)
	}
	for i := range n {
		for s := range steps {
			for f := range width {
				d.X.Data[(i*steps+s)*width+f] = tensor.Float(10000*i + 10*s + f)
			}
			if perStep {
				d.Y.Data[i*steps+s] = tensor.Float(10000*i + 10*s)
			}
		}
		if !perStep {
			d.Y.Data[i] = tensor.Float(i)
		}
	}
	return d
}

// checkBatch holds a batch against direct indexing of d, and returns which
// sequences it has.
func checkBatch(t *testing.T, d *Dataset, b Batch) []int {
	t.Helper()
	steps, width := b.X.Dim(0), d.X.Cols()
	if d.IDs > 0 {
		width = 1
	}
	if b.X.Dim(1) != b.Rows || !b.First {
		t.Fatalf("X %s of %d rows, first %v", b.X.ShapeString(), b.Rows, b.First)
	}
	var rows []int
	longest, equal := 0, true
	for i := range b.Rows {
		row := int(b.X.Data[i*width]) / 10000
		rows = append(rows, row)
		for s := range steps {
			for f := range width {
				if got, want := b.X.Data[(s*b.Rows+i)*width+f], d.X.Data[(row*d.Steps()+s)*width+f]; got != want {
					t.Fatalf("X[%d, %d, %d] is %v, want %v", s, i, f, got, want)
				}
			}
			if d.PerStep {
				if got, want := b.Y.Data[s*b.Rows+i], d.Y.Data[row*d.Steps()+s]; got != want {
					t.Fatalf("Y[%d, %d] is %v, want %v", s, i, got, want)
				}
			}
		}
		if !d.PerStep && b.Y.Data[i] != d.Y.Data[row] {
			t.Fatalf("Y[%d] is %v, want %v", i, b.Y.Data[i], d.Y.Data[row])
		}
		n := d.Steps()
		if d.Lengths != nil {
			n = d.Lengths[row]
		}
		if b.Lengths != nil && b.Lengths[i] != n {
			t.Fatalf("sequence %d has %d steps, want %d", row, b.Lengths[i], n)
		}
		equal = equal && (longest == 0 || n == longest)
		longest = max(longest, n)
	}
	if longest != steps || equal != (b.Lengths == nil) {
		t.Fatalf("%d steps with the lengths %v, the longest has %d", steps, b.Lengths, longest)
	}
	if want := b.Rows; !d.PerStep && b.Count() != want || d.PerStep && b.Count() != want*steps {
		t.Fatalf("%d targets", b.Count())
	}
	return rows
}

func layouts() map[string]*Dataset {
	ids := counted(23, 5, 1, false, nil)
	ids.X, ids.IDs = tensor.From(ids.X.Data, 23, 5), 1<<20
	return map[string]*Dataset{
		"one target":   counted(23, 7, 3, false, nil),
		"one feature":  counted(23, 7, 1, false, nil),
		"per step":     counted(23, 7, 2, true, nil),
		"ids":          ids,
		"with lengths": counted(23, 4, 2, false, []int{1, 2, 3, 4, 4, 4, 4, 4, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 1, 2, 3, 4}),
	}
}

// Batches are time-major copies of what they say they are, each sequence comes
// once an epoch, and a run that goes on at any batch sees the same.
func TestSequenceBatches(t *testing.T) {
	for name, d := range layouts() {
		for _, size := range []int{0, 1, 4, 22, 23} {
			b, err := NewBatcher(d, size, 3)
			if err != nil {
				t.Fatal(err)
			}
			var order [][]int
			for range 2 {
				var rows []int
				for {
					batch, ok := b.NextBatch()
					if !ok {
						break
					}
					rows = append(rows, checkBatch(t, d, batch)...)
				}
				order = append(order, rows)
				if sorted := slices.Sorted(slices.Values(rows)); !slices.Equal(sorted, identity(23)) {
					t.Fatalf("%s by %d: the epoch has %v", name, size, rows)
				}
			}
			if size == 4 && slices.Equal(order[0], order[1]) {
				t.Errorf("%s: both epochs in the same order", name)
			}
			for at := range b.Len() {
				c, _ := NewBatcher(d, size, 3)
				c.Seek(1, at)
				batch, _ := c.NextBatch()
				rows := checkBatch(t, d, batch)
				if want := order[1][at*c.Size():][:len(rows)]; !slices.Equal(rows, want) {
					t.Errorf("%s by %d: batch %d has %v, want %v", name, size, at, rows, want)
				}
			}
		}
	}
}

// A range of a data set is the same rows, as a batch.
func TestDatasetBatch(t *testing.T) {
	var a tensor.Arena
	for name, d := range layouts() {
		for lo := 0; lo < d.Len(); lo += 5 {
			a.Reset()
			hi := min(lo+5, d.Len())
			rows := checkBatch(t, d, d.Batch(&a, lo, hi))
			if !slices.Equal(rows, identity(d.Len())[lo:hi]) {
				t.Errorf("%s: %d..%d has %v", name, lo, hi, rows)
			}
		}
	}
	d := numbered(9)
	b := d.Batch(&a, 3, 8)
	if b.X.ShapeString() != "[5, 2]" || b.Y.ShapeString() != "[5, 1]" || b.X.Data[0] != 3 || b.Rows != 5 || b.Count() != 5 || !b.First {
		t.Errorf("rows: %+v, X %v", b, b.X.Data)
	}
}

func TestSequenceBatchesAllocateNothing(t *testing.T) {
	var a tensor.Arena
	for name, d := range layouts() {
		for _, size := range []int{0, 4, 23} {
			b, _ := NewBatcher(d, size, 1)
			for range 20 {
				b.NextBatch()
			}
			if n := testing.AllocsPerRun(100, func() { b.NextBatch() }); n != 0 {
				t.Errorf("%s by %d: %v allocations a batch", name, size, n)
			}
		}
		if n := testing.AllocsPerRun(100, func() { a.Reset(); d.Batch(&a, 3, 9) }); n != 0 {
			t.Errorf("%s: %v allocations a range", name, n)
		}
	}
}

func TestSequenceBatchesRefuse(t *testing.T) {
	_, err := NewBatcher(counted(4, 3, 1, true, []int{1, 2, 3, 3}), 2, 1)
	if err == nil || !strings.Contains(err.Error(), "a target for each step and sequences of different lengths") {
		t.Errorf("error %v", err)
	}
	_, err = NewBatcher(text(t, "abc"), 2, 1)
	if err == nil || !strings.Contains(err.Error(), "test is one long stream") {
		t.Errorf("error %v", err)
	}
}

// Padding counts neither in the scaler nor is it changed by it.
func TestScalerLeavesPadding(t *testing.T) {
	d := counted(2, 2, 1, false, []int{1, 2})
	d.X.Data = []tensor.Float{1, 99, 3, 5}
	s := FitScaler(d, true)
	if s.Mean[0] != 3 {
		t.Errorf("mean %v", s.Mean)
	}
	s.Apply(d)
	if d.X.Data[1] != 99 || d.X.Data[2] != 0 {
		t.Errorf("scaled to %v", d.X.Data)
	}
	c := d.Select([]int{1, 0})
	if !slices.Equal(c.Lengths, []int{2, 1}) {
		t.Errorf("lengths %v", c.Lengths)
	}
}
