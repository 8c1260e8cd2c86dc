package train

import (
	"fmt"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Predictor runs a model for inference, from any number of goroutines at once,
// as long as none trains the model. After the first calls of a size nothing is
// allocated: each goroutine takes a pass that another has given back.
type Predictor struct {
	model  nn.Layer
	passes spares[nn.Pass] // one whose Forward panicked is not given back
}

// NewPredictor returns a predictor of the model.
func NewPredictor(model nn.Layer) *Predictor {
	p := &Predictor{model: model}
	p.passes.make = func() *nn.Pass { return &nn.Pass{} }
	return p
}

// Predict writes the model's outputs for the rows of x, [N, features], to dst,
// [N, outputs]; a cross_entropy model's are logits. It panics when a shape does
// not fit the model.
func (p *Predictor) Predict(dst, x *tensor.Tensor) {
	pass := p.passes.take()
	n := x.Dim(0)
	for lo := 0; lo == 0 || lo < n; lo += chunkRows {
		hi := min(lo+chunkRows, n)
		pass.Reset()
		pred := p.model.Forward(pass, entries(&pass.Arena, x, lo, hi))
		width := pred.Len() / max(hi-lo, 1)
		if dst.Len() != n*width {
			panic(fmt.Sprintf("train.Predictor: the outputs of %s rows are %d numbers each, got %s for them",
				x.ShapeString(), width, dst.ShapeString()))
		}
		copy(dst.Data[lo*width:], pred.Data)
	}
	p.passes.give(pass)
}

// PredictSequences is Predict for sequences side by side: x is time-major, [T,
// N, features] or [T, N] of ids, lengths are their steps, nil where each has T,
// and dst is [N, outputs], or [T, N, outputs] of a model with an output for each
// step. state is what they begin with and is left with what they end with; nil
// begins with zeros.
func (p *Predictor) PredictSequences(dst, x *tensor.Tensor, lengths []int, state *nn.State) {
	pass := p.passes.take()
	pass.Reset()
	pass.Lengths, pass.State = lengths, state
	pred := p.model.Forward(pass, x)
	pass.Lengths, pass.State = nil, nil
	if dst.Len() != pred.Len() {
		panic(fmt.Sprintf("train.Predictor: the outputs of %s are %s, got %s for them", x.ShapeString(), pred.ShapeString(), dst.ShapeString()))
	}
	copy(dst.Data, pred.Data)
	p.passes.give(pass)
}
