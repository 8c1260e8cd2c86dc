package data

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

// marked returns the steps of sequence i at which a feature is 1.
func marked(d *Dataset, i, feature int) []int {
	var at []int
	for t := range d.Steps() {
		if d.X.Row(i*d.Steps() + t)[feature] == 1 {
			at = append(at, t)
		}
	}
	return at
}

// Every target follows from its inputs, and who answers 1 has an error of 1/6.
func TestAddingClosedForm(t *testing.T) {
	for _, length := range []int{2, 3, 30, 101} {
		d, err := Adding(length, 4000, 3)
		if err != nil {
			t.Fatal(err)
		}
		if want := tensor.ShapeString([]int{4000, length, 2}); d.X.ShapeString() != want || d.Y.ShapeString() != "[4000, 1]" || d.Task != Regression {
			t.Fatalf("X %s, Y %s", d.X.ShapeString(), d.Y.ShapeString())
		}
		loss := 0.0
		for i := range d.Len() {
			at := marked(d, i, 1)
			if len(at) != 2 || at[0] >= length/2 || at[1] < length/2 {
				t.Fatalf("length %d: markers at %v", length, at)
			}
			sum := tensor.Float(0)
			for s := range length {
				step := d.X.Row(i*length + s)
				if step[0] < 0 || step[0] >= 1 || step[1] != 0 && step[1] != 1 {
					t.Fatalf("a step of %v", step)
				}
				sum += step[0] * step[1]
			}
			if sum != d.Y.Data[i] {
				t.Fatalf("sequence %d sums to %v, its target is %v", i, sum, d.Y.Data[i])
			}
			loss += math.Pow(float64(sum)-1, 2) / 4000
		}
		// (x−1)² of a sum of two uniforms has mean 1/6 and variance 7/180: four
		// standard errors of 4000 are 0.0125.
		if math.Abs(loss-1.0/6) > 0.0125 {
			t.Errorf("length %d: answering 1 has an error of %v, expected 0.167", length, loss)
		}
	}
}

func TestTemporalOrderClosedForm(t *testing.T) {
	for _, length := range []int{10, 13, 60, 99} {
		d, err := TemporalOrder(length, 400, 1)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for i := range d.Len() {
			order, places := "", []int{}
			for s := range length {
				step := d.X.Row(i*length + s)
				if symbol := slices.Index(step, 1); symbol < 2 {
					order += d.Features[symbol]
					places = append(places, s)
				}
				if n := sum(step); n != 1 {
					t.Fatalf("a step of %v", step)
				}
			}
			class := d.Classes[int(d.Y.Data[i])]
			if order != class {
				t.Fatalf("symbols %s, class %s", order, class)
			}
			if p, q := places[0], places[1]; p < length/10 || p >= length*2/10 || q < length/2 || q >= length*6/10 {
				t.Fatalf("length %d: symbols at %v", length, places)
			}
			count[class]++
		}
		for class, n := range count {
			if n != 100 || len(count) != 4 {
				t.Errorf("class %s: %d of 400", class, n)
			}
		}
	}
}

func sum(x []tensor.Float) (s tensor.Float) {
	for _, v := range x {
		s += v
	}
	return s
}

func TestCopyClosedForm(t *testing.T) {
	for _, length := range []int{1, 2, 40} {
		d, err := CopyMemory(length, 200, 9)
		if err != nil {
			t.Fatal(err)
		}
		steps := length + 20
		if d.Steps() != steps || !d.PerStep || d.Y.ShapeString() != tensor.ShapeString([]int{200, steps}) {
			t.Fatalf("X %s, Y %s", d.X.ShapeString(), d.Y.ShapeString())
		}
		var frequency [copySymbols]int
		for i := range d.Len() {
			symbol := func(s int) int { return slices.Index(d.X.Row(i*steps+s), 1) }
			for s := range steps {
				if n := sum(d.X.Row(i*steps + s)); n != 1 {
					t.Fatal("a step is not one-hot")
				}
				wantX, wantY := copyBlank, copyBlank
				switch {
				case s < 10:
					wantX = symbol(s)
					frequency[wantX]++
				case s == length+9:
					wantX = copyGo
				case s >= length+10:
					wantY = symbol(s - length - 10)
				}
				if symbol(s) != wantX || int(d.Y.Data[i*steps+s]) != wantY {
					t.Fatalf("length %d, step %d: symbol %d and target %v, want %d and %d", length, s, symbol(s), d.Y.Data[i*steps+s], wantX, wantY)
				}
			}
		}
		for symbol, n := range frequency { // 2000 draws of 1/8: deviation 14.8
			if n < 190 || n > 310 {
				t.Errorf("symbol %d comes %d times of 2000", symbol, n)
			}
		}
	}
}

