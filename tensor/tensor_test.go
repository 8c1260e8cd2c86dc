package tensor

import (
	"strings"
	"testing"
)

func TestShapes(t *testing.T) {
	for _, c := range []struct {
		dims            []int
		len, rows, cols int
		text            string
	}{
		{nil, 1, 1, 1, "[]"},
		{[]int{5}, 5, 1, 5, "[5]"},
		{[]int{2, 3}, 6, 2, 3, "[2, 3]"},
		{[]int{2, 3, 4}, 24, 6, 4, "[2, 3, 4]"},
		{[]int{0, 3}, 0, 0, 3, "[0, 3]"},
	} {
		x := New(c.dims...)
		if x.Len() != c.len || x.Rows() != c.rows || x.Cols() != c.cols || x.ShapeString() != c.text || x.Rank() != len(c.dims) {
			t.Errorf("%v: len %d rows %d cols %d %s", c.dims, x.Len(), x.Rows(), x.Cols(), x.ShapeString())
		}
	}
	if x := New(2, 3, 4); x.Dim(-1) != 4 || x.Dim(0) != 2 {
		t.Error("Dim")
	}
}

func TestRowSharesAndCloneDoesNot(t *testing.T) {
	x := From([]Float{1, 2, 3, 4, 5, 6}, 3, 2)
	c := x.Clone()
	x.Row(1)[0] = 9
	if x.Data[2] != 9 || c.Data[2] != 3 {
		t.Errorf("x %v, clone %v", x.Data, c.Data)
	}
	if r := append(x.Row(0), 7); x.Data[2] != 9 || len(r) != 3 {
		t.Error("appending to a row wrote into the next one")
	}
	if !x.SameShape(c) || x.SameShape(New(2, 3)) || x.SameShape(New(6)) {
		t.Error("SameShape")
	}
}

func TestWrongShapesPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"shape [2, 3] holds 6 elements, got 5": func() { From(make([]Float, 5), 2, 3) },
		"rank above MaxRank":                   func() { New(1, 1, 1, 1, 1, 1) },
		"negative dimension":                   func() { New(2, -1) },
		"shape [2] from [3]":                   func() { New(2).CopyFrom(New(3)) },
		"does not fit the data":                func() { new(Arena).View(make([]Float, 3), 2) },
		"n must be positive":                   func() { NewRNG(1, 1).IntN(0) },
	} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, name) {
					t.Errorf("panic %q, want %q in it", r, name)
				}
			}()
			f()
		}()
	}
}
