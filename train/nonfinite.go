package train

import (
	"fmt"
	"math"
	"strings"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Phase says in which part of a step a value stopped being finite.
type Phase string

// The phases, in the order in which a step goes through them.
const (
	PhaseInput      Phase = "input"      // the batch itself
	PhaseWeights    Phase = "weights"    // a parameter, by the update before
	PhaseForward    Phase = "forward"    // a layer's output
	PhaseLoss       Phase = "loss"       // the loss of finite outputs, or its gradient
	PhaseBackward   Phase = "backward"   // the gradient that a stage passed on
	PhaseGradient   Phase = "gradient"   // a parameter's gradient, or its norm
	PhaseValidation Phase = "validation" // the loss on the held-out rows, after an epoch
)

// NonFiniteError tells where a value first stopped being finite. The weights are
// those from before the step.
type NonFiniteError struct {
	Step  uint64 // from 0
	Phase Phase
	Site  string   // path of the layer, or the parameter's full name; empty for input, loss and validation
	Stage nn.Stage // factor of the chain rule, for the phases forward and backward

	// GrowthPerLayer is the geometric mean by which the values of this step
	// grew from one layer (or backward stage) to the next before that; 0 when
	// there are not two to compare.
	GrowthPerLayer float64
	// GrowthPerStep is the same of the gradient's norm over the last Steps
	// steps; 0 when there are not two.
	GrowthPerStep float64
	Steps         int
}

// Error returns one sentence for a person.
func (e *NonFiniteError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "step %d: ", e.Step)
	switch e.Phase {
	case PhaseInput:
		b.WriteString("the batch has a value that is not finite")
	case PhaseWeights:
		fmt.Fprintf(&b, "the parameter %s has a value that is not finite", e.Site)
	case PhaseForward:
		fmt.Fprintf(&b, "the output of %s (%s) is the first value that is not finite", e.Site, e.Stage)
	case PhaseBackward:
		fmt.Fprintf(&b, "the gradient that %s (%s) passes back is the first value that is not finite", e.Site, e.Stage)
	case PhaseGradient:
		fmt.Fprintf(&b, "the gradient of the parameter %s is the first value that is not finite", e.Site)
	case PhaseValidation:
		b.WriteString("the validation loss is not finite")
	default:
		b.WriteString("the loss is the first value that is not finite")
	}
	if e.GrowthPerLayer > 1 {
		fmt.Fprintf(&b, ", after the values grew %.3g-fold per layer", e.GrowthPerLayer)
	}
	if e.GrowthPerStep > 1 {
		fmt.Fprintf(&b, ", while the gradient grew %.3g-fold per step over the last %d steps", e.GrowthPerStep, e.Steps)
	}
	return b.String()
}

// locate repeats the step that failed (its number fixes what is random in it)
// with every value watched, and puts the running statistics back.
func (s *Stepper) locate(x, y *tensor.Tensor) *NonFiniteError {
	s.restoreBuffers()
	defer s.restoreBuffers()
	e := &NonFiniteError{Step: s.Pass.Step}
	e.GrowthPerStep, e.Steps = s.stepGrowth()
	if !allFinite(x.Data) {
		e.Phase = PhaseInput
		return e
	}
	named := nn.Named(s.Model)
	for _, p := range named {
		if !allFinite(p.Value.Data) {
			e.Phase, e.Site = PhaseWeights, p.Name
			return e
		}
	}
	p := s.Pass
	probe, trace := p.Probe, p.Trace
	defer func() { p.Probe, p.Trace = probe, trace }()
	w := &watch{e: e}
	p.Probe, p.Trace = w, w.forward
	p.Reset()
	nn.ZeroGrad(s.params)
	pred := s.Model.Forward(p, x)
	if !w.found && !allFinite(pred.Data) { // a model that is a single layer of one's own
		w.report(PhaseForward, nn.KindOf(s.Model), nn.StageOf(s.Model))
	}
	if w.found {
		return e
	}
	e.Phase = PhaseLoss
	if !finite(s.Loss.Forward(pred, y)) {
		return e
	}
	dpred := p.Arena.Like(pred)
	s.Loss.Backward(dpred, pred, y)
	if !allFinite(dpred.Data) {
		return e
	}
	w.growth = growth{}
	p.ReportLoss(dpred)
	s.Model.Backward(p, dpred)
	if w.found {
		return e
	}
	// Every stage passed on finite values: a parameter's own gradient overflowed,
	// or, with 64-bit floats, the norm of the largest.
	e.Phase, e.GrowthPerLayer = PhaseGradient, w.growth.perLayer()
	largest := 0.0
	for _, q := range named {
		if q.Grad == nil {
			continue
		}
		if !allFinite(q.Grad.Data) {
			e.Site = q.Name
			return e
		}
		if sum := kernel.SumSquares(q.Grad.Data); sum >= largest {
			largest, e.Site = sum, q.Name
		}
	}
	return e
}

func (s *Stepper) restoreBuffers() {
	for i, b := range s.buffers {
		copy(b.Value.Data, s.kept[i])
	}
}

// stepGrowth returns the geometric mean growth of the gradient's norm over the
// steps that the ring remembers.
func (s *Stepper) stepGrowth() (rate float64, steps int) {
	n := min(s.steps, len(s.norms))
	if n < 2 {
		return 0, 0
	}
	first, last := s.norms[(s.steps-n)%len(s.norms)], s.norms[(s.steps-1)%len(s.norms)]
	if first == 0 {
		return 0, 0
	}
	return math.Pow(last/first, 1/float64(n-1)), n
}

func allFinite(x []tensor.Float) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// watch looks for the first value that is not finite.
type watch struct {
	e      *NonFiniteError
	found  bool
	growth growth
}

func (w *watch) report(phase Phase, site string, stage nn.Stage) {
	w.found = true
	w.e.Phase, w.e.Site, w.e.Stage, w.e.GrowthPerLayer = phase, site, stage, w.growth.perLayer()
}

func (w *watch) forward(site string, stage nn.Stage, out *tensor.Tensor) {
	if w.found {
		return
	}
	c := kernel.Count(out.Data)
	if c.NonFinite > 0 {
		w.report(PhaseForward, site, stage)
	} else if stage != nn.StageShape {
		w.growth.add(math.Sqrt(c.SumSquares / float64(max(out.Len(), 1)))) // per unit: layers differ in width
	}
}

// Observe watches the way back.
func (w *watch) Observe(e nn.Event) {
	switch {
	case w.found:
	case e.NonFinite > 0:
		w.report(PhaseBackward, e.Site, e.Stage)
	case e.Depth == 0:
		w.growth.add(e.Out)
	}
}

// growth remembers the first and the last of a series of sizes.
type growth struct {
	first, last float64
	n           int
}

func (g *growth) add(v float64) {
	if !finite(v) { // with 64-bit floats a square can overflow before its root does
		return
	}
	if g.n == 0 {
		g.first = v
	}
	g.last = v
	g.n++
}

func (g *growth) perLayer() float64 {
	if g.n < 2 || g.first == 0 {
		return 0
	}
	return math.Pow(g.last/g.first, 1/float64(g.n-1))
}
