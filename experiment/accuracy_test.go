package experiment

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

// Digits are read, by a plain network in a few seconds.
func TestDigits(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	r := trainIn(t, filepath.Join(t.TempDir(), "run"), `
data: {source: digits, validation: 0.2}
model:
  - dense: {units: 128, activation: relu}
  - dense: {units: 10}
optimizer: {name: adam, lr: 0.002}
train: {epochs: 20, batch: 32, seed: 1}
`, RunOptions{})
	if v := *r.Validation.Accuracy; v < 0.97 {
		t.Errorf("held-out accuracy %g, want 0.97", v)
	}
}

// Any number of goroutines may predict with one model; each gets what it would
// have got alone.
func TestPredictAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	trainIn(t, dir, `
data: {source: penguins}
model:
  - dense: {units: 16}
  - batch_norm: {}
  - activation: softplus
  - dropout: 0.5
  - residual: [{layer_norm: {}}, {dense: {units: 16, activation: gelu}}]
  - parallel: [[{dense: {units: 8, activation: softmax}}], [{dense: {units: 8, activation: tanh}}, {flatten: {}}]]
  - dense: {units: 3}
train: {epochs: 2}
`, RunOptions{})
	m := openModel(t, dir)
	x := build(t, m.Spec).Validation.X
	want := asJSON(t, m.Predict(x))
	file := penguinsCSV(t)
	whole, err := m.PredictFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 10 {
				switch (g + i) % 3 {
				case 0:
					if got := asJSON(t, m.Predict(x)); got != want {
						t.Errorf("goroutine %d predicts otherwise", g)
					}
				case 1: // one row, as a service does
					r := (g*10 + i) % x.Rows()
					one := m.Predict(tensor.From(append([]tensor.Float(nil), x.Row(r)...), 1, x.Cols()))
					if len(one) != 1 || one[0].Class == "" {
						t.Errorf("one row: %+v", one)
					}
				case 2:
					got, err := m.PredictFile(file)
					if err != nil || asJSON(t, got) != asJSON(t, whole) {
						t.Errorf("goroutine %d predicts the file otherwise: %v", g, err)
					}
				}
			}
		})
	}
	all.Wait()
	if _, err := m.Evaluate(file); err != nil {
		t.Error(err)
	}
}
