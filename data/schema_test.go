package data

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

func table3(t *testing.T) (*Dataset, *Schema) {
	t.Helper()
	d, s, err := parse("age,town,price\n10,B,1\n20,A,3.5\n,B,5\n30,,6\n", Options{Target: "price"})
	if err != nil {
		t.Fatal(err)
	}
	return d, s
}

func near(t *testing.T, what string, got []tensor.Float, want ...float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for i := range got {
		if math.Abs(float64(got[i])-want[i]) > 1e-6 {
			t.Errorf("%s: %v, want %v", what, got, want)
			return
		}
	}
}

// A schema that went through JSON maps a new table, in another order and with
// other columns, to what the model was trained on.
func TestSchemaTravels(t *testing.T) {
	d, s := table3(t)
	s.Scaler = FitScaler(d, true)
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back Schema
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if err := back.Check(); err != nil {
		t.Fatal(err)
	}
	path := write(t, "new.csv", []byte("town;id;age\nA;x1;20\nB;x2;\n"))
	got, err := back.ReadInputs(path)
	if err != nil {
		t.Fatal(err)
	}
	// age: mean 20, std √(200/3); town=A: mean ¼, town=B: mean ½.
	a, b := math.Sqrt(3./16), 0.5
	near(t, "X", got.X.Data, 0, .75/a, -.5/b, 0, -.25/a, .5/b)
	if got.Missing != 1 || got.Y != nil {
		t.Errorf("missing %d, Y %v", got.Missing, got.Y)
	}
	examples, err := back.ReadExamples(write(t, "more.csv", []byte("price,age,town\n3.875,20,A\n,20,A\n")))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Y", examples.Y.Data, 0)
	if examples.Dropped != 1 || examples.Y.ShapeString() != "[1, 1]" {
		t.Errorf("dropped %d, Y %s", examples.Dropped, examples.Y.ShapeString())
	}
	back.Scaler.Restore(examples.Y)
	near(t, "restored", examples.Y.Data, 3.875)
}

