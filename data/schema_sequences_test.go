package data

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

// saved writes a schema as a model file does, and reads it back.
func saved(t *testing.T, s *Schema) *Schema {
	t.Helper()
	file, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	back := &Schema{}
	if err := json.Unmarshal(file, back); err != nil {
		t.Fatal(err)
	}
	if err := back.Check(); err != nil {
		t.Fatalf("%v in %s", err, file)
	}
	return back
}

// ramp is a series of two columns, y = 10·x, behind a year and a text.
func ramp(from, to int) []byte {
	var b strings.Builder
	b.WriteString("year,x,season,y\n")
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "%d,%d.5,dry,%d\n", 1900+i, i%7, 10*(i%7))
	}
	return []byte(b.String())
}

// A new file becomes the same windows; for prediction the last one is there too,
// whose target is still to come.
func TestSchemaReadsASeries(t *testing.T) {
	path := write(t, "a.csv", ramp(0, 30))
	d, _, s, err := Open(Source{Path: path}, Options{Target: "y", Window: 4})
	if err != nil {
		t.Fatal(err)
	}
	s.Scaler = FitScaler(d, true)
	s.Scaler.Apply(d)
	s = saved(t, s)
	again, err := s.ReadExamples(path)
	if err != nil || !slices.Equal(again.X.Data, d.X.Data) || !slices.Equal(again.Y.Data, d.Y.Data) || again.Window != 4 {
		t.Fatalf("read again: %+v, %v", again, err)
	}
	in, err := s.ReadInputs(path)
	if err != nil || in.Len() != d.Len()+1 || in.Y != nil || !slices.Equal(in.X.Data[:d.X.Len()], d.X.Data) {
		t.Fatalf("inputs: %+v, %v", in, err)
	}
	// Columns by their names, whatever else is there.
	in, err = s.ReadInputs(write(t, "b.csv", []byte("y,z,x\n0,a,0.5\n10,b,1.5\n20,c,2.5\n30,d,3.5\n")))
	if err != nil || in.Len() != 1 || !slices.Equal(in.X.Data, d.X.Data[:8]) {
		t.Errorf("%+v, %v", in, err)
	}
	var rows []map[string]any
	for i := range 5 {
		rows = append(rows, map[string]any{"x": float64(i) + 0.5, "y": 10 * i})
	}
	in, err = s.FromRows(rows)
	if err != nil || in.Len() != 2 || !slices.Equal(in.X.Data, d.X.Data[:16]) {
		t.Errorf("rows: %+v, %v", in, err)
	}
	for want, read := range map[string]func() (*Dataset, error){
		"window: the model needs 4 past steps, and rows has 3 rows": func() (*Dataset, error) { return s.FromRows(rows[:3]) },
		`no column "x", which the model needs`:                      func() (*Dataset, error) { return s.ReadInputs(write(t, "c.csv", []byte("y\n1\n2\n"))) },
		"expected at most 2":                                        func() (*Dataset, error) { return s.ReadExamples(write(t, "d.csv", []byte("x,y\n1,2\n3,4\n5,6\n"))) },
		"expected a series in a .csv or .npy file":                  func() (*Dataset, error) { return s.ReadInputs(write(t, "e.parquet", nil)) },
		"window: digits is no series":                               func() (*Dataset, error) { return s.ReadInputs("digits") },
		`sine: no target "y": it is called "value"`:                 func() (*Dataset, error) { return s.ReadInputs("sine") },
	} {
		if _, err := read(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestSchemaReadsASeriesFromAnArray(t *testing.T) {
	path := write(t, "a.npy", append(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (5, 3)}", 0), "\x01\x07\x05\x02\x06\x04\x03\x08\x03\x04\x05\x02\x05\x09\x01"...))
	d, _, s, err := Open(Source{Path: path}, Options{Window: 2})
	if err != nil || fmt.Sprint(d.Features, d.Targets, d.X.Data[:4], d.Y.Data) != "[column_2 column_3] [column_3] [7 5 6 4] [3 2 1]" {
		t.Fatalf("%+v, %v", d, err)
	}
	s = saved(t, s)
	again, err := s.ReadExamples(path)
	if err != nil || !slices.Equal(again.X.Data, d.X.Data) || !slices.Equal(again.Y.Data, d.Y.Data) {
		t.Errorf("%+v, %v", again, err)
	}
}

// A model of generated sequences reads them again, arrays, and rows as the steps
// of one.
func TestSchemaReadsSequences(t *testing.T) {
	d, s, err := Load("adding", Options{Length: 2, Samples: 10})
	if err != nil {
		t.Fatal(err)
	}
	s = saved(t, s)
	if again, err := s.ReadExamples("adding"); err != nil || again.Len() != sequenceSamples || !slices.Equal(again.X.Data[:d.X.Len()], d.X.Data) {
		t.Errorf("%v", err)
	}
	file := npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 2)}", 0)
	file = append(file, 1, 0, 2, 1, 3, 1, 4, 1, 5, 0, 6, 1)
	path := write(t, "a.npy", file)
	in, err := s.ReadInputs(path)
	if err != nil || in.X.ShapeString() != "[2, 3, 2]" || in.Layout != Sequences || in.Features[1] != "marker" {
		t.Errorf("%+v, %v", in, err)
	}
	one, err := s.FromRows([]map[string]any{{"value": 1.0, "marker": 0}, {"value": 2, "marker": 1}, {"value": 3, "marker": 1}})
	if err != nil || one.X.ShapeString() != "[1, 3, 2]" || !slices.Equal(one.X.Data, in.X.Data[:6]) {
		t.Errorf("%+v, %v", one, err)
	}
	if _, err := s.ReadExamples(path); err == nil || !strings.Contains(err.Error(), "their targets need an .npz file with X and Y") {
		t.Errorf("error %v", err)
	}
	if _, err := s.ReadInputs(write(t, "a.csv", []byte("value,marker\n1,2\n"))); err == nil || !strings.Contains(err.Error(), "the model takes sequences, expected an .npy array [N, T, 2]") {
		t.Errorf("error %v", err)
	}
	flat := write(t, "b.npy", append(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2)}", 0), "1234"...))
	if _, err := s.ReadInputs(flat); err == nil || !strings.Contains(err.Error(), "array X has the shape [2, 2], and the model takes sequences [N, T, 2]") {
		t.Errorf("error %v", err)
	}
	_, s, _ = Load("copy", Options{Length: 3, Samples: 4})
	if again, err := saved(t, s).ReadExamples("copy"); err != nil || again.Steps() != 23 || !again.PerStep {
		t.Errorf("copy: %v", err)
	}
	if _, err := s.ReadExamples("digits"); err == nil {
		t.Error("digits for a model of copy")
	}
}

func TestSchemaRefusesOddLayouts(t *testing.T) {
	base := func() *Schema {
		_, s, _ := Load("sine", Options{Samples: 3})
		return s
	}
	for want, spoil := range map[string]func(s *Schema){
		"schema: layout 7":                               func(s *Schema) { s.Layout = 7 },
		"out of range":                                   func(s *Schema) { s.Window = -1 },
		"no series of numbers":                           func(s *Schema) { s.Layout = Rows },
		"is not a column of the series":                  func(s *Schema) { s.Target.Name = "other" },
		"has categories":                                 func(s *Schema) { s.Columns[0].Categories = []string{"a", "b"} },
		"rows with ids":                                  func(s *Schema) { s.Layout, s.Window, s.IDs = Rows, 0, 5; s.Target.Name = "y" },
		"a text of 0 characters":                         func(s *Schema) { s.Layout, s.Window = Stream, 0 },
		`the target "value" is a column`:                 func(s *Schema) { s.Window = 0 },
		"2 columns of ids":                               func(s *Schema) { s.Window, s.IDs = 0, 3; s.Columns = []Column{{Name: "a"}, {Name: "b"}} },
		"scaler: 2 means, 1 deviations":                  func(s *Schema) { s.Scaler = &Scaler{Mean: make([]float64, 2), Std: []float64{1}} },
		"schema: a window of 9 and sequences of 4 steps": func(s *Schema) { s.Window, s.Steps = 9, 4 },
	} {
		s := base()
		spoil(s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	var l Layout
	if err := l.UnmarshalText([]byte("grid")); err == nil || l.UnmarshalText([]byte("stream")) != nil || l != Stream {
		t.Errorf("layout %v, error %v", l, err)
	}
}

func TestLoadSequences(t *testing.T) {
	array := func(kind, shape, body string) string {
		return string(npy("{'descr': '"+kind+"', 'fortran_order': False, 'shape': "+shape+"}", 0)) + body
	}
	x := array("|u1", "(2, 3, 2)", "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c")
	ids := array("|u1", "(2, 3)", "\x01\x02\x03\x04\x05\x00")
	for _, c := range []struct {
		entries []string
		task    Goal
		want    string // layout, or the error
	}{
		{[]string{"X.npy", x, "Y.npy", array("|u1", "(2,)", "\x01\x00")}, AsClassification, "[2, 3, 2] [2] per step false ids 0 []"},
		{[]string{"X.npy", x, "Y.npy", array("|u1", "(2,)", "\x01\x05")}, AsRegression, "[2, 3, 2] [2, 1] per step false ids 0 []"},
		{[]string{"X.npy", x, "Y.npy", array("|u1", "(2, 2)", "\x01\x02\x03\x04")}, Auto, "[2, 3, 2] [2, 2] per step false ids 0 []"},
		{[]string{"X.npy", x, "Y.npy", array("|u1", "(2, 3)", "\x01\x00\x00\x01\x01\x00")}, AsClassification, "[2, 3, 2] [2, 3] per step true ids 0 []"},
		{[]string{"X.npy", x, "Y.npy", array("|u1", "(2, 3)", "\x01\x00\x00\x01\x01\x00")}, AsRegression, "[2, 3, 2] [2, 3, 1] per step true ids 0 []"},
		{[]string{"X.npy", x, "Y.npy", array("|u1", "(2, 3, 2)", "abcdefghijkl")}, Auto, "[2, 3, 2] [2, 3, 2] per step true ids 0 []"},
		{[]string{"X.npy", ids, "Y.npy", array("|u1", "(2,)", "\x01\x00"), "lengths.npy", array("|u1", "(2,)", "\x03\x01")}, AsClassification, "[2, 3] [2] per step false ids 6 [3 1]"},
		{[]string{"X.npy", x, "Y.npy", array("|u1", "(3,)", "\x01\x00\x01")}, Auto, "array Y has the shape [3], and X [2, 3, 2]"},
		{[]string{"X.npy", x, "Y.npy", ids, "lengths.npy", array("|u1", "(2,)", "\x03\x01")}, Auto, "sequences differ in length"},
		{[]string{"X.npy", x, "Y.npy", ids, "lengths.npy", array("|u1", "(2,)", "\x04\x01")}, Auto, "array lengths: sequence 0 has 4 steps, expected 1 to 3"},
		{[]string{"X.npy", array("|i1", "(2, 3)", "\x01\x02\xff\x04\x05\x00"), "Y.npy", ids}, Auto, "element 2 is -1: expected ids"},
		{[]string{"X.npy", array("|u1", "(2,)", "\x01\x02"), "Y.npy", ids}, Auto, "array X has the shape [2], expected sequences"},
	} {
		path := write(t, "a.npz", archive(t, c.entries...))
		d, _, s, err := Open(Source{Path: path}, Options{Sequences: true, Task: c.task})
		if err != nil {
			if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			continue
		}
		if got := fmt.Sprintf("%s %s per step %v ids %d %v", d.X.ShapeString(), d.Y.ShapeString(), d.PerStep, d.IDs, d.Lengths); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
		again, err := saved(t, s).ReadExamples(path)
		if err != nil || !again.Y.SameShape(d.Y) || !slices.Equal(again.X.Data, d.X.Data) || !slices.Equal(again.Y.Data, d.Y.Data) || !slices.Equal(again.Lengths, d.Lengths) {
			t.Errorf("%s: read again %+v, %v", c.want, again, err)
		}
	}
	big := archive(t, "X.npy", array("|u1", "(1, 2)", "\x01\x09"))
	s := &Schema{Layout: Sequences, IDs: 5, Columns: []Column{{Name: "id"}}, Target: &Target{Name: "y", Position: -1}}
	if _, err := s.ReadInputs(write(t, "b.npz", big)); err == nil || !strings.Contains(err.Error(), "array X has the id 9, and the model knows ids from 0 to 4") {
		t.Errorf("error %v", err)
	}
	in, err := s.FromRows([]map[string]any{{"id": 3}, {"id": 1}})
	if err != nil || !slices.Equal(in.X.Data, []tensor.Float{3, 1}) || in.X.ShapeString() != "[1, 2]" {
		t.Errorf("%+v, %v", in, err)
	}
}
