package experiment

import (
	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/tensor"
)

// How much of the training data the flow through time of a network with a target
// for each step is measured on.
const (
	timeRows  = 16
	timeSteps = 1000
)

// throughTime returns the curves of the report. Where each step has a loss, what
// was measured in training is a sum over the losses of all steps, which tells
// nothing of how far one of them reaches: a pass of its own, over a few sequences,
// begins with the gradient of the last step alone.
func (r *runner) throughTime(measured []flow.TimeCurve) []flow.TimeCurve {
	if len(measured) == 0 || r.Train.Layout == data.Rows || !r.Spec.inputOf(r.Train).perStep {
		return measured
	}
	var a tensor.Arena
	var b data.Batch
	if r.Train.Layout == data.Stream {
		batches, err := data.NewStreamBatcher(r.Train, min(timeRows, r.Spec.Train.Batch), r.Spec.Train.BPTT)
		if err != nil {
			return measured
		}
		b, _ = batches.NextBatch()
	} else {
		b = r.Train.Batch(&a, 0, min(timeRows, r.Train.Len()))
		if n := b.X.Dim(0); n > timeSteps && b.Lengths == nil {
			dims := append([]int{timeSteps}, b.X.Shape()[1:]...)
			b.X = tensor.From(b.X.Data[:b.X.Len()/n*timeSteps], dims...)
		}
	}
	curves := flow.ThroughTime(r.Model, b.X, flow.TimeOptions{Lengths: b.Lengths, Seed: r.Spec.Train.Seed})
	if len(curves) == 0 {
		return measured
	}
	return curves
}
