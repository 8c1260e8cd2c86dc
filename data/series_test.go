package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

// walk returns a series of n steps with gaps; the second column is the target.
func walk(n int, seed uint64) *Series {
	s := &Series{Name: "walk", Columns: []string{"a", "b", "c"}, Target: 1, Values: tensor.New(n, 3)}
	rng := tensor.NewRNG(seed, 1)
	for i := range s.Values.Data {
		s.Values.Data[i] = tensor.Float(rng.Normal())
		if rng.IntN(9) == 0 {
			s.Values.Data[i] = tensor.Float(math.NaN())
		}
	}
	return s
}

func same(a, b []tensor.Float) bool {
	return slices.EqualFunc(a, b, func(x, y tensor.Float) bool { return x == y || x != x && y != y })
}

// Every window is its past, step by step, and its target the value after it.
func TestWindowsAreTheirPast(t *testing.T) {
	for _, window := range []int{1, 4, 39} {
		s := walk(40, 5)
		s.Values.Row(39)[1] = 1
		d, err := s.Windows(window)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for start := range 40 - window {
			target := s.Values.Row(start + window)[1]
			if target != target {
				continue
			}
			if d.Y.Data[i] != target {
				t.Fatalf("target %d is %v, want %v", i, d.Y.Data[i], target)
			}
			for k := range window {
				for f, got := range d.X.Row(i*window + k) {
					at := start + k // a gap has the last value before it
					for at > 0 && s.Values.Row(at)[f] != s.Values.Row(at)[f] {
						at--
					}
					if want := s.Values.Row(at)[f]; !same([]tensor.Float{got}, []tensor.Float{want}) {
						t.Fatalf("window %d, step %d, column %d: %v, want %v", i, k, f, got, want)
					}
				}
			}
			i++
		}
		if i != d.Len() || d.Dropped != 40-window-i || d.Features[2] != "c" || d.Targets[0] != "b" {
			t.Errorf("%d windows and %d dropped, want %d", d.Len(), d.Dropped, i)
		}
	}
}

// The training part knows nothing of what comes later: with another future,
// windows and scaler are the same to the bit.
func TestWindowsKnowNoFuture(t *testing.T) {
	for _, share := range []float64{0.1, 0.3, 0.5} {
		for _, window := range []int{1, 3, 10} {
			s := walk(120, 11)
			d, err := s.Windows(window)
			if err != nil {
				t.Fatal(err)
			}
			train, held, err := Split(d, share, 1)
			if err != nil {
				t.Fatal(err)
			}
			// The step that the first held-out target is at.
			first, n := 0, -1
			for first = window; ; first++ {
				if v := s.Values.Row(first)[1]; v == v {
					n++
				}
				if n == train.Len() {
					break
				}
			}
			scaler := FitScaler(train, true)
			rng := tensor.NewRNG(99, 2)
			for i := first * 3; i < len(s.Values.Data); i++ {
				if v := s.Values.Data[i]; v == v {
					s.Values.Data[i] = tensor.Float(1000 * rng.Normal())
				} else if i%3 != 1 { // a gap in the target would move the cut
					s.Values.Data[i] = 7
				}
			}
			other, err := s.Windows(window)
			if err != nil {
				t.Fatal(err)
			}
			again, changed, err := Split(other, share, 2)
			if err != nil {
				t.Fatal(err)
			}
			if !same(train.X.Data, again.X.Data) || !same(train.Y.Data, again.Y.Data) {
				t.Errorf("%v held out, window %d: the training part changed with the future", share, window)
			}
			if slices.Equal(changed.Y.Data, held.Y.Data) {
				t.Fatal("the future did not change")
			}
			if fmt.Sprint(*FitScaler(again, true)) != fmt.Sprint(*scaler) {
				t.Error("the scaler changed with the future")
			}
		}
	}
}

