package data

import (
	"strings"
	"testing"
)

func TestBuiltInMatchesItsDescription(t *testing.T) {
	for _, info := range BuiltIn() {
		d, s, err := Load(info.Name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d.Name != info.Name || d.Len() != info.Rows || len(s.Columns) != info.Columns || d.Task != info.Task || d.Targets[0] != info.Target {
			t.Errorf("%+v: %d rows, %d columns, %v of %v", info, d.Len(), len(s.Columns), d.Task, d.Targets)
		}
		if len(d.Features) != d.X.Cols() || d.Y.Dim(0) != d.Len() {
			t.Errorf("%s: X %s, Y %s, %d features", info.Name, d.X.ShapeString(), d.Y.ShapeString(), len(d.Features))
		}
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", info.Name, err)
		}
	}
}

func TestBuiltInDetails(t *testing.T) {
	d, _, err := Load("penguins", Options{Target: "body_mass_g"})
	if err != nil || d.Task != Regression || d.Len() != 342 || d.Dropped != 2 {
		t.Errorf("penguins' body mass: %+v, %v", d, err)
	}
	d, _, err = Load("xor", Options{Task: AsRegression})
	if err != nil || d.Y.ShapeString() != "[4, 1]" || d.Classes != nil {
		t.Errorf("xor as a regression: %+v, %v", d, err)
	}
	a, _, _ := Load("two_spirals", Options{Samples: 50, Seed: 1})
	b, _, _ := Load("two_spirals", Options{Samples: 50, Seed: 2})
	if a.Len() != 50 || a.X.Data[0] == b.X.Data[0] {
		t.Errorf("two_spirals: %d rows, %v and %v", a.Len(), a.X.Data[0], b.X.Data[0])
	}
}

func TestLoadErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  Options
		want string
	}{
		{"digit", Options{}, `no built-in data set "digit"; did you mean "digits"?`},
		{"digits", Options{Samples: 3}, "digits has a fixed number of rows"},
		{"penguins", Options{Target: "body_mass"}, `penguins: no column "body_mass"; did you mean "body_mass_g"?`},
		{"penguins", Options{Task: AsRegression}, `penguins:2: column "species": found "Adelie", expected a number`},
		{"xor", Options{Target: "z"}, `xor: no target "z"`},
		{"two_spirals", Options{Samples: -1}, "samples: got -1, expected 2 to"},
	} {
		_, _, err := Load(c.name, c.opt)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}
