package data

import (
	"fmt"

	"github.com/ebb-ml/ebb/tensor"
)

// Defaults of the generated sequences.
const (
	sequenceSamples = 2000
	sequenceLength  = 50
)

// sequenceTask is a generated task on sequences.
type sequenceTask struct {
	name     string
	shortest int      // least length
	extra    int      // steps of a sequence beyond its length
	features []string // inputs of a step
	target   string
	classes  []string // nil for a regression
	perStep  bool
	// fill makes example i: x is [steps, features] and y the target, or a target
	// for each step; both are zero before.
	fill func(rng *tensor.RNG, i, length int, x, y []tensor.Float)
}

// sequenceTasks are in the order of their names.
var sequenceTasks = []*sequenceTask{&addingTask, &copyTask, &latchTask, &temporalOrderTask}

func findSequenceTask(name string) *sequenceTask {
	for _, t := range sequenceTasks {
		if t.name == name {
			return t
		}
	}
	return nil
}

// generate makes the examples one after the other from one source, so that the
// first of a larger set are those of a smaller one.
func (t *sequenceTask) generate(length, samples int, seed uint64) (*Dataset, error) {
	if length == 0 {
		length = sequenceLength
	}
	if samples == 0 {
		samples = sequenceSamples
	}
	steps, width := length+t.extra, len(t.features)
	if err := checkSize(t.name, length, t.shortest, samples, steps*width); err != nil {
		return nil, err
	}
	d := &Dataset{
		Name: t.name, Layout: Sequences, PerStep: t.perStep, Features: t.features, Targets: []string{t.target},
		X: tensor.New(samples, steps, width),
	}
	switch {
	case t.perStep:
		d.Task, d.Classes, d.Y = Classification, t.classes, tensor.New(samples, steps)
	case t.classes != nil:
		d.Task, d.Classes, d.Y = Classification, t.classes, tensor.New(samples)
	default:
		d.Task, d.Y = Regression, tensor.New(samples, 1)
	}
	rng := tensor.NewRNG(seed, generateStream)
	xs, ys := steps*width, entrySize(d.Y)
	for i := range samples {
		t.fill(rng, i, length, d.X.Data[i*xs:(i+1)*xs], d.Y.Data[i*ys:(i+1)*ys])
	}
	return d, nil
}

// checkSize refuses sizes that make no sequences, or more than memory should
// hold. values are the numbers of one example.
func checkSize(name string, length, shortest, samples, values int) error {
	switch {
	case length < shortest || length > maxLength:
		return fmt.Errorf("length: got %d, expected %d to %d for %s", length, shortest, maxLength, name)
	case samples < 1 || samples > maxSamples:
		return fmt.Errorf("samples: got %d, expected 1 to %d", samples, maxSamples)
	}
	return checkValues(name, samples, values)
}

// checkValues bounds the memory of sequences that the caller asked for.
func checkValues(name string, examples, values int) error {
	if int64(examples)*int64(values) > maxValues {
		return fmt.Errorf("%s: %d examples of %d values are more than %d in all: take fewer examples or fewer steps", name, examples, values, maxValues)
	}
	return nil
}
