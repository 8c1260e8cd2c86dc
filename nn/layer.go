package nn

import "github.com/ebb-ml/ebb/tensor"

// Layer is one step of a network. It is small enough to be implemented outside
// this module.
//
// Forward returns the layer's output for x. When p.Record is set the layer may
// keep what Backward will need (keeping a tensor is enough: it stays valid
// until the pass is reset); when it is not set, Forward must not write to the
// layer at all, so that one model can serve many goroutines, each with a Pass
// of its own.
//
// Backward takes the gradient of the loss with respect to the output of the
// last recorded Forward, adds to the Grad of every parameter, and returns the
// gradient with respect to the input, or nil when the input has none (ids).
// When p.InputGrad reports false nobody looks at that gradient: return nil and
// save the work. It must not change dy.
//
// Params returns the parameters in the order in which PyTorch would list them,
// nil where there are none. It must return the same pointers every time.
type Layer interface {
	Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor
	Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor
	Params() []*Param
}

// Param is one parameter of a layer, or, with a nil Grad, a value that is saved
// with the model but not trained (a running mean).
type Param struct {
	Name  string         // as PyTorch names it: "weight", "bias", "running_mean"
	Value *tensor.Tensor //
	Grad  *tensor.Tensor // ∂J/∂Value, summed by Backward; nil if it is not trained

	// Transposed says that Value is stored [in, out] and written to files as
	// PyTorch's [out, in].
	Transposed bool
}

// NewParam returns a trained parameter of zeros with its gradient.
func NewParam(name string, dims ...int) *Param {
	return &Param{Name: name, Value: tensor.New(dims...), Grad: tensor.New(dims...)}
}

// ZeroGrad sets the gradients of all trained parameters to zero.
func ZeroGrad(params []*Param) {
	for _, p := range params {
		if p.Grad != nil {
			clear(p.Grad.Data)
		}
	}
}

// Optional interfaces. A layer implements those that apply to it; none is
// needed to train.

// Container is a layer made of layers. Its own parameters, if any, come before
// those of its children.
type Container interface {
	Layer
	Children() []Layer
}

// Kinder names the kind of a layer as a spec file writes it: "dense",
// "batch_norm", "sigmoid". A layer without it is called by its Go type.
type Kinder interface{ Kind() string }

// Stager tells which factor of the chain rule a layer's Backward is. A layer
// without it is [StageLayer].
type Stager interface{ Stage() Stage }

// Bounder tells a number that ‖Backward's result‖ / ‖dy‖ can't exceed,
// whatever the input: σ_max(W) for affine layers, sup|φ′| for activations. A
// layer without it has no bound.
type Bounder interface{ GainBound() float64 }
