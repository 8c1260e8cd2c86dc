package flow

import (
	"math"

	"github.com/ebb-ml/ebb/nn"
)

// Recorder is the probe that collects the backward flow: the last step, and the
// mean of the logarithms over the steps since [Recorder.Reset], so that a
// report can speak for an epoch. After the first step it allocates nothing. A
// step begins with the event of [nn.Pass.ReportLoss].
type Recorder struct {
	model nn.Layer
	loss  float64 // ‖∂J/∂h_L‖ of the step that runs
	cells []cell
	next  int // events of the step that runs
	open  bool
	steps int
	whole int     // steps that are in the means
	sumJ  float64 // Σ log₁₀ ‖∂J/∂h_L‖ over them
}

// cell is one stage: its last event, and sums over the steps.
type cell struct {
	e            nn.Event
	n            int
	gain, so     float64 // Σ log₁₀ of gain, and of Out over ‖∂J/∂h_L‖
	in, out      float64 // Σ log₁₀ of the norms
	zeros, elems float64
}

// NewRecorder returns a recorder for a model.
func NewRecorder(model nn.Layer) *Recorder { return &Recorder{model: model} }

// Observe takes one event; it is called by the pass.
func (r *Recorder) Observe(e nn.Event) {
	if e.Stage == nn.StageLoss {
		r.fold()
		r.loss, r.next, r.open = e.Out, 0, true
		r.steps++
		return
	}
	if r.next == len(r.cells) {
		r.cells = append(r.cells, cell{})
	}
	c := &r.cells[r.next]
	if c.e.Site != e.Site || c.e.Stage != e.Stage {
		*c = cell{}
	}
	c.e = e
	r.next++
}

// Reset begins the means anew; the last step stays.
func (r *Recorder) Reset() {
	r.steps, r.whole, r.sumJ, r.open = 0, 0, 0, false
	for i := range r.cells {
		r.cells[i] = cell{e: r.cells[i].e}
	}
}

// fold adds the step that ended to the means. A step in which the chain broke,
// with a gradient of zero or one that is not finite, has no logarithm.
func (r *Recorder) fold() {
	if !r.open {
		return
	}
	r.open = false
	if !positive(r.loss) {
		return
	}
	for _, c := range r.cells[:r.next] {
		if c.e.Depth == 0 && !positive(c.e.Gain()) {
			return
		}
	}
	r.whole++
	r.sumJ += math.Log10(r.loss)
	for i := range r.cells[:r.next] {
		c := &r.cells[i]
		c.zeros += float64(c.e.Zeros)
		c.elems += float64(c.e.Size)
		if !positive(c.e.Gain()) {
			continue
		}
		c.n++
		in, out := math.Log10(c.e.In), math.Log10(c.e.Out)
		c.in += in
		c.out += out
		c.gain += out - in
		c.so += math.Log10(c.e.Out / r.loss)
	}
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 1) }

// Last returns the report on the last step.
func (r *Recorder) Last() *Report {
	rep := &Report{Steps: min(r.steps, 1), Norm: r.loss}
	for _, c := range r.cells[:r.next] {
		e := c.e
		g := e.Gain()
		rep.Rows = append(rep.Rows, Row{
			Where: e.Site, Stage: e.Stage, Depth: e.Depth, In: e.In, Out: e.Out, Gain: g, Decades: math.Log10(g),
			SoFar: ratio(e.Out, r.loss), Bound: math.Inf(1), Zeros: ratio(float64(e.Zeros), float64(e.Size)),
		})
	}
	rep.reach(r.model)
	return rep
}

// Mean returns the report on the steps since Reset: norms and gains are
// geometric means, so that the decades stay an exact sum. Steps in which the
// chain broke are left out; where that leaves none, it is the last step's
// report.
func (r *Recorder) Mean() *Report {
	r.fold()
	if r.whole == 0 {
		return r.Last()
	}
	rep := &Report{Steps: r.whole, Broken: r.steps - r.whole, Norm: math.Pow(10, r.sumJ/float64(r.whole))}
	for _, c := range r.cells[:r.next] {
		row := Row{Where: c.e.Site, Stage: c.e.Stage, Depth: c.e.Depth, Decades: math.Inf(-1),
			Bound: math.Inf(1), Zeros: ratio(c.zeros, c.elems)}
		if c.n > 0 {
			n := float64(c.n)
			row.In, row.Out = math.Pow(10, c.in/n), math.Pow(10, c.out/n)
			row.Decades, row.SoFar = c.gain/n, math.Pow(10, c.so/n)
			row.Gain = math.Pow(10, row.Decades)
		}
		rep.Rows = append(rep.Rows, row)
	}
	rep.reach(r.model)
	return rep
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
