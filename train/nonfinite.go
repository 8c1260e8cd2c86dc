package train

import (
	"fmt"
	"math"
	"strings"

	"github.com/ebb-ml/ebb/flow"
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

// NonFiniteError tells where a value first stopped being finite; see
// [flow.FindNonFinite]. The weights are those from before the step.
type NonFiniteError struct {
	Step  uint64 // from 0
	Phase Phase
	Site  string   // path of the layer, or the parameter's full name; empty for input, loss and validation
	Stage nn.Stage // factor of the chain rule, for the phases forward and backward

	// GrowthPerLayer is the geometric mean by which the values of this step
	// grew from one layer (or backward stage) to the next before that; 0 when
	// there are not two to compare.
	GrowthPerLayer float64
	// Time is the step of the sequence (or of the window at hand), from 0, at which
	// it was found inside a recurrent layer, Lag how many steps the way came before
	// it, and GrowthPerTimeStep the geometric mean by which the values grew from
	// one to the next. Time and Lag are −1 elsewhere.
	Time, Lag         int
	GrowthPerTimeStep float64

	// GrowthPerStep is the same of the gradient's norm over the last Steps
	// steps; 0 when there are not two.
	GrowthPerStep float64
	Steps         int
}

func newNonFinite(step uint64, phase Phase) *NonFiniteError {
	return &NonFiniteError{Step: step, Phase: phase, Time: -1, Lag: -1}
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
	if e.Time >= 0 {
		way := "on"
		if e.Phase == PhaseBackward {
			way = "back"
		}
		fmt.Fprintf(&b, " (at time %d, %d time steps %s)", e.Time, e.Lag, way)
		if e.GrowthPerTimeStep > 1 {
			fmt.Fprintf(&b, ", after it grew %.3g-fold per time step", e.GrowthPerTimeStep)
		}
	} else if e.GrowthPerLayer > 1 {
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
	e := newNonFinite(s.Pass.Step, PhaseGradient)
	e.GrowthPerStep, e.Steps = s.stepGrowth()
	s.restoreBuffers()
	defer s.restoreBuffers()
	s.restoreState()
	defer s.restoreState()
	first := flow.FindNonFinite(s.Pass, s.Model, x, func(dpred, pred *tensor.Tensor) float64 {
		d, j := s.lossOf(pred, y)
		if d != nil {
			dpred.CopyFrom(d)
		}
		return j
	})
	if first == nil {
		return e
	}
	e.Phase, e.Site, e.Stage, e.GrowthPerLayer = Phase(first.Phase), first.Where, first.Stage, first.GrowthPerLayer
	e.Time, e.Lag, e.GrowthPerTimeStep = first.Time, first.Lag, first.GrowthPerStep
	switch {
	case e.Phase == PhaseWeights:
		e.Site = first.Name
	case first.Name != "":
		e.Phase, e.Site, e.Stage = PhaseGradient, first.Name, ""
	case e.Stage == nn.StageLoss:
		e.Phase, e.Site, e.Stage = PhaseLoss, "", ""
	default:
		s.findTime(e, x)
	}
	return e
}

// restoreState makes recurrent layers begin the step as they did.
func (s *Stepper) restoreState() {
	if s.Pass.State != nil {
		s.Pass.State.CopyFrom(s.before)
	}
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
