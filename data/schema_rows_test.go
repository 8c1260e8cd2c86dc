package data_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/data"
)

const animals = "kind,weight,legs,target\ncat,4,4,1.5\nbird,0.1,2,2.5\ncat,5,,3\nfish,2,0,4\n"

func animalSchema(t *testing.T) *data.Schema {
	t.Helper()
	d, s, err := data.ParseCSV(strings.NewReader(animals), "animals.csv", data.Options{Target: "target"})
	if err != nil {
		t.Fatal(err)
	}
	s.Scaler = data.FitScaler(d, true)
	return s
}

// Rows in memory become the same inputs, bit for bit, as the same rows in a file.
func TestFromRowsIsReadInputs(t *testing.T) {
	s := animalSchema(t)
	path := filepath.Join(t.TempDir(), "new.csv")
	if err := os.WriteFile(path, []byte("legs,kind,weight\n2,bird,0.3\n,cat,4.5\n0,,7\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	want, err := s.ReadInputs(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.FromRows([]map[string]any{
		{"kind": "bird", "weight": 0.3, "legs": 2},
		{"kind": "cat", "weight": json.Number("4.5"), "legs": nil, "target": 9.0},
		{"kind": nil, "weight": float32(7), "legs": 0.0},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.X.ShapeString() != want.X.ShapeString() || got.Missing != 2 {
		t.Fatalf("X is %s with %d missing, want %s with 2", got.X.ShapeString(), got.Missing, want.X.ShapeString())
	}
	for i, v := range got.X.Data {
		if v != want.X.Data[i] {
			t.Errorf("element %d is %v, from the file %v", i, v, want.X.Data[i])
		}
	}
}

func TestFromRowsRefuses(t *testing.T) {
	s := animalSchema(t)
	ok := map[string]any{"kind": "cat", "weight": 1.0, "legs": 4.0}
	for _, c := range []struct {
		key   string
		value any
		want  string
	}{
		{"kind", "catt", `row 2, column "kind": found "catt", which the training data did not have`},
		{"kind", 3.0, `row 2, column "kind": found 3, expected a text`},
		{"weight", "1", `row 2, column "weight": found the text "1", expected a number`},
		{"weight", true, `row 2, column "weight": found bool, expected a number`},
		{"weight", math.NaN(), `row 2, column "weight": found NaN, expected a finite number`},
		{"weight", json.Number("1e999"), `row 2, column "weight": found 1e999, expected a number in the range`},
		{"wieght", 1.0, `row 2: unknown column "wieght"`},
	} {
		row := map[string]any{"kind": "cat", "weight": 1.0, "legs": 4.0}
		row[c.key] = c.value
		if _, err := s.FromRows([]map[string]any{ok, row}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %v: error %v, want %q", c.key, c.value, err, c.want)
		}
	}
	if _, err := s.FromRows([]map[string]any{{"kind": "cat", "weight": 1.0}}); err == nil || !strings.Contains(err.Error(), `row 1: no column "legs"`) {
		t.Errorf("an absent column: error %v", err)
	}
	if _, err := s.FromRows(nil); err == nil {
		t.Error("no rows were taken")
	}
}

func ExampleSchema_FromRows() {
	d, schema, err := data.ParseCSV(strings.NewReader("size,colour,price\n1,red,2\n3,blue,6\n"), "prices.csv", data.Options{Target: "price"})
	if err != nil {
		fmt.Println(err)
		return
	}
	schema.Scaler = data.FitScaler(d, true)
	x, err := schema.FromRows([]map[string]any{{"size": 3.0, "colour": "blue"}})
	fmt.Println(x.Features, x.X.Data, err)
	// Output: [size colour=blue colour=red] [1 1 -1] <nil>
}
