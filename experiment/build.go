package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Experiment is a spec made ready to run: the data read, split and
// standardized, the model with its initial weights, the loss.
type Experiment struct {
	Spec       *Spec // with the loss and the held-out share that applied
	Train      *data.Dataset
	Validation *data.Dataset // nil when nothing is held out
	Schema     *data.Schema  // how a new table becomes inputs of the model
	Model      *nn.Sequential
	Loss       loss.Loss

	settings         map[nn.Layer]string // of each layer of Model, as `describe` tells them
	missing, dropped int                 // input cells without a value, rows without a target
}

// Build reads the data of a spec and makes its model. Its errors tell what is
// wrong with the spec or the data, and where.
func Build(s *Spec) (*Experiment, error) {
	spec := *s
	all, test, schema, err := data.Open(spec.source(), data.Options{
		Target: spec.Data.Target, Task: spec.goal(), Seed: spec.Train.Seed,
		Window: spec.Data.Window, Length: spec.Data.Length, Samples: spec.Data.Samples,
		Sequences: hasRecurrent(spec.Model) && spec.isNPZ(),
	})
	if errors.Is(err, fs.ErrNotExist) {
		if name := spelling.Nearest(spec.Data.Source, builtInNames()); name != "" {
			return nil, fmt.Errorf("%w; did you mean the built-in set %q?", err, name)
		}
	}
	if err != nil {
		return nil, err
	}
	if err := spec.checkTime(all); err != nil {
		return nil, err
	}
	e := &Experiment{Spec: &spec, Schema: schema, missing: all.Missing, dropped: all.Dropped}
	if err := e.split(all, test); err != nil {
		return nil, err
	}
	if err := e.checkBatch(); err != nil {
		return nil, err
	}
	schema.Scaler = data.FitScaler(e.Train, spec.Data.Standardize)
	if spec.vocab() > 0 {
		keepIDs(schema.Scaler)
	}
	for _, part := range e.parts() {
		schema.Scaler.Apply(part)
		if err := checkFinite(part); err != nil {
			return nil, err
		}
		if err := checkIDs(&spec, part); err != nil {
			return nil, err
		}
	}
	if spec.Loss == "" {
		spec.Loss = defaultLoss(e.Train.Task)
	}
	if e.Loss, err = loss.New(spec.Loss); err != nil {
		return nil, err
	}
	m, err := buildModel(&spec, spec.inputOf(e.Train), maxParams)
	if err != nil {
		return nil, err
	}
	e.Model, e.settings = m.model, m.settings
	if err := e.checkMemory(m.values); err != nil {
		return nil, err
	}
	for _, part := range e.parts() {
		if err := checkOutput(&spec, m.out, part); err != nil {
			return nil, err
		}
		if err := loss.Check(e.Loss, outputShape(part, m.out[len(m.out)-1]), part.Y); err != nil {
			return nil, fmt.Errorf("%s: %w", part.Name, err)
		}
	}
	return e, nil
}

// source resolves the data's place: built-in names as they are, paths relative
// to the spec.
func (s *Spec) source() data.Source {
	at := func(path string) string {
		if path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(filepath.Dir(s.Path), path)
	}
	if s.Data.Images != "" {
		return data.Source{Images: at(s.Data.Images), Labels: at(s.Data.Labels)}
	}
	if slices.Contains(builtInNames(), s.Data.Source) {
		return data.Source{Path: s.Data.Source}
	}
	return data.Source{Path: at(s.Data.Source)}
}

func builtInNames() []string {
	var names []string
	for _, i := range data.BuiltIn() {
		names = append(names, i.Name)
	}
	return names
}

// goal says how the target is to be taken: as classes for a loss of classes; as
// numbers when one output is trained with a loss of numbers, whatever the
// column looks like; else as the data suggests.
func (s *Spec) goal() data.Goal {
	switch s.Loss {
	case "cross_entropy", "binary_cross_entropy":
		return data.AsClassification
	case "mse", "mae", "huber":
		if s.outputUnits() == 1 {
			return data.AsRegression
		}
	}
	return data.Auto
}

// outputUnits returns the units of the last layer that names them, 0 if none
// does.
func (s *Spec) outputUnits() int {
	for i := len(s.Model) - 1; i >= 0; i-- {
		if s.Model[i].Kind == "dense" {
			return s.Model[i].Units
		}
	}
	return 0
}

// split holds out the validation rows: the source's own test set when it has
// one and the spec asks for no share, else a share drawn by the seed.
func (e *Experiment) split(all, test *data.Dataset) (err error) {
	share := &e.Spec.Data.Validation
	if *share < 0 {
		if test != nil {
			e.Train, e.Validation, *share = all, test, 0
			return nil
		}
		*share = defaultValidation
	}
	if *share == 0 {
		e.Train = all
		return nil
	}
	e.Train, e.Validation, err = data.Split(all, *share, e.Spec.Train.Seed)
	return err
}

// checkBatch refuses a batch larger than the data, and makes the default one no
// larger.
func (e *Experiment) checkBatch() error {
	t := &e.Spec.Train
	switch rows := e.Train.Len(); {
	case t.Batch <= rows:
	case t.Batch == defaultBatch && t.batchLine == 0:
		t.Batch = rows
	default:
		return e.Spec.wrong(t.batchLine, "train.batch: got %d rows, but there are %d to train on: expected at most that, or full", t.Batch, rows)
	}
	return nil
}

// checkMemory refuses a batch of which the layers make more than memory holds.
func (e *Experiment) checkMemory(values int) error {
	t := &e.Spec.Train
	rows := t.Batch
	if rows == 0 {
		rows = e.Train.Len()
	}
	if most := maxBatchValues / max(values, 1); rows > most {
		return e.Spec.wrong(t.batchLine, "train.batch: the layers make %d values of each of its %d rows: expected at most %d rows", values, rows, most)
	}
	return nil
}

// wrong is an error in a line of the spec that shows only when it is built.
func (s *Spec) wrong(line int, format string, args ...any) error {
	path := s.Path
	if path == "" {
		path = "spec"
	}
	return &SpecError{Path: path, Line: line, Msg: fmt.Sprintf(format, args...)}
}

// parts lists the data sets of the experiment: training, and validation if any.
func (e *Experiment) parts() []*data.Dataset {
	if e.Validation == nil {
		return []*data.Dataset{e.Train}
	}
	return []*data.Dataset{e.Train, e.Validation}
}

// checkFinite refuses values that leave the range of the number type once they
// are standardized, or that were not in it to begin with.
func checkFinite(d *data.Dataset) error {
	for i := range d.X.Rows() {
		if d.IDs > 0 {
			break
		}
		for j, v := range d.X.Row(i) {
			if v-v != 0 {
				return fmt.Errorf("%s: a value of feature %q is too large for a float%d", d.Name, d.Features[j], tensor.FloatBits)
			}
		}
	}
	if d.Y != nil {
		for _, v := range d.Y.Data {
			if v-v != 0 {
				return fmt.Errorf("%s: a value of the target is too large for a float%d", d.Name, tensor.FloatBits)
			}
		}
	}
	return nil
}
