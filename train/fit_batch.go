package train

import (
	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/optim"
)

// window is where the run is in the batch at hand: with truncated
// backpropagation a batch may make several steps.
type window struct {
	batch   data.Batch
	at, of  int
	per     int     // of a full batch
	loss    float64 // Σ mean loss · targets of the batch so far
	targets int
}

// trainBatch makes the steps of the next batch: one, or one for each of its
// windows.
func (r *run) trainBatch() (lr float64, err error) {
	w := &r.window
	var ok bool
	if w.batch, ok = r.batches.NextBatch(); !ok { // the end of the epoch before
		w.batch, _ = r.batches.NextBatch()
	}
	w.at, w.of, w.loss, w.targets = 0, countWindows(w.batch, r.stepper.BPTT), 0, 0
	for w.at < w.of && !r.enough() {
		info, err := r.step()
		lr = info.LR
		if err != nil {
			return lr, err
		}
		if w.at == w.of || r.enough() {
			r.pos.LossSum += w.loss
			r.pos.Rows += w.targets
			r.pos.Batch++
		}
		if r.Hooks.OnStep != nil {
			info.StepsRemaining = r.remaining()
			if err := r.Hooks.OnStep(info); err != nil {
				return lr, err
			}
		}
	}
	return lr, nil
}

// step trains on the next window of the batch.
func (r *run) step() (StepInfo, error) {
	w := &r.window
	lr := r.rate()
	b := r.stepper.cut.window(w.batch, r.stepper.BPTT, w.at)
	j, err := r.stepper.stepWindow(b, lr)
	info := StepInfo{
		Step: r.stepper.Pass.Step, Epoch: r.pos.Epoch, Batch: r.pos.Batch*w.per + w.at, Batches: r.batches.Len() * w.per,
		Loss: j, GradientNorm: r.stepper.GradientNorm(), LR: lr,
	}
	if err != nil {
		return info, err
	}
	n := targets(b)
	w.loss += j * float64(n)
	w.targets += n
	w.at++
	r.pos.Step = r.stepper.Pass.Step
	return info, nil
}

// rate returns the learning rate of the step that comes next.
func (r *run) rate() float64 {
	return r.LR * r.Schedule.Factor(optim.Progress{Step: int(r.pos.Step), Epoch: r.pos.Epoch, Epochs: r.Epochs})
}

func (r *run) remaining() uint64 {
	n := uint64(((r.Epochs-r.pos.Epoch)*r.batches.Len() - r.pos.Batch) * r.window.per)
	if r.window.at < r.window.of {
		n -= uint64(r.window.at)
	}
	if r.MaxSteps > 0 {
		n = min(n, uint64(r.MaxSteps)-r.pos.Step)
	}
	return n
}
