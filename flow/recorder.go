package flow

import (
	"math"

	"github.com/ebb-ml/ebb/nn"
)

// Recorder is the probe that collects the backward flow: the last step, and the
// mean of the logarithms over the steps since [Recorder.Reset], so that a
// report can speak for an epoch. After the first step it allocates nothing. A
// step begins with the event of [nn.Pass.ReportLoss]. What recurrent layers tell
// of the steps of their sequence stands apart, by lag: [Report.Time].
type Recorder struct {
	model  nn.Layer
	loss   float64 // ‖∂J/∂h_L‖ of the step that runs
	cells  []cell
	next   int // events of the step that runs
	open   bool
	broken bool // the main chain of the step that runs
	steps  int
	whole  int     // steps that are in the means
	norm   product // of ‖∂J/∂h_L‖ over them
	time   []*timeTrack
	track  *timeTrack // of the events that come
	atLast bool       // the loss is known to read the last step alone
}

// cell is one stage: its last event, and what it was over the whole steps.
type cell struct {
	e            nn.Event
	n            int     // whole steps in which its own gain was positive
	in, out      product // of the norms over these
	missed       product // of ‖∂J/∂h_L‖ over the other whole steps
	zeros, elems int
}

// NewRecorder returns a recorder for a model.
func NewRecorder(model nn.Layer) *Recorder { return &Recorder{model: model} }

// Observe takes one event; it is called by the pass.
func (r *Recorder) Observe(e nn.Event) {
	if e.Time >= 0 && e.Stage != nn.StageLoss {
		r.observeTime(&e)
		return
	}
	if e.Stage == nn.StageLoss {
		r.fold()
		r.loss, r.next, r.open, r.broken = e.Out, 0, true, !positive(e.Out)
		r.steps++
		for _, t := range r.time {
			t.begin()
		}
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
	if e.Depth == 0 && !(positive(e.In) && positive(e.Out)) {
		r.broken = true
	}
}

// Reset begins the means anew; the last step stays.
func (r *Recorder) Reset() {
	r.steps, r.whole, r.norm, r.open = 0, 0, product{}, false
	for i := range r.cells {
		r.cells[i] = cell{e: r.cells[i].e}
	}
	for _, t := range r.time {
		t.reset()
	}
}

// fold adds the step that ended to the means. A step in which the chain broke,
// with a gradient of zero or one that is not finite, has no logarithm.
func (r *Recorder) fold() {
	if !r.open {
		return
	}
	r.open = false
	for _, t := range r.time {
		t.fold()
	}
	if r.broken {
		return
	}
	r.whole++
	r.norm.times(r.loss)
	for i := range r.cells[:r.next] {
		c := &r.cells[i]
		c.zeros += c.e.Zeros
		c.elems += c.e.Size
		if !positive(c.e.In) || !positive(c.e.Out) {
			c.missed.times(r.loss)
			continue
		}
		c.n++
		c.in.times(c.e.In)
		c.out.times(c.e.Out)
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
	rep.Time = r.curves(false)
	return rep
}

// Mean returns the report on the steps since Reset: norms and gains are
// geometric means, so that the decades stay an exact sum. Steps in which the
// chain broke are left out; where that leaves none, it is the last step's
// report.
func (r *Recorder) Mean() *Report {
	r.fold()
	if r.whole == 0 {
		rep := r.Last()
		rep.Time = r.curves(true)
		return rep
	}
	rep := &Report{Steps: r.whole, Broken: r.steps - r.whole, Norm: math.Pow(10, r.norm.log10()/float64(r.whole))}
	for _, c := range r.cells[:r.next] {
		row := Row{Where: c.e.Site, Stage: c.e.Stage, Depth: c.e.Depth, Decades: math.Inf(-1),
			Bound: math.Inf(1), Zeros: ratio(float64(c.zeros), float64(c.elems))}
		if c.n > 0 {
			n := float64(c.n)
			in, out, loss := c.in.log10()/n, c.out.log10()/n, (r.norm.log10()-c.missed.log10())/n
			row.In, row.Out = math.Pow(10, in), math.Pow(10, out)
			row.Decades, row.SoFar = out-in, math.Pow(10, out-loss)
			row.Gain = math.Pow(10, row.Decades)
		}
		rep.Rows = append(rep.Rows, row)
	}
	rep.reach(r.model)
	rep.Time = r.curves(true)
	return rep
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