func TestLatchClosedForm(t *testing.T) {
	d, err := Latch(60, 2000, 4)
	if err != nil {
		t.Fatal(err)
	}
	var classes [2]int
	noise, n := 0.0, 0
	for i := range d.Len() {
		x := d.X.Data[i*60 : (i+1)*60]
		if told := sum(x[:3]) > 0; told != (d.Y.Data[i] == 1) {
			t.Fatalf("sequence %d begins with %v, its class is %v", i, x[:3], d.Y.Data[i])
		}
		classes[int(d.Y.Data[i])]++
		for _, v := range x[3:] {
			noise += float64(v) * float64(v)
			n++
		}
	}
	if classes != [2]int{1000, 1000} {
		t.Errorf("classes %v", classes)
	}
	if s := math.Sqrt(noise / float64(n)); math.Abs(s-0.2) > 0.003 {
		t.Errorf("noise of deviation %v, expected 0.2", s)
	}
}

// What is not noise in the sine solves y(t) = 2·cos(2π/25)·y(t−1) − y(t−2).
func TestSineClosedForm(t *testing.T) {
	d, err := Sine(32, 3000, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := 2 * math.Cos(2*math.Pi/sinePeriod)
	power := 0.0
	for i := range d.Len() {
		x := d.X.Data[i*32 : (i+1)*32]
		e := float64(d.Y.Data[i]) - c*float64(x[31]) + float64(x[30])
		power += e * e / 3000
		if i > 0 && (x[31] != d.Y.Data[i-1] || x[0] != d.X.Data[(i-1)*32+1]) {
			t.Fatal("a window does not go on where the one before did")
		}
	}
	if want := sineNoise * sineNoise * (2 + c*c); math.Abs(power/want-1) > 0.15 {
		t.Errorf("the noise has the power %v, expected %v", power, want)
	}
}

// The seed alone decides the examples, and more of them begin with the same.
func TestSequencesAreDeterministic(t *testing.T) {
	for _, info := range BuiltIn() {
		if info.Layout != Sequences {
			continue
		}
		opt := Options{Samples: 40, Length: 24, Seed: 7}
		if info.Series {
			opt.Length, opt.Window = 0, 24
		}
		load := func(opt Options) *Dataset {
			d, s, err := Load(info.Name, opt)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
			return d
		}
		a, b := load(opt), load(opt)
		if !slices.Equal(a.X.Data, b.X.Data) || !slices.Equal(a.Y.Data, b.Y.Data) {
			t.Errorf("%s: the same seed gives other examples", info.Name)
		}
		opt.Samples = 60
		if c := load(opt); !slices.Equal(c.X.Data[:a.X.Len()], a.X.Data) || !slices.Equal(c.Y.Data[:a.Y.Len()], a.Y.Data) {
			t.Errorf("%s: 60 samples do not begin with the 40", info.Name)
		}
		opt.Samples, opt.Seed = 40, 8
		if c := load(opt); slices.Equal(c.X.Data, a.X.Data) {
			t.Errorf("%s: another seed gives the same examples", info.Name)
		}
	}
}

func TestSequenceErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  Options
		want string
	}{
		{"adding", Options{Length: 1}, "length: got 1, expected 2 to 1000000 for adding"},
		{"adding", Options{Length: -3}, "length: got -3"},
		{"adding", Options{Samples: -1}, "samples: got -1, expected 1 to 10000000"},
		{"adding", Options{Samples: 10_000_000, Length: 1_000_000}, "adding: 10000000 examples of 2000000 values are more than 134217728 in all: take fewer"},
		{"adding", Options{Window: 5}, "window: adding has sequences of its own: give it a length"},
		{"adding", Options{Task: AsClassification}, `adding: its target "sum" is a number, and the task is a classification`},
		{"adding", Options{Target: "y"}, `adding: no target "y": it is called "sum"`},
		{"temporal_order", Options{Length: 9}, "length: got 9, expected 10 to"},
		{"latch", Options{Length: 3}, "length: got 3, expected 4 to"},
		{"sine", Options{Length: 9}, "length: sine is a series: give it a window"},
		{"sine", Options{Window: -9}, "window: got -9, expected 1 to"},
		{"digits", Options{Length: 9}, "length: digits has no sequences"},
		{"penguins", Options{Window: 9}, "window: penguins is no series"},
		{"co2", Options{Window: -1}, "window: got -1, expected at least 1 past step"},
		{"sunspots", Options{Window: 309}, "window: got 309 past steps, and sunspots has 309 rows: expected at most 308"},
		{"co2", Options{Window: 52, Task: AsClassification}, `co2: the next value of "co2" is a number`},
	} {
		if _, _, err := Load(c.name, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v: error %v, want %q", c.name, c.opt, err, c.want)
		}
	}
}
