package train

import (
	"math"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
)

// Stepper makes training steps. It is for one goroutine. What the Grad of a
// parameter holds after a step is unspecified: where it can, a step uses a
// gradient without storing it.
type Stepper struct {
	Model     nn.Layer
	Loss      loss.Loss
	Optimizer *optim.Optimizer

	// ClipValue limits every element of the gradient to ±ClipValue, and
	// ClipNorm then scales the whole gradient down to that norm (Pascanu et al.
	// 2013). 0, the default, is off.
	ClipValue, ClipNorm float64

	// BPTT truncates backpropagation through time for [Stepper.StepBatch]: where
	// each step has a target a batch is cut into windows of so many steps, which
	// are one training step each; where a sequence has one target the gradient
	// goes back through its last BPTT steps alone. 0, the default, is the whole
	// sequence, and right for rows.
	BPTT int

	// Pass is the pass that every step runs in. Set its Probe to measure the
	// backward flow; its Step is the number of the step that comes next.
	Pass *nn.Pass

	// Meter is told what updates do to the weights; nil costs nothing.
	Meter UpdateMeter

	state    *nn.State        // what recurrent layers carry from one batch to the next
	before   *nn.State        // the same, before the step
	cut      windows          // of a batch of sequences
	perStep  bool             // the batch of the step has a target for each time step
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
	s := &Stepper{
		Model: model, Loss: l, Optimizer: optimizer, Pass: nn.NewTrainingPass(), update: newUpdater(optimizer),
		state: nn.NewState(), before: nn.NewState(),
	}
	params := model.Params()
	s.update.shared = s.update.shared || repeated(params)
	for _, p := range params {
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
// mean loss from before the update. x is [B, features], or a batch of sequences,
// [T, B, features], whose Lengths and State are those of Pass; y is what the loss
// takes.
//
// When the loss or the gradient is not finite, no weight and no running
// statistic changes, and the error is a [*NonFiniteError]. It panics when a
// shape does not fit the model or the loss.
func (s *Stepper) Step(x, y *tensor.Tensor, lr float64) (float64, error) {
	s.perStep = false
	return s.step(x, y, lr)
}

// StepBatch trains on a batch of rows or sequences, as [Stepper.Step] does.
// Recurrent layers go on from the batch before where b.First is false. With BPTT
// a batch with a target for each time step makes several steps; the loss is then
// the mean over all.
func (s *Stepper) StepBatch(b data.Batch, lr float64) (float64, error) {
	sum, count := 0.0, 0
	for i := range countWindows(b, s.BPTT) {
		w := s.cut.window(b, s.BPTT, i)
		j, err := s.stepWindow(w, lr)
		if err != nil {
			return j, err
		}
		n := targets(w)
		sum += j * float64(n)
		count += n
	}
	return sum / float64(count), nil
}

// targets returns the number of targets that the loss of a batch is a mean over.
func targets(b data.Batch) int {
	if !b.PerStep || b.Lengths == nil {
		return b.Count()
	}
	n := 0
	for _, l := range b.Lengths {
		n += l
	}
	return n
}

// stepWindow makes one training step on a batch of sequences.
func (s *Stepper) stepWindow(b data.Batch, lr float64) (float64, error) {
	if b.First {
		s.state.Reset()
	}
	p := s.Pass
	defer func(state *nn.State, lengths []int) { p.State, p.Lengths = state, lengths }(p.State, p.Lengths)
	p.State = s.state
	b = s.cut.truncate(s.Model, b, s.BPTT, p)
	p.Lengths, s.perStep = b.Lengths, b.PerStep
	return s.step(b.X, b.Y, lr)
}

func (s *Stepper) step(x, y *tensor.Tensor, lr float64) (float64, error) {
	for i, b := range s.buffers {
		copy(s.kept[i], b.Value.Data)
	}
	if s.Pass.State != nil {
		s.before.CopyFrom(s.Pass.State)
	}
	j := s.gradients(x, y)
	if !finite(j) {
		return j, s.locate(x, y)
	}
	list := s.Pass.Deferred()
	clips := s.ClipNorm > 0 || s.ClipValue > 0
	meter := s.Meter
	if meter != nil && !meter.WantsUpdate() {
		meter = nil
	}
	if s.applied = !clips && s.update.canApply(list); s.applied {
		s.gradient = s.update.applyAll(list, lr, meter)
	} else {
		s.update.clearLeft(list)
		s.update.addAll(list)
		if s.gradient = s.clip(); !finite(s.gradient) {
			return j, s.locate(x, y)
		}
		s.update.applyGrads(lr, meter)
	}
	s.norms[s.steps%len(s.norms)] = s.gradient
	s.steps++
	s.Pass.Step++
	return j, nil
}

// zeroGrad zeroes the gradients, but for those that the last step applied band by
// band, which this one most likely does not store either.
func (s *Stepper) zeroGrad() {
	u := s.update
	for i, p := range s.Optimizer.Params() {
		if u.left[i] = s.applied && u.done[i]; !u.left[i] {
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
	dpred, j := s.lossOf(pred, y)
	if dpred == nil {
		return j
	}
	p.ReportLoss(dpred)
	p.DeferWeights = true
	p.Backward(s.Model, dpred)
	p.DeferWeights = false
	return j
}

// lossOf returns the loss of the predictions and its gradient; nil where the
// loss is not finite. Padding has no part in either.
func (s *Stepper) lossOf(pred, y *tensor.Tensor) (dpred *tensor.Tensor, j float64) {
	a := &s.Pass.Arena
	masked := s.perStep && s.Pass.Lengths != nil
	real := pred
	if masked {
		real, y = pack(a, pred, s.Pass.Lengths), pack(a, y, s.Pass.Lengths)
	}
	if j = s.Loss.Forward(real, y); !finite(j) {
		return nil, j
	}
	dpred = a.Like(real)
	s.Loss.Backward(dpred, real, y)
	if masked {
		packed := dpred
		dpred = a.Like(pred)
		unpack(dpred, packed, s.Pass.Lengths)
	}
	return dpred, j
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