func TestSchemaErrors(t *testing.T) {
	_, s := table3(t)
	for text, want := range map[string]string{
		"Age,town\n1,A\n":   `no column "age", which the model needs; did you mean "Age"?`,
		"age\n1\n":          `no column "town", which the model needs; known are "age"`,
		"age,town\n1,b\n":   `new.csv:2: column "town": found "b", which the training data did not have; did you mean "B"?`,
		"age,town\nold,A\n": `new.csv:2: column "age": found "old", expected a number`,
		"":                  "the file is empty",
		"age,town\n":        "a header and no rows",
	} {
		_, err := s.ReadInputs(write(t, "new.csv", []byte(text)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
	_, err := s.ReadExamples(write(t, "new.csv", []byte("age,town\n1,A\n")))
	if want := `no column "price"`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

func TestSchemaCheck(t *testing.T) {
	for want, spoil := range map[string]func(*Schema){
		"no columns":                 func(s *Schema) { s.Columns = nil },
		"no target":                  func(s *Schema) { s.Target = nil },
		"with 0 classes":             func(s *Schema) { s.Target.Task = Classification },
		"expected a positive number": func(s *Schema) { s.Scaler.Std[1] = 0 },
		"value 0 is NaN":             func(s *Schema) { s.Scaler.Fill[0] = math.NaN() },
		"for 3 features":             func(s *Schema) { s.Scaler.Mean = s.Scaler.Mean[1:] },
		`column "age" twice`:         func(s *Schema) { s.Columns = append(s.Columns, s.Columns[0]) },
		`has "B" twice`:              func(s *Schema) { s.Columns[1].Categories = []string{"B", "B"} },
		`"age" is a column too`:      func(s *Schema) { s.Target.Name = "age" },
		"for 1 targets":              func(s *Schema) { s.Scaler.TargetMean = nil },
	} {
		d, s := table3(t)
		s.Scaler = FitScaler(d, true)
		spoil(s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Digits have no header: a new file goes by position, with or without labels.
func TestSchemaByPosition(t *testing.T) {
	d, s, err := Load("digits", Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.ReadExamples("embedded/digits.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.X.Data, d.X.Data) || !slices.Equal(got.Y.Data, d.Y.Data) {
		t.Error("the same file gives other rows")
	}
}

// What the held-out rows are must not show in the scaler.
func TestScalerDoesNotLeak(t *testing.T) {
	d, _, err := Load("penguins", Options{Target: "body_mass_g"})
	if err != nil {
		t.Fatal(err)
	}
	train, held, err := Split(d, 0.25, 3)
	if err != nil {
		t.Fatal(err)
	}
	before := FitScaler(train, true)
	_, rows, _ := Split(numbered(d.Len()), 0.25, 3) // which rows were held out
	for _, row := range rows.Y.Data {
		for j := range d.X.Row(int(row)) {
			d.X.Row(int(row))[j] = 1e6
		}
		d.Y.Data[int(row)] = 1e6
	}
	again, spoilt, _ := Split(d, 0.25, 3)
	if spoilt.Len() != held.Len() || spoilt.X.Data[0] != 1e6 {
		t.Fatal("the rows that were spoilt are not the held-out ones")
	}
	after := FitScaler(again, true)
	if !slices.Equal(before.Mean, after.Mean) || !slices.Equal(before.Std, after.Std) || !slices.Equal(before.TargetMean, after.TargetMean) {
		t.Error("the scaler changed with the held-out rows")
	}
	before.Apply(train)
	mean, std := moments(train.X, nil)
	for j := range mean {
		if math.Abs(mean[j]) > 1e-5 || math.Abs(std[j]-1) > 1e-2 { // filled cells lie at the mean
			t.Errorf("%s: mean %g, deviation %g", train.Features[j], mean[j], std[j])
		}
	}
	for _, v := range train.X.Data {
		if v != v {
			t.Fatal("a missing value was not filled")
		}
	}
}

func TestScalerConstantAndLarge(t *testing.T) {
	d := &Dataset{Task: Classification, X: tensor.From([]tensor.Float{.1, 19580329, .1, 19580405, .1, 19580412}, 3, 2)}
	s := FitScaler(d, true)
	if s.Std[0] != 1 {
		t.Errorf("a constant feature has the deviation %g, want 1", s.Std[0])
	}
	if v := s.Std[1]; v < 30 || v > 45 {
		t.Errorf("dates have the deviation %g", v)
	}
	plain := FitScaler(d, false)
	nan := tensor.Float(math.NaN())
	e := &Dataset{X: tensor.From([]tensor.Float{5, nan}, 1, 2)}
	plain.Apply(e)
	near(t, "without standardizing", e.X.Data[:1], 5)
	if math.Abs(float64(e.X.Data[1])-s.Mean[1]) > 2 {
		t.Errorf("filled with %v, want %v", e.X.Data[1], s.Mean[1])
	}
}

// A model can be evaluated on a whole set by its name, if it was trained on it.
func TestReadSet(t *testing.T) {
	all, schema, err := Load("digits", Options{})
	if err != nil {
		t.Fatal(err)
	}
	schema.Scaler = FitScaler(all, false)
	d, err := schema.ReadExamples("digits")
	if err != nil {
		t.Fatal(err)
	}
	if d.Len() != 1797 || d.Y == nil || d.X.Data[100] != all.X.Data[100] {
		t.Errorf("%d rows, Y %v", d.Len(), d.Y != nil)
	}
	if d, err = schema.ReadInputs("digits"); err != nil || d.Y != nil {
		t.Errorf("inputs alone: Y %v, %v", d.Y != nil, err)
	}
	for path, want := range map[string]string{
		"xor":            "not those that the model was trained on",
		"penguins":       `no column "label"`,
		"no-such-file":   "no such file",
		t.TempDir():      "the four files of MNIST",
		"no-such-f.csv":  "no such file",
		"testdata/other": "no such file",
	} {
		if _, err := schema.ReadExamples(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}
