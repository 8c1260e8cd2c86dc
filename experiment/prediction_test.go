package experiment

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/train"
)

// Each step of each sequence gets the model's answer, in the order of the data.
func TestPredictEveryStep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	trainIn(t, dir, "data: {source: copy, length: 4, samples: 40}\nmodel: [{gru: {units: 4}}, {dense: {units: 9}}]\ntrain: {epochs: 1}\n", RunOptions{})
	m := openModel(t, dir)
	d, err := m.Schema.ReadInputs("copy")
	if err != nil {
		t.Fatal(err)
	}
	want := m.predictions(train.PredictData(m.Model, d))
	list, err := m.PredictFile("copy")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != d.Len() || len(want) != d.Len()*d.Steps() {
		t.Fatalf("%d sequences and %d steps, expected %d and %d", len(list), len(want), d.Len(), d.Len()*d.Steps())
	}
	for i, p := range list {
		if !reflect.DeepEqual(p.Steps, want[i*d.Steps():(i+1)*d.Steps()]) {
			t.Fatalf("sequence %d: got %v, the model answers %v", i+1, p.Steps, want[i*d.Steps():(i+1)*d.Steps()])
		}
	}
}

// A space and a line's end are characters of a text: they have a name in the table.
func TestConfusionOfCharacters(t *testing.T) {
	var b strings.Builder
	if err := WriteConfusion(&b, []string{"\n", " ", "a"}, [][]int{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}); err != nil {
		t.Fatal(err)
	}
	want := `true \ predicted "\n"  " "    a
"\n"                1    2    3
" "                 4    5    6
a                   7    8    9
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

func TestReportIsNarrow(t *testing.T) {
	var b strings.Builder
	r := &Report{Epochs: 1560, Steps: 312000, Seconds: 12345.6, StoppedEarly: true, Training: &train.Metrics{}}
	r.writeMetrics(&b)
	for line := range strings.Lines(b.String()) {
		if len([]rune(strings.TrimSuffix(line, "\n"))) > 80 {
			t.Errorf("wider than 80 columns: %s", line)
		}
	}
}
