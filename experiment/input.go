package experiment

import "github.com/ebb-ml/ebb/data"

// input is what a network gets: the shape of one example and how its steps, if
// it has any, stand to its targets.
type input struct {
	layout   data.Layout
	features int
	steps    int // of a sequence; of a stream those of a window
	ids      int // the inputs are ids 0..ids-1
	perStep  bool
}

func (s *Spec) inputOf(d *data.Dataset) input {
	in := input{layout: d.Layout, features: d.X.Cols(), steps: d.Steps(), ids: d.IDs, perStep: d.PerStep}
	if d.Layout == data.Stream {
		in.steps = s.Train.BPTT
	}
	return in
}

// inputOfSchema is inputOf for a model that was trained.
func (s *Spec) inputOfSchema(schema *data.Schema) input {
	in := input{layout: schema.Layout, features: len(schema.Scaler.Mean), steps: schema.Steps, ids: schema.IDs, perStep: schema.PerStep}
	if schema.Layout == data.Stream {
		in.steps, in.perStep = s.Train.BPTT, true
	}
	return in
}

// shape is that of one example: its features, or those of each step, or the ids
// of the steps.
func (in input) shape() []int {
	switch {
	case in.layout == data.Rows:
		return []int{in.features}
	case in.ids > 0:
		return []int{in.steps}
	}
	return []int{in.steps, in.features}
}

// recorded is the number of steps that a training step keeps for its way back.
func (in input) recorded(bptt int) int {
	if bptt > 0 {
		return min(in.steps, bptt)
	}
	return in.steps
}
