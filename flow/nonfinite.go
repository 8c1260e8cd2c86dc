package flow

import (
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// NonFinite is the first value of a step that is NaN or infinite.
type NonFinite struct {
	Phase string   `json:"phase"` // "input", "weights", "forward", "loss" or "backward"
	Where string   `json:"where"` // site of the layer; empty for the input and the loss
	Stage nn.Stage `json:"stage"` // forward and backward only
	Name  string   `json:"name"`  // of the parameter, for weights and for a gradient of weights
	Step  uint64   `json:"step"`

	// Count is the number of elements that are not finite; 0 where each is
	// finite and the norm of the gradient is not, which takes 64-bit floats.
	Count int `json:"count"`

	// GrowthPerLayer is the geometric mean by which the values of this phase
	// grew from one layer (or backward stage) to the next before that; 0 where
	// there are not two to compare.
	GrowthPerLayer float64 `json:"growth_per_layer"`

	// Inside a recurrent layer, forward where it gives every state and backward,
	// Time is the step of the sequence, from 0, Lag how many steps the way came
	// before it, and GrowthPerStep the geometric mean by which the norms grew from
	// one of these to the next; Time and Lag are −1 elsewhere.
	Time          int     `json:"time"`
	Lag           int     `json:"lag"`
	GrowthPerStep float64 `json:"growth_per_step"`
}

// overTime fills in the part of a recurrent layer.
func (n *NonFinite) overTime(time, lag int, growth float64) {
	n.Time, n.Lag, n.GrowthPerStep = time, lag, growth
}

// FindNonFinite runs one step without an update and returns the first value
// that is not finite, nil when all are: first the input and the weights as they
// are, then the outputs in forward order, the loss, and the gradients in
// backward order, in a recurrent layer step by step. lossOf returns the loss of a prediction and writes its
// gradient to dpred.
//
// It sums to the parameters' gradients and sets them to zero afterwards. It
// takes the place of p's Probe and Trace while it runs, and resets p before.
func FindNonFinite(p *nn.Pass, model nn.Layer, x *tensor.Tensor, lossOf func(dpred, pred *tensor.Tensor) float64) *NonFinite {
	if n := kernel.Count(x.Data).NonFinite; n > 0 {
		return &NonFinite{Phase: "input", Count: n, Step: p.Step, Time: -1, Lag: -1}
	}
	for _, q := range nn.Named(model) {
		if n := kernel.Count(q.Value.Data).NonFinite; n > 0 {
			return &NonFinite{Phase: "weights", Where: q.Site, Name: q.Name, Count: n, Step: p.Step, Time: -1, Lag: -1}
		}
	}
	f := &finder{step: p.Step}
	probe, trace, record := p.Probe, p.Trace, p.Record
	defer func() {
		p.Probe, p.Trace, p.Record = probe, trace, record
		nn.ZeroGrad(model.Params())
	}()
	p.Reset()
	p.Record, p.Probe, p.Trace = true, f, f.forward
	pred := model.Forward(p, x)
	f.found("forward", p.Site(), nn.StageOf(model), kernel.Count(pred.Data).NonFinite)
	dpred := p.Arena.Like(pred)
	if j := lossOf(dpred, pred); math.IsNaN(j) || math.IsInf(j, 0) {
		f.found("loss", "", nn.StageLoss, 1)
	}
	if f.first != nil {
		return f.first
	}
	f.growth = growth{}
	p.ReportLoss(dpred)
	model.Backward(p, dpred)
	if f.first == nil {
		f.gradients(model)
	}
	return f.first
}

// finder is the probe that remembers the first event with a value that is not
// finite.
type finder struct {
	step   uint64
	first  *NonFinite
	growth growth
	time   timeFinder
}

// forward takes a layer's output: the size per unit, as layers differ in width.
func (f *finder) forward(site string, stage nn.Stage, out *tensor.Tensor) {
	c := kernel.Count(out.Data)
	had := f.first != nil
	f.found("forward", site, stage, c.NonFinite)
	if !had && f.first != nil && stage == nn.StageRecurrent && out.Rank() == 3 {
		f.first.overTime(firstStep(out))
	}
	if f.first == nil && stage != nn.StageShape {
		f.growth.add(math.Sqrt(c.SumSquares / float64(max(out.Len(), 1))))
	}
}

// Observe takes a stage of the way back.
func (f *finder) Observe(e nn.Event) {
	if e.Time >= 0 && e.Stage != nn.StageLoss {
		f.observeTime(e)
		return
	}
	f.found("backward", e.Site, e.Stage, e.NonFinite)
	if f.first == nil && e.Depth == 0 {
		f.growth.add(e.Out)
	}
}

// gradients looks at the gradients of the parameters.
func (f *finder) gradients(model nn.Layer) {
	sum, largest := 0.0, NonFinite{}
	most := -1.0
	for _, q := range nn.Named(model) {
		if q.Grad == nil {
			continue
		}
		c := kernel.Count(q.Grad.Data)
		f.found("backward", q.Site, nn.StageWeights, c.NonFinite)
		if f.first != nil {
			f.first.Name = q.Name
			return
		}
		sum += c.SumSquares
		if c.SumSquares > most {
			most, largest.Where, largest.Name = c.SumSquares, q.Site, q.Name
		}
	}
	if math.IsInf(sum, 1) {
		f.first = &NonFinite{Phase: "backward", Where: largest.Where, Stage: nn.StageWeights, Name: largest.Name, Step: f.step, GrowthPerLayer: f.growth.mean(), Time: -1, Lag: -1}
	}
}

func (f *finder) found(phase, where string, stage nn.Stage, count int) {
	if count > 0 && f.first == nil {
		f.first = &NonFinite{Phase: phase, Where: where, Stage: stage, Count: count, Step: f.step, GrowthPerLayer: f.growth.mean(), Time: -1, Lag: -1}
	}
}

// growth is the geometric mean growth along a chain of sizes.
type growth struct {
	first, last float64
	n           int
}

func (g *growth) add(size float64) {
	if math.IsInf(size, 0) { // with 64-bit floats a square can overflow before its root does
		return
	}
	if g.n == 0 {
		g.first = size
	}
	g.last = size
	g.n++
}

func (g *growth) mean() float64 {
	if g.n < 2 || g.first == 0 {
		return 0
	}
	return math.Pow(g.last/g.first, 1/float64(g.n-1))
}
