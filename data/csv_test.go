package data

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

func parse(text string, opt Options) (*Dataset, *Schema, error) {
	return ParseCSV(strings.NewReader(text), "t.csv", opt)
}

// Every dialect gives the same table.
func TestCSVDialects(t *testing.T) {
	want := []tensor.Float{1, 0, 1, 2.5, 1, 0, -3e2, 0, 1}
	for name, text := range map[string]string{
		"comma":      "a,b,y\n1,u,7.5\n2.5,t,8\n-3e2,u,9\n",
		"semicolon":  "a;b;y\n1;u;7.5\n2.5;t;8\n-3e2;u;9\n",
		"tab":        "a\tb\ty\n1\tu\t7.5\n2.5\tt\t8\n-3e2\tu\t9\n",
		"CRLF, BOM":  "\xef\xbb\xbfa,b,y\r\n1,u,7.5\r\n2.5,t,8\r\n-3e2,u,9\r\n",
		"no newline": "a,b,y\n1,u,7.5\n2.5,t,8\n-3e2,u,9",
		"quotes":     "\"a\",\"b\",y\n\"1\",\"u\",7.5\n2.5,\"t\" ,\"8\"\n-3e2, \"u\",9\n",
		"spaces":     "a, b, y\n1 , u, 7.5\n\n 2.5,t ,8\n-3e2,u,9\n \n",
	} {
		d, s, err := parse(text, Options{Target: "y"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(d.X.Data, want) || !slices.Equal(d.Y.Data, []tensor.Float{7.5, 8, 9}) || d.Task != Regression {
			t.Errorf("%s: X %v, want %v; Y %v", name, d.X.Data, want, d.Y.Data)
		}
		if !slices.Equal(d.Features, []string{"a", "b=t", "b=u"}) || len(s.Columns) != 2 {
			t.Errorf("%s: features %v", name, d.Features)
		}
	}
}

func TestCSVQuotedCells(t *testing.T) {
	d, _, err := parse("y,\"a \"\"b\"\", c\"\n\"one, \"\"two\"\"\nthree\",1\n\"\",9\nx,2\n", Options{Target: "y"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"one, \"two\"\nthree", "x"}; !slices.Equal(d.Classes, want) || d.Features[0] != `a "b", c` || d.Dropped != 1 {
		t.Errorf("classes %q, features %q, dropped %d", d.Classes, d.Features, d.Dropped)
	}
}

func TestCSVHeader(t *testing.T) {
	d, s, err := parse("1,2\n3,4.5\n", Options{})
	if err != nil || d.Len() != 2 || s.Target.Name != "column_2" || s.Columns[0].Name != "column_1" {
		t.Errorf("numbers alone: %v, %v", d, err)
	}
	d, _, err = parse("1990,1991\n3,4.5\n", Options{Target: "1991"})
	if err != nil || d.Len() != 1 || d.Features[0] != "1990" {
		t.Errorf("a target among the numbers makes a header: %v, %v", d, err)
	}
}

func TestCSVMissing(t *testing.T) {
	d, _, err := parse("a,b,y\n1,u,1.5\n,NA,2\nN/A,v,NA\nnull,?,?\n4,,3\n", Options{Target: "y"})
	if err != nil {
		t.Fatal(err)
	}
	if d.Len() != 3 || d.Dropped != 2 || d.Missing != 3 {
		t.Errorf("%d rows, %d dropped, %d missing; want 3, 2, 3", d.Len(), d.Dropped, d.Missing)
	}
	if v := d.X.Row(1)[0]; v == v {
		t.Errorf("a missing number is %v, want NaN", v)
	}
	// v was seen only in a dropped row, and is no category.
	if want := []string{"a", "b=u"}; !slices.Equal(d.Features, want) || d.X.Row(2)[1] != 0 {
		t.Errorf("features %v, want %v", d.Features, want)
	}
}

func TestCSVTask(t *testing.T) {
	rows := func(n int, f func(i int) string) string {
		var b strings.Builder
		b.WriteString("x,y\n")
		for i := range n {
			fmt.Fprintf(&b, "%d,%s\n", i, f(i))
		}
		return b.String()
	}
	mod := func(k int) func(int) string { return func(i int) string { return fmt.Sprint(i % k) } }
	for _, c := range []struct {
		name    string
		text    string
		goal    Goal
		task    Task
		classes []string
	}{
		{"text", rows(3, func(i int) string { return string(rune('c' - i)) }), Auto, Classification, []string{"a", "b", "c"}},
		{"binary", rows(4, mod(2)), Auto, Classification, []string{"0", "1"}},
		{"few whole numbers, few rows", rows(29, mod(3)), Auto, Regression, nil},
		{"few whole numbers, many rows", rows(30, mod(3)), Auto, Classification, []string{"0", "1", "2"}},
		{"natural order", rows(120, mod(12)), Auto, Classification, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}},
		{"many whole numbers", rows(2100, mod(21)), Auto, Regression, nil},
		{"told classes", rows(3, mod(3)), AsClassification, Classification, []string{"0", "1", "2"}},
		{"told regression", rows(30, mod(3)), AsRegression, Regression, nil},
		{"one class for 1 and 1.0", rows(4, func(i int) string { return []string{"1", "1.0", "2", "b"}[i] }), AsClassification, Classification, []string{"1", "2", "b"}},
		{"digits in texts", rows(3, func(i int) string { return []string{"a10", "a9", "a09b"}[i] }), Auto, Classification, []string{"a9", "a09b", "a10"}},
	} {
		d, s, err := parse(c.text, Options{Target: "y", Task: c.goal})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if d.Task != c.task || !slices.Equal(d.Classes, c.classes) || s.Target.Task != c.task {
			t.Errorf("%s: %v %q, want %v %q", c.name, d.Task, d.Classes, c.task, c.classes)
		}
		if wantRank := 2 - int(c.task); d.Y.Rank() != wantRank {
			t.Errorf("%s: Y %s", c.name, d.Y.ShapeString())
		}
	}
}

func TestCSVErrors(t *testing.T) {
	many := "x,y\n"
	for i := range 101 {
		many += fmt.Sprintf("t%d,%d\n", i, i)
	}
	numbersThenText := "age,y\n" + strings.Repeat("3,1.5\n", 1500) + "abc,2\n"
	for _, c := range []struct {
		text, target, want string
		goal               Goal
	}{
		{text: "", want: "t.csv: the file is empty"},
		{text: " \n\n", want: "t.csv: the file is empty"},
		{text: "a,y\n", target: "y", want: "t.csv: a header and no rows"},
		{text: "a,y\n1,2\n3\n", target: "y", want: "t.csv:3: found 1 cells, expected 2"},
		{text: "a,y\n1,2\n\n3,4,5\n", target: "y", want: "t.csv:4: found 3 cells, expected 2"},
		{text: "age,y\n1,2\n3,4\nabc,5\n", target: "y", want: `t.csv:4: column "age": found "abc", expected a number`},
		{text: numbersThenText, target: "y", want: `t.csv:1502: column "age": found "abc", expected a number`},
		{text: "a,y\n1,2\nNaN,4\n", target: "y", want: `t.csv:3: column "a": found "NaN", expected a finite number`},
		{text: "a,y\n1,2\n3,-Inf\n", target: "y", want: `t.csv:3: column "y": found "-Inf", expected a finite number`},
		{text: "a,y\n1,2\n1e999,4\n", target: "y", want: `t.csv:3: column "a": found "1e999", too large`},
		{text: "a;y\n1,5;2\n2,5;3\n", target: "y", want: `t.csv:2: column "a": found "1,5", expected a number with a decimal point`},
		{text: "price,rooms\n1,2\n", target: "pirce", want: `t.csv: no column "pirce"; did you mean "price"?`},
		{text: "price,rooms\n1,2\n", target: "zzzzzzz", want: `t.csv: no column "zzzzzzz"; known are "price", "rooms"`},
		{text: "price,rooms\n1,2\n", want: `t.csv: no target given: name the column to predict; known are "price", "rooms"`},
		{text: "x,label\n1,a\n2,a\n", target: "label", want: `t.csv: column "label" has one class only ("a"): nothing to learn`},
		{text: "x,label\n1,a\n2,b\n", target: "label", goal: AsRegression, want: `t.csv:2: column "label": found "a", expected a number`},
		{text: "x,y\n1,\n2,NA\n", target: "y", want: `t.csv: no row has a value in column "y"`},
		{text: "x,y\n,1\n,2.5\n", target: "y", want: `t.csv: column "x" has no values: remove it`},
		{text: "y\n1\n2.5\n", target: "y", want: "no column besides the target: there is nothing to predict it from (a series is predicted from its own past: data.window"},
		{text: "x,x,y\n1,2,3\n", target: "y", want: `t.csv:1: columns 1 and 2 are both named "x"`},
		{text: many, target: "y", want: `t.csv:102: column "x": more than 100 different texts`},
		{text: "x,y\n\"a,1\n2,3\n", target: "y", want: "t.csv:2: the quote in column 1 is never closed"},
		{text: "x,y\n\"a\"b,1\n", target: "y", want: "t.csv:2: column 1: text after the closing quote"},
		{text: "x,y\na\"b,1\n", target: "y", want: "t.csv:2: column 1: a quote inside"},
		{text: "x,y\n1,\x002\n", target: "y", want: "t.csv:2: a zero byte"},
		{text: "x,y\n\xb0\xa1,1\n", target: "y", want: `t.csv:2: column "x": the text is not UTF-8`},
		{text: "\xb0\xa1,y\n1,1\n", target: "y", want: "t.csv:1: the name of column 1 is not UTF-8"},
		{text: strings.Repeat("x", 17<<20), target: "y", want: "t.csv:1: a row of more than 16 MiB"},
		{text: strings.Repeat("x,", 1<<17), target: "y", want: "t.csv:1: more than 65536 columns"},
	} {
		_, _, err := parse(c.text, Options{Target: c.target, Task: c.goal})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: error %v, want %q", c.text, err, c.want)
		}
	}
}

func TestCSVPacked(t *testing.T) {
	path := write(t, "t.csv.gz", zipped([]byte("x,y\n1,2\n3,4.5\n")))
	d, _, err := ReadCSV(path, Options{Target: "y"})
	if err != nil || d.Len() != 2 {
		t.Errorf("%v, %v", d, err)
	}
}

func TestOpenErrors(t *testing.T) {
	for path, want := range map[string]string{
		"penguin":            `no built-in data set "penguin"; did you mean "penguins"?; and no such file`,
		"./not/there.csv":    "no such file",
		"":                   "expected the name of a built-in set or a path",
		"open.go":            "open.go: unknown kind of file",
		"testdata/../dat.md": "no such file",
	} {
		_, _, _, err := Open(Source{Path: path}, Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", path, err, want)
		}
	}
}

// The columns and the values of a table come out as they went in, whatever the
// text.
func FuzzCSV(f *testing.F) {
	for _, text := range []string{
		"a,b,y\n1,u,7.5\n2.5,t,8\n", "1,2\n3,4\n", "\"a\nb\";y\r\n\"\"\"\";1\n", "\xef\xbb\xbfx\ty\n?\tNA\n",
		"x,y\n1,a\n2,b\n,c\n",
	} {
		f.Add(text, "y", 0)
		f.Add(text, "", 1)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text, target string, goal int) {
		d, s, err := parse(text, Options{Target: target, Task: Goal(goal)})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "t.csv:") {
				t.Errorf("error without a place: %v", err)
			}
			return
		}
		for _, v := range d.X.Data {
			if math.IsInf(float64(v), 0) {
				t.Fatalf("X has %v", v)
			}
		}
		s.Scaler = FitScaler(d, true)
		s.Scaler.Apply(d)
		for _, v := range slices.Concat(d.X.Data, d.Y.Data) {
			if !finite(float64(v)) && math.Abs(s.Scaler.Mean[0]) < 1e30 {
				return // a spread too large for float32
			}
		}
		path := filepath.Join(dir, "t.csv")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ReadInputs(path); err != nil && d.Dropped == 0 {
			t.Errorf("the schema does not read its own table: %v", err)
		}
	})
}
