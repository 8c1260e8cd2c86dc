package experiment

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/modelfile"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// Trained is a model as it is used: with what turns a table into its inputs and
// its outputs into answers. Any number of goroutines may predict with it.
type Trained struct {
	Spec   *Spec
	Schema *data.Schema
	Model  *nn.Sequential
	Loss   loss.Loss
}

// Open loads a trained model: from a run directory (the best epoch's weights if
// the run had early stopping, else the last ones), or from a file that
// [Trained.Export] wrote.
func Open(path string) (*Trained, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	file := path
	if info.IsDir() {
		run, err := readRunInfo(path)
		if err != nil {
			return nil, err
		}
		spec, err := run.spec()
		if err != nil {
			return nil, err
		}
		file = filepath.Join(path, lastFile)
		if best := filepath.Join(path, bestFile); spec.Train.Early.Patience > 0 && exists(best) {
			file = best
		}
		if !exists(file) {
			return nil, fmt.Errorf("%s has no checkpoint yet", path)
		}
	}
	return openFile(file)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func openFile(path string) (*Trained, error) {
	f, err := modelfile.Read(path)
	if err != nil {
		return nil, err
	}
	text, ok := f.Metadata[metaSpec]
	if !ok {
		return nil, fmt.Errorf("%s has weights but no %s in its metadata: it was not written by ebb; give a run directory or an exported model", path, metaSpec)
	}
	t := &Trained{Schema: &data.Schema{}}
	if t.Spec, err = ParseSpec(path, []byte(text)); err != nil {
		return nil, err
	}
	if t.Spec.Train.Seed, err = strconv.ParseUint(f.Metadata[metaSeed], 10, 64); err != nil {
		return nil, fmt.Errorf("%s: %s in its metadata: expected a number, got %q", path, metaSeed, f.Metadata[metaSeed])
	}
	if err := json.Unmarshal([]byte(f.Metadata[metaSchema]), t.Schema); err != nil {
		return nil, fmt.Errorf("%s: %s in its metadata: %w", path, metaSchema, err)
	}
	if err := t.Schema.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if t.Schema.Scaler == nil {
		return nil, fmt.Errorf("%s: %s in its metadata has no scaler", path, metaSchema)
	}
	t.Spec.applyTextWindow(t.Schema.Layout)
	if t.Spec.Loss == "" {
		t.Spec.Loss = defaultLoss(t.Schema.Target.Task)
	}
	if t.Loss, err = loss.New(t.Spec.Loss); err != nil {
		return nil, err
	}
	// A small file must not make a large network.
	weights, stored := weightsOnly(f), 0
	for i := range weights.Tensors {
		stored += weights.Tensors[i].Len()
	}
	m, err := buildModel(t.Spec, t.Spec.inputOfSchema(t.Schema), stored)
	if err != nil {
		return nil, err
	}
	t.Model = m.model
	target := t.Schema.Target
	answers := &data.Dataset{Name: metaSchema, Task: target.Task, Classes: target.Classes, Targets: target.AllNames(),
		Layout: t.Schema.Layout, PerStep: t.Schema.PerStep || t.Schema.Layout == data.Stream}
	if err := checkOutput(t.Spec, m.out, answers); err != nil {
		return nil, err
	}
	if err := modelfile.LoadInto(weights, modelEntries(t.Model)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// Export writes the model as safetensors with PyTorch's names and layouts. The
// metadata make the file a whole model for [Open].
func (t *Trained) Export(path string) error {
	meta, err := modelMetadata(t.Spec, t.Schema)
	if err != nil {
		return err
	}
	var list []modelfile.Tensor
	for _, e := range modelEntries(t.Model) {
		list = append(list, e.Tensor(modelfile.F32))
	}
	return modelfile.WriteFile(path, meta, list)
}

// PredictFile predicts every row of a file that has the columns the model was
// trained on. A row whose outputs are not finite numbers is an error.
func (t *Trained) PredictFile(path string) ([]Prediction, error) {
	d, err := t.Schema.ReadInputs(path)
	if err != nil {
		return nil, err
	}
	return t.predict(d)
}

// PredictRows is PredictFile for rows that are in memory, such as those of a
// request; see [data.Schema.FromRows] for what a row is.
func (t *Trained) PredictRows(rows []map[string]any) ([]Prediction, error) {
	d, err := t.Schema.FromRows(rows)
	if err != nil {
		return nil, err
	}
	return t.predict(d)
}

// predict predicts what the schema prepared, whatever it was read from.
func (t *Trained) predict(d *data.Dataset) ([]Prediction, error) {
	if t.isText() {
		return nil, fmt.Errorf("the model goes on from a text, character by character: it generates, and is evaluated on a text, but has no rows to predict")
	}
	if err := t.check(d); err != nil {
		return nil, err
	}
	list := t.predictions(train.PredictData(t.Model, d))
	if d.PerStep {
		list = bySequence(list, d)
	}
	for i := range list {
		answers := list[i].Steps
		if !d.PerStep {
			answers = list[i : i+1]
		}
		for k := range answers {
			if name := answers[k].overflow(); name != "" {
				return nil, fmt.Errorf("%s: row %d is too far from what the model knows: its output for %q overflows", d.Name, i+1, name)
			}
		}
	}
	return list, nil
}

// check refuses rows that the model can't take.
func (t *Trained) check(d *data.Dataset) error {
	if err := checkFinite(d); err != nil {
		return err
	}
	return checkIDs(t.Spec, d)
}

// Predict predicts rows that were prepared by the schema: [N, features]. Files
// and rows in memory of sequences are for [Trained.PredictFile] and
// [Trained.PredictRows].
func (t *Trained) Predict(x *tensor.Tensor) []Prediction {
	return t.predictions(train.Predict(t.Model, x))
}

// predictions makes an answer of each row of outputs.
func (t *Trained) predictions(out *tensor.Tensor) []Prediction {
	list := make([]Prediction, out.Rows())
	target := t.Schema.Target
	if target.Task == data.Regression {
		t.Schema.Scaler.Restore(out)
		names := target.AllNames()
		for i := range list {
			list[i].Values = map[string]float64{}
			for j, v := range out.Row(i) {
				list[i].Values[names[j]] = float64(v)
			}
		}
		return list
	}
	for i := range list {
		p := t.probabilities(out.Row(i))
		best := 0
		for j := range p {
			if p[j] > p[best] {
				best = j
			}
		}
		list[i].Class = target.Classes[best]
		list[i].Probabilities = map[string]float64{}
		for j, v := range p {
			list[i].Probabilities[target.Classes[j]] = v
		}
	}
	return list
}

// Evaluate returns the metrics of the model on a file with the target column.
func (t *Trained) Evaluate(path string) (train.Metrics, error) {
	d, err := t.Schema.ReadExamples(path)
	if err == nil {
		err = t.check(d)
	}
	if err != nil {
		return train.Metrics{}, err
	}
	m, err := train.Evaluate(t.Model, t.Loss, d, 0, t.Schema.Scaler)
	if err == nil && !finite(m.Loss) {
		err = fmt.Errorf("%s: rows are too far from what the model knows: its outputs overflow", path)
	}
	return m, err
}

// WritePredictions writes predictions as CSV with a header: the class and the
// probability of each class, or the predicted values.
func (t *Trained) WritePredictions(w io.Writer, list []Prediction) error {
	return writePredictions(w, t.Schema.Target, list)
}