// The weeks of CO2 without a value keep their place: a window is evenly spaced.
func TestBuiltInSeries(t *testing.T) {
	d, s, err := Load("co2", Options{Window: 52})
	if err != nil {
		t.Fatal(err)
	}
	if d.X.ShapeString() != "[2190, 52, 1]" || d.Missing != 59 || d.Len()+d.Dropped != 2284-52 {
		t.Errorf("X %s, %d missing, %d dropped", d.X.ShapeString(), d.Missing, d.Dropped)
	}
	if fmt.Sprint(d.Features, d.Targets, s.Window, s.Steps, s.Layout) != "[co2] [co2] 52 52 sequences" {
		t.Errorf("%v %v %+v", d.Features, d.Targets, s)
	}
	for _, v := range d.X.Data {
		if !(v > 300 && v < 400) {
			t.Fatalf("a value of %v ppmv", v)
		}
	}
	d, _, err = Load("sunspots", Options{Window: 11})
	if err != nil || d.X.ShapeString() != "[298, 11, 1]" || d.X.Data[0] != 5 || d.X.Data[1] != 11 {
		t.Errorf("%v, %v", d, err)
	}
}

func TestReadSeries(t *testing.T) {
	for _, c := range []struct {
		text, target string
		want         string // columns and target, or the error
	}{
		{"day,x\n1,5\n2,7\n3,6\n", "", "[x] x"},
		{"day,x\n1,5\n2,7\n3,6\n", "day", "[day x] day"},
		{"day,x\n1,5\n1,7\n3,6\n", "x", "[day x] x"},
		{"day,x\n1.5,5\n2,7\n3,6\n", "x", "[day x] x"},
		{"when,x,note,y\n2024-01-01,5,,1\n2024-01-02,,fog,2\n", "y", "[x y] y"},
		{"5\n7\n6\n", "", "[column_1] column_1"},
		{"1;5\n2;7\n3;6\n", "", "[column_2] column_2"},
		{"x,y\n5,1\n3,2\n", "", `t.csv: no target given: name the column to predict; known are "x", "y"`},
		{"x,y\n5,1\n3,2\n", "z", `t.csv: no column "z"`},
		{"x,y\n5,1\nred,2\n", "x", `t.csv:3: column "x": found "red", expected a number`},
		{"when\nMonday\nTuesday\n", "", "t.csv: no column of numbers"},
	} {
		s, err := parseSeries(strings.NewReader(c.text), "t.csv", c.target)
		if err != nil {
			if !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%q: error %v, want %q", c.text, err, c.want)
			}
			continue
		}
		if got := fmt.Sprint(s.Columns, " ", s.Columns[s.Target]); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestWindowErrors(t *testing.T) {
	long := &Series{Name: "long", Columns: []string{"x"}, Values: tensor.New(1<<15, 1)}
	empty := &Series{Name: "empty", Columns: []string{"x"}, Values: tensor.New(3, 1)}
	empty.Values.Fill(tensor.Float(math.NaN()))
	for _, c := range []struct {
		s      *Series
		window int
		want   string
	}{
		{walk(9, 1), 0, "window: got 0, expected at least 1 past step"},
		{walk(9, 1), 9, "window: got 9 past steps, and walk has 9 rows: expected at most 8"},
		{long, 1 << 14, "long: 16384 examples of 16384 values are more than 134217728 in all"},
		{empty, 1, `empty: no window of 1 steps has a value of "x" after it`},
	} {
		if _, err := c.s.Windows(c.window); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	path := write(t, "a.npz", nil)
	for _, src := range []Source{{Path: path}, {Path: t.TempDir()}} {
		if _, _, _, err := Open(src, Options{Window: 3}); err == nil || !strings.Contains(err.Error(), "can't be read as a series") {
			t.Errorf("%v: error %v", src, err)
		}
	}
	if _, _, _, err := Open(Source{Path: path}, Options{Length: 3}); err == nil || !strings.Contains(err.Error(), "length: only generated sequences") {
		t.Errorf("error %v", err)
	}
}
