package experiment_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/experiment"
)

// Rows in memory get the predictions of the same rows in a file, and what the
// model can't take is refused likewise.
func TestPredictRowsIsPredictFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "t.csv")
	if err := os.WriteFile(path, []byte("size,colour,price\n1,red,2\n2,blue,5\n3,red,6\n4,blue,9\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	spec, err := experiment.ParseSpec(filepath.Join(dir, "net.yaml"), []byte(`
data: {source: t.csv, target: price, validation: 0}
model: [{dense: {units: 4, activation: tanh}}, {dense: {units: 1}}]
loss: mse
train: {epochs: 2, batch: full}
`))
	if err != nil {
		t.Fatal(err)
	}
	e, err := experiment.Build(spec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Run(context.Background(), experiment.RunOptions{Dir: filepath.Join(dir, "run")}); err != nil {
		t.Fatal(err)
	}
	model, err := experiment.Open(filepath.Join(dir, "run"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := model.PredictFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := model.PredictRows([]map[string]any{
		{"size": 1.0, "colour": "red"}, {"size": 2.0, "colour": "blue"}, {"size": 3.0, "colour": "red"}, {"size": 4, "colour": "blue"},
	})
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v (%v), from the file %v", got, err, want)
	}
	if _, err := model.PredictRows([]map[string]any{{"size": 1.0, "colour": "green"}}); err == nil || !strings.Contains(err.Error(), `row 1, column "colour": found "green"`) {
		t.Errorf("an unknown category: %v", err)
	}
}
