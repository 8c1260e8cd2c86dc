package nn

import (
	"fmt"

	"github.com/ebb-ml/ebb/tensor"
)

// Pass is what one way through the network, forwards and back, needs beside the
// tensors: the memory for results and how to run. The zero Pass is inference.
// A pass is for one goroutine.
type Pass struct {
	// Arena holds every intermediate result of the pass; see [Pass.Reset].
	Arena tensor.Arena

	// Train makes dropout drop and batch normalization use the batch's own
	// statistics.
	Train bool

	// Record makes layers keep what Backward needs.
	Record bool

	// WantInput makes the model's Backward return the gradient with respect to
	// its input; training does not need it.
	WantInput bool

	// Step is the number of the training step, from 0. With the seed of each
	// random layer it fixes what is random in the step.
	Step uint64

	// Probe is told of every backward stage; nil costs nothing.
	Probe Probe

	// Trace is called by [Sequential] with every layer's output, and by
	// [Parallel] with every branch's, on the way forward; nil costs nothing.
	Trace func(site string, stage Stage, out *tensor.Tensor)

	// DeferWeights makes Backward leave the gradients of affine maps to the
	// caller, see [Pass.Deferred], instead of adding them to Grad; begin it with
	// [Pass.Backward]. Layers that have other parameters compute those all the
	// same.
	DeferWeights bool

	// Lengths are the numbers of steps that each row of a batch of sequences has;
	// nil where all have as many as the input. See [Recurrent].
	Lengths []int

	// State, where set, is what recurrent layers start from and where they leave
	// what they end with. See [State].
	State *State

	skipInput bool // the layer at hand need not return its input's gradient
	site      string
	depth     int              // of the events that are reported now
	outs      []*tensor.Tensor // a stack for [Parallel], which may be nested
	last      *tensor.Tensor   // the gradient that was measured last
	lastNorm  float64
	paths     map[[2]string]string
	bands     bandTask
	deferred  []WeightGradient
	sequences []*coreRun // of recurrent layers in inference
	sequence  int        // of them in use
}

// NewTrainingPass returns a pass for training: Train and Record are set.
func NewTrainingPass() *Pass { return &Pass{Train: true, Record: true} }

// Reset takes back all results of the pass. Call it before each step.
func (p *Pass) Reset() {
	p.Arena.Reset()
	p.last, p.site, p.depth, p.outs, p.deferred = nil, "", 0, p.outs[:0], p.deferred[:0]
	p.sequence = 0
	p.skipInput = !p.WantInput
}

// InputGrad reports whether the Backward that is running has to return the
// gradient with respect to its input. A layer may save that work when it does
// not.
func (p *Pass) InputGrad() bool { return !p.skipInput }

// Site returns the path of the layer that is running, such as
// "residual_1/dense_2"; empty for the model itself.
func (p *Pass) Site() string { return p.site }

// LikeRows returns a tensor of the shape of x with another number of features,
// contents unspecified.
func (p *Pass) LikeRows(x *tensor.Tensor, features int) *tensor.Tensor {
	var dims [tensor.MaxRank]int
	n := copy(dims[:], x.Shape())
	dims[n-1] = features
	return p.Arena.New(dims[:n]...)
}

// CheckFeatures panics when the last dimension of x is not the one that the
// layer needs, naming the layer and both shapes.
func (p *Pass) CheckFeatures(layer string, x *tensor.Tensor, features int) {
	if x.Rank() == 0 || x.Cols() != features {
		panic(fmt.Sprintf("nn: %s at %q needs an input of shape [..., %d], got %s", layer, p.site, features, x.ShapeString()))
	}
}

// CheckGradient panics when Backward's dy does not have the shape of the output
// y that was recorded, naming the layer and both shapes; and when nothing was
// recorded.
func (p *Pass) CheckGradient(layer string, dy, y *tensor.Tensor) {
	if y == nil {
		panic(fmt.Sprintf("nn: %s at %q: Backward without a recorded Forward", layer, p.site))
	}
	if !dy.SameShape(y) {
		panic(fmt.Sprintf("nn: %s at %q needs a gradient of its output's shape %s, got %s", layer, p.site, y.ShapeString(), dy.ShapeString()))
	}
}

// sequenceRun returns the room of a recurrent layer that must not use its own.
func (p *Pass) sequenceRun() *coreRun {
	if p.sequence == len(p.sequences) {
		p.sequences = append(p.sequences, &coreRun{})
	}
	p.sequence++
	return p.sequences[p.sequence-1]
}
