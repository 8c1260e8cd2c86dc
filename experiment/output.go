package experiment

import (
	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/tensor"
)

// checkOutput refuses a last layer whose outputs do not go with the data. What
// is merely unwise (a softmax of one unit, softmax before cross_entropy) trains:
// it is for the diagnosis to say.
func checkOutput(s *Spec, shape []int, d *data.Dataset) error {
	perStep := d.PerStep || d.Layout == data.Stream
	bad := func(format string, args ...any) error {
		return s.wrong(s.Model[len(s.Model)-1].Line, format, args...)
	}
	switch {
	case perStep && len(shape) == 1:
		return bad("model: one output for a sequence, but %s has a target for each step: give the last recurrent layer return: all", d.Name)
	case perStep && len(shape) == 2:
		shape = shape[1:]
	case len(shape) == 2 && d.Layout == data.Sequences && !hasRecurrent(s.Model):
		return bad("model: an output for each step, but %s has one target for a sequence: expected a recurrent layer (rnn, lstm, gru) that makes one row of its steps", d.Name)
	case len(shape) == 2 && d.Layout == data.Sequences:
		return bad("model: an output for each step, but %s has one target for a sequence: give the last recurrent layer return: last", d.Name)
	case len(shape) != 1:
		return bad("model: the output has shape %s for each example, expected one row of features: add flatten", tensor.ShapeString(shape))
	}
	units := shape[0]
	switch {
	case d.Task == data.Classification && s.Loss == "binary_cross_entropy" && len(d.Classes) == 2 && units == 1:
	case d.Task == data.Classification && units != len(d.Classes) && d.Layout == data.Stream:
		return bad("model: %d output units, but %s has %d different characters: expected units: %d", units, d.Name, len(d.Classes), len(d.Classes))
	case d.Task == data.Classification && units != len(d.Classes):
		if s.Loss == "binary_cross_entropy" && units == 1 {
			return bad("model: one output unit, but %s has %d classes: binary_cross_entropy with one unit needs two", d.Name, len(d.Classes))
		}
		return bad("model: %d output units, but %s has %d classes: expected units: %d", units, d.Name, len(d.Classes), len(d.Classes))
	case d.Task == data.Regression && units != len(d.Targets):
		return bad("model: %d output units, but %s has %d target(s): expected units: %d", units, d.Name, len(d.Targets), len(d.Targets))
	}
	return nil
}
