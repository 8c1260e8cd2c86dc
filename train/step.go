package train

import (
	"math"

	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
)

// Stepper makes training steps. It is for one goroutine.
type Stepper struct {
	Model     nn.Layer
	Loss      loss.Loss
	Optimizer *optim.Optimizer

	// ClipValue limits every element of the gradient to ±ClipValue, and
	// ClipNorm then scales the whole gradient down to that norm (Pascanu et al.
	// 2013). 0, the default, is off.
	ClipValue, ClipNorm float64

	// Pass is the pass that every step runs in. Set its Probe to measure the
	// backward flow; its Step is the number of the step that comes next.
	Pass *nn.Pass

	// Meter is told what each update does to the weights; nil costs nothing.
	Meter UpdateMeter

	buffers  []*nn.Param      // values that Forward itself moves: running statistics
	kept     [][]tensor.Float // the buffers before the step
	frozen   []*nn.Param      // trained parameters that the optimizer does not have
	update   *updater
	applied  bool // the last step's update applied its gradients band by band
	gradient float64
	norms    [8]float64 // of the last gradients, a ring
	steps    int        // of this stepper, for the ring
}

// NewStepper returns a stepper without clipping and measuring, at step 0.
func NewStepper(model nn.Layer, l loss.Loss, optimizer *optim.Optimizer) *Stepper {
	s := &Stepper{Model: model, Loss: l, Optimizer: optimizer, Pass: nn.NewTrainingPass(), update: newUpdater(optimizer)}
	for _, p := range model.Params() {
		if p.Grad == nil {
			s.buffers = append(s.buffers, p)
			s.kept = append(s.kept, make([]tensor.Float, p.Value.Len()))
		} else if _, ok := s.update.index[p]; !ok {
			s.frozen = append(s.frozen, p)
		}
	}
	return s
}

// GradientNorm returns the Frobenius norm of the last step's whole gradient,
// before clipping.
func (s *Stepper) GradientNorm() float64 { return s.gradient }

// Step trains on one batch with the learning rate lr and returns the batch's
// mean loss from before the update. x is [B, features], y what the loss takes.
//
// When the loss or the gradient is not finite, no weight and no running
// statistic changes, and the error is a [*NonFiniteError]. It panics when a
// shape does not fit the model or the loss.
func (s *Stepper) Step(x, y *tensor.Tensor, lr float64) (float64, error) {
	for i, b := range s.buffers {
		copy(s.kept[i], b.Value.Data)
	}
	j := s.gradients(x, y)
	if !finite(j) {
		return j, s.locate(x, y)
	}
	list := s.Pass.Deferred()
	clips := s.ClipNorm > 0 || s.ClipValue > 0
	if s.applied = !clips && s.update.canApply(list); s.applied {
		s.gradient = s.update.applyAll(list, lr, s.Meter)
	} else {
		s.update.addAll(list)
		if s.gradient = s.clip(); !finite(s.gradient) {
			return j, s.locate(x, y)
		}
		s.update.applyGrads(lr, s.Meter)
	}
	s.norms[s.steps%len(s.norms)] = s.gradient
	s.steps++
	s.Pass.Step++
	return j, nil
}

// zeroGrad zeroes the gradients. Those that the last step applied band by band
// are still zero.
func (s *Stepper) zeroGrad() {
	for i, p := range s.Optimizer.Params() {
		if !s.applied || !s.update.done[i] {
			clear(p.Grad.Data)
		}
	}
	nn.ZeroGrad(s.frozen)
}

// gradients computes the loss and the gradients of all parameters, but for the
// products that it leaves to the update. After a loss that is not finite it goes
// no further.
func (s *Stepper) gradients(x, y *tensor.Tensor) float64 {
	p := s.Pass
	p.Reset()
	s.zeroGrad()
	pred := s.Model.Forward(p, x)
	j := s.Loss.Forward(pred, y)
	if !finite(j) {
		return j
	}
	dpred := p.Arena.Like(pred)
	s.Loss.Backward(dpred, pred, y)
	p.ReportLoss(dpred)
	p.DeferWeights = true
	s.Model.Backward(p, dpred)
	p.DeferWeights = false
	return j
}

// clip clips by value, then by norm, and returns the norm before both.
func (s *Stepper) clip() float64 {
	limit := math.Inf(1)
	if s.ClipNorm > 0 {
		limit = s.ClipNorm
	}
	if s.ClipValue <= 0 {
		return optim.ClipNorm(s.Optimizer.Params(), limit)
	}
	before := optim.ClipNorm(s.Optimizer.Params(), math.Inf(1))
	if finite(before) { // clipping would make an infinite element look like a finite one
		optim.ClipValue(s.Optimizer.Params(), s.ClipValue)
		optim.ClipNorm(s.Optimizer.Params(), limit)
	}
	return before
}

func finite(v float64) bool { return v-v == 0 }
