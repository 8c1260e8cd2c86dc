package train

import (
	"fmt"
	"slices"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
)

// State is everything that a run needs to go on. It shares nothing with the run
// that the run still changes, so it may be kept.
type State struct {
	Position Position
	Weights  []Saved // all parameters and running statistics, by nn.Named
	Slots    []Saved // the optimizer's state: "0.weight.exp_avg"
	Carried  []Saved // what recurrent layers carry within an epoch of a stream: "1.hidden_l0"
}

// StateError says why a run can't go on from Config.Resume.
type StateError struct{ Err error }

func (e *StateError) Error() string { return e.Err.Error() }
func (e *StateError) Unwrap() error { return e.Err }

// Saved is one tensor of a state.
type Saved struct {
	Name       string
	Tensor     *tensor.Tensor
	Transposed bool // stored [in, out], written to files as [out, in]; see nn.Param
}

// Position is the part of a state that is not tensors. It is JSON: all its
// numbers are finite.
type Position struct {
	Epoch   int     `json:"epoch"`    // epochs completed
	Batch   int     `json:"batch"`    // batches done of the epoch under way
	Step    uint64  `json:"step"`     // steps done
	Updates int     `json:"updates"`  // of the optimizer
	LossSum float64 `json:"loss_sum"` // of the epoch under way: Σ mean loss · rows
	Rows    int     `json:"rows"`     // that LossSum is over
	Seconds float64 `json:"seconds"`  // of training so far
	History []Epoch `json:"history"`  // the epochs completed
	Best    int     `json:"best"`     // index in History of the best epoch, -1 for none
	Stale   int     `json:"stale"`    // epochs since one was better by MinDelta
	Mark    float64 `json:"mark"`     // the loss that an epoch has to beat by MinDelta
	// Validation is that of the last epoch completed, with its confusion matrix,
	// which History leaves out.
	Validation *Metrics    `json:"validation,omitempty"`
	Plateau    *[3]float64 `json:"plateau,omitempty"` // state of a schedule that follows a metric
}

// Epoch is what happened in one epoch.
type Epoch struct {
	Epoch      int      `json:"epoch"`                // from 1
	Steps      uint64   `json:"steps"`                // in the run so far
	LR         float64  `json:"lr"`                   // of its last step
	Loss       float64  `json:"loss"`                 // mean over the rows as they were trained on
	Validation *Metrics `json:"validation,omitempty"` // in a history without the confusion matrix
	Seconds    float64  `json:"seconds"`              // in the run so far
}

// loss returns what early stopping and schedules follow: the validation loss,
// or, without held-out rows, the training loss.
func (e *Epoch) loss() float64 {
	if e.Validation != nil {
		return e.Validation.Loss
	}
	return e.Loss
}

// Capture copies the model and the optimizer into a state without a position.
func Capture(model nn.Layer, o *optim.Optimizer) State {
	var s State
	s.Position.Best = -1
	s.Position.Updates = o.Steps()
	for _, t := range live(model, o) {
		saved := Saved{t.name, tensor.From(append([]tensor.Float(nil), t.data...), t.shape...), t.transposed}
		if t.slot {
			s.Slots = append(s.Slots, saved)
		} else {
			s.Weights = append(s.Weights, saved)
		}
	}
	return s
}

// Restore copies a state into the model and the optimizer. It returns an error,
// and changes nothing, when a tensor is missing, unknown or of another shape.
func Restore(model nn.Layer, o *optim.Optimizer, s State) error {
	from := map[string]*tensor.Tensor{}
	for _, t := range slices.Concat(s.Weights, s.Slots) {
		if from[t.Name] != nil {
			return fmt.Errorf("state: two tensors are named %q", t.Name)
		}
		from[t.Name] = t.Tensor
	}
	all := live(model, o)
	known := map[string]bool{}
	for _, t := range all {
		known[t.name] = true
		if from[t.name] == nil {
			return fmt.Errorf("state: no tensor %q, which the model needs", t.name)
		}
		if got, want := from[t.name].ShapeString(), tensor.ShapeString(t.shape); got != want {
			return fmt.Errorf("state: tensor %q has the shape %s, the model needs %s", t.name, got, want)
		}
	}
	for _, t := range slices.Concat(s.Weights, s.Slots) {
		if !known[t.Name] {
			return fmt.Errorf("state: the model has no place for the tensor %q", t.Name)
		}
	}
	for _, t := range all {
		copy(t.data, from[t.name].Data)
	}
	o.SetSteps(s.Position.Updates)
	return nil
}

// liveTensor is a tensor of the run itself.
type liveTensor struct {
	name             string
	data             []tensor.Float
	shape            []int
	transposed, slot bool
}

func live(model nn.Layer, o *optim.Optimizer) []liveTensor {
	var list []liveTensor
	named := nn.Named(model)
	name := map[*nn.Param]string{}
	for _, p := range named {
		name[p.Param] = p.Name
		list = append(list, liveTensor{p.Name, p.Value.Data, p.Value.Shape(), p.Transposed, false})
	}
	for i, p := range o.Params() {
		for j, slot := range o.Rule.Slots() {
			list = append(list, liveTensor{name[p] + "." + slot, o.Slots(i)[j], p.Value.Shape(), p.Transposed, true})
		}
	}
	return list
}
