package nn

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Stage is a factor of the chain rule.
type Stage string

// The stages of the backward flow.
const (
	StageLoss       Stage = "loss"       // ∂J/∂h_L itself
	StageActivation Stage = "activation" // φ′
	StageWeights    Stage = "weights"    // Wᵀ
	StageRecurrent  Stage = "recurrent"  // W_hhᵀ
	StageGate       Stage = "gate"       // a gate of a recurrent cell
	StageCell       Stage = "cell"       // the cell of an LSTM, from one step to the one before
	StageCellPath   Stage = "cell_path"  // the product of the forget gates alone, since the last step
	StageNorm       Stage = "norm"       // a normalization
	StageResidual   Stage = "residual"   // a residual join, and its two paths
	StageParallel   Stage = "parallel"   // branches side by side, and each of them
	StageDropout    Stage = "dropout"    // the mask
	StageLayer      Stage = "layer"      // a layer that names no stage
	StageShape      Stage = "shape"      // only the shape changes: gain 1, not reported
)

// Event is one measured stage of the backward flow, in plain numbers.
type Event struct {
	Site  string // path of the layer: "dense_3", "residual_1/dense_2"
	Stage Stage
	Depth int     // 0 in the main chain; one more for what happens inside a layer of it, and so on
	Time  int     // time step of a recurrent layer, or -1
	In    float64 // ‖gradient that came in‖, Frobenius norm over the batch
	Out   float64 // ‖gradient that went out‖

	Size      int // elements of the gradient that went out
	Zeros     int // of them exactly zero
	NonFinite int // of them NaN or infinite
}

// Gain returns Out/In; 0 when nothing came in.
func (e Event) Gain() float64 {
	if e.In == 0 {
		return 0
	}
	return e.Out / e.In
}

// Probe is told of every backward stage, from the loss to the input, while a
// pass runs. It must not keep the pass waiting.
type Probe interface{ Observe(Event) }

// Report tells the probe that the gradient dy became dx in the given stage of
// the layer that is running. [Sequential] and the other containers do it for
// the layers in them; a layer calls it itself only for stages inside it.
func (p *Pass) Report(stage Stage, dy, dx *tensor.Tensor) {
	if p.Probe == nil {
		return
	}
	in := p.norm(dy)
	c := kernel.Count(dx.Data)
	out := math.Sqrt(c.SumSquares)
	p.Probe.Observe(Event{
		Site: p.site, Stage: stage, Depth: p.depth, Time: -1, In: in, Out: out,
		Size: len(dx.Data), Zeros: c.Zeros, NonFinite: c.NonFinite,
	})
	p.last, p.lastNorm = dx, out
}

// ReportLoss tells the probe of the gradient that the loss starts with, once
// per step and before the model's Backward.
func (p *Pass) ReportLoss(dy *tensor.Tensor) {
	if p.Probe == nil {
		return
	}
	c := kernel.Count(dy.Data)
	out := math.Sqrt(c.SumSquares)
	p.Probe.Observe(Event{
		Site: "loss", Stage: StageLoss, Time: -1, In: 1, Out: out,
		Size: len(dy.Data), Zeros: c.Zeros, NonFinite: c.NonFinite,
	})
	p.last, p.lastNorm = dy, out
}

// norm returns ‖t‖; the norm of the gradient measured last is at hand.
func (p *Pass) norm(t *tensor.Tensor) float64 {
	if t == p.last {
		return p.lastNorm
	}
	return math.Sqrt(kernel.SumSquares(t.Data))
}
