package experiment

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/data"
)

// auto makes a spec for a table, checks that its text says the same when it is
// read again, and builds it.
func auto(t *testing.T, source, target string) *Experiment {
	t.Helper()
	s, err := AutoSpec(source, target)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseSpec("", []byte(s.Text))
	if err != nil {
		t.Fatalf("%v\n%s", err, s.Text)
	}
	if !reflect.DeepEqual(s, again) {
		t.Errorf("read again the spec says something else:\n%s", s.Text)
	}
	if s.Data.Source != source || s.Data.Target != target {
		t.Errorf("source %q, target %q, want %q and %q\n%s", s.Data.Source, s.Data.Target, source, target, s.Text)
	}
	return build(t, s)
}

func table(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func penguinsCSV(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../data/embedded/penguins.csv")
	if err != nil {
		t.Fatal(err)
	}
	return table(t, string(b))
}

func TestAutoSpec(t *testing.T) {
	file := penguinsCSV(t)
	for target, want := range map[string]struct {
		task data.Task
		loss string
	}{
		"species":     {data.Classification, "cross_entropy"},
		"sex":         {data.Classification, "cross_entropy"},
		"body_mass_g": {data.Regression, "mse"},
	} {
		e := auto(t, file, target)
		if e.Train.Task != want.task || e.Spec.Loss != want.loss || e.Validation == nil {
			t.Errorf("%s: %v with %s", target, e.Train.Task, e.Spec.Loss)
		}
	}
}

// The network that is chosen learns.
func TestAutoSpecLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	file := penguinsCSV(t)
	run := func(target string) *Report {
		r, err := auto(t, file, target).Run(t.Context(), RunOptions{Dir: filepath.Join(t.TempDir(), "run")})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if v := *run("species").Validation.Accuracy; v < 0.97 {
		t.Errorf("species: accuracy %g, want 0.97", v)
	}
	if v := *run("body_mass_g").Validation.R2; v < 0.8 {
		t.Errorf("body mass: R² %g, want 0.80", v)
	}
}

// However few rows there are, the spec that is chosen trains.
func TestAutoSpecOnFewRows(t *testing.T) {
	for n := 2; n <= 12; n++ {
		for _, labels := range []string{"ab", "012345", "0.5,1.5,2.5"} {
			var b strings.Builder
			b.WriteString("x1,x2,y\n")
			values := strings.Split(labels, ",")
			for i := range n {
				v := string(labels[i%len(labels)])
				if len(values) > 1 {
					v = values[i%len(values)]
				}
				fmt.Fprintf(&b, "%d,%d,%s\n", i%2, i/2%2, v)
			}
			e := auto(t, table(t, b.String()), "y")
			e.Spec.Train.Epochs = 2
			if _, err := e.Run(t.Context(), RunOptions{Dir: filepath.Join(t.TempDir(), "run")}); err != nil {
				t.Errorf("%d rows, labels %s: %v", n, labels, err)
			}
		}
	}
}

// Columns and files have names that YAML reads as something else.
func TestAutoSpecWithOddNames(t *testing.T) {
	names := []string{"a: b", `say "hi"`, "it's", "가격", "3", "1e5", "yes", "null", "~", "- x", "# no", "{a}", "[1]", "*p", "&q", "!t", "%d",
		"@at", "`", "a, b", " a b", "tab\there", "\U0001F427", "true", "0x1F", "2024-01-01", "|", ">", "?", "line\nbreak", "\u0085", "\u2028", "=", "<<", strings.Repeat("long ", 60) + "x"}
	for _, name := range names {
		var b strings.Builder
		fmt.Fprintf(&b, "in,\"%s\"\n", strings.ReplaceAll(name, `"`, `""`))
		for i := range 30 {
			fmt.Fprintf(&b, "%d,%d.5\n", i, i*i)
		}
		file := table(t, b.String())
		d, _, _, err := data.Open(data.Source{Path: file}, data.Options{Target: name})
		if err != nil {
			t.Logf("%q is no name of a column: %v", name, err)
			continue
		}
		e := auto(t, file, name)
		if e.Train.Targets[0] != d.Targets[0] {
			t.Errorf("%q: predicts %q", name, e.Train.Targets[0])
		}
	}
	// A file by an odd name.
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"a: b #1.csv", "'q'.csv", "가격 표.csv", "-.csv", "{x}.csv", "true.csv"} {
		if err := os.WriteFile(name, []byte("x,y\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		e := auto(t, name, "y")
		dir := NextRunDir(e.Spec)
		if filepath.Dir(dir) != "runs" {
			t.Errorf("%s: run directory %s", name, dir)
		}
	}
}
