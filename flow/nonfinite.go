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
	Count int      `json:"count"` // elements that are not finite
	Step  uint64   `json:"step"`
}

// FindNonFinite runs one step without an update and returns the first value
// that is not finite, nil when all are: first the input and the weights as they
// are, then the outputs in forward order, the loss, and the gradients in
// backward order. lossOf returns the loss of a prediction and writes its
// gradient to dpred.
//
// It sums to the parameters' gradients and sets them to zero afterwards. It
// takes the place of p's Probe and Trace while it runs, and resets p before.
func FindNonFinite(p *nn.Pass, model nn.Layer, x *tensor.Tensor, lossOf func(dpred, pred *tensor.Tensor) float64) *NonFinite {
	if n := kernel.Count(x.Data).NonFinite; n > 0 {
		return &NonFinite{Phase: "input", Count: n, Step: p.Step}
	}
	for _, q := range nn.Named(model) {
		if n := kernel.Count(q.Value.Data).NonFinite; n > 0 {
			return &NonFinite{Phase: "weights", Where: q.Site, Name: q.Name, Count: n, Step: p.Step}
		}
	}
	f := &finder{step: p.Step}
	probe, trace, record := p.Probe, p.Trace, p.Record
	defer func() {
		p.Probe, p.Trace, p.Record = probe, trace, record
		nn.ZeroGrad(model.Params())
	}()
	p.Reset()
	p.Record, p.Probe = true, f
	p.Trace = func(site string, stage nn.Stage, out *tensor.Tensor) {
		f.found("forward", site, stage, kernel.Count(out.Data).NonFinite)
	}
	pred := model.Forward(p, x)
	f.found("forward", p.Site(), nn.StageOf(model), kernel.Count(pred.Data).NonFinite)
	dpred := p.Arena.Like(pred)
	if j := lossOf(dpred, pred); math.IsNaN(j) || math.IsInf(j, 0) {
		f.found("loss", "", nn.StageLoss, 1)
	}
	if f.first != nil {
		return f.first
	}
	p.ReportLoss(dpred)
	model.Backward(p, dpred)
	if f.first == nil {
		for _, q := range nn.Named(model) {
			if q.Grad == nil {
				continue
			}
			if n := kernel.Count(q.Grad.Data).NonFinite; n > 0 {
				f.found("backward", q.Site, nn.StageWeights, n)
				f.first.Name = q.Name
			}
		}
	}
	return f.first
}

// finder is the probe that remembers the first event with a value that is not
// finite.
type finder struct {
	step  uint64
	first *NonFinite
}

func (f *finder) Observe(e nn.Event) { f.found("backward", e.Site, e.Stage, e.NonFinite) }

func (f *finder) found(phase, where string, stage nn.Stage, count int) {
	if count > 0 && f.first == nil {
		f.first = &NonFinite{Phase: phase, Where: where, Stage: stage, Count: count, Step: f.step}
	}
}
