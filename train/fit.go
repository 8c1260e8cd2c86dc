package train

import (
	"context"
	"fmt"
	"time"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/optim"
)

// Result is what a run came to.
type Result struct {
	Epochs       int      // completed
	Steps        uint64   // made in all
	Seconds      float64  // of training, those before a resume included
	Training     Metrics  // of the final weights, on the training rows; after an interruption Loss and Rows of the epoch under way alone
	Validation   *Metrics // of the last epoch completed, on the held-out rows; nil without them
	History      []Epoch
	BestEpoch    int  // number from 1 of the epoch with the lowest loss; 0 for none
	StoppedEarly bool // by Patience
	Interrupted  bool // by the context
}

// run is one call of Fit.
type run struct {
	Config
	stepper *Stepper
	batches *data.Batcher
	window  window
	pos     Position
	began   time.Time
	before  float64 // seconds of the run before it was resumed
	saved   time.Time
}

// Fit trains a model. The weights that it leaves are the last ones; those of the
// best epoch are in the state that Save got as "best".
//
// When ctx is cancelled the run ends after the step under way, with a state
// saved and Result.Interrupted set: that is no error. An error comes from a
// configuration or data that does not fit, from a hook or Save, or is a
// [*NonFiniteError]; the result is then that of the run so far, and for the last
// the state from before the step is saved as "last", unless the weights are
// what is not finite.
func Fit(ctx context.Context, c Config) (Result, error) {
	r, err := newRun(c)
	if err != nil {
		return Result{}, err
	}
	for r.more() {
		interrupted, err := r.epoch(ctx)
		if err != nil {
			// Weights that overflowed in the update before must not take the place
			// of the last good state.
			if e, ok := err.(*NonFiniteError); ok && e.Phase != PhaseWeights {
				if saveErr := r.save("last"); saveErr != nil {
					err = fmt.Errorf("%w; and the state could not be saved: %w", err, saveErr)
				}
			}
			return r.result(), err
		}
		if interrupted {
			res := r.result()
			res.Interrupted = true
			return res, r.save("last")
		}
	}
	res := r.result()
	res.StoppedEarly = r.stale()
	res.Training, err = Evaluate(r.Model, r.Loss, r.Train, 0, r.Scaler)
	if err == nil && !finite(res.Training.Loss) {
		err = newNonFinite(r.pos.Step, PhaseLoss)
	}
	return res, err
}

func newRun(c Config) (*run, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Schedule == nil {
		c.Schedule = optim.Constant{}
	}
	if c.Validation != nil && c.Validation.Len() == 0 {
		c.Validation = nil
	}
	r := &run{Config: c, began: time.Now(), saved: time.Now(), pos: Position{Best: -1}}
	var err error
	if c.Train.Layout == data.Stream {
		r.batches, err = data.NewStreamBatcher(c.Train, c.Batch, c.BPTT)
	} else if c.Ordered {
		r.batches, err = data.NewOrderedBatcher(c.Train, c.Batch)
	} else {
		r.batches, err = data.NewBatcher(c.Train, c.Batch, c.Seed)
	}
	if err != nil {
		return nil, err
	}
	r.stepper = NewStepper(c.Model, c.Loss, c.Optimizer)
	r.stepper.ClipNorm, r.stepper.ClipValue = c.ClipNorm, c.ClipValue
	r.stepper.Pass.Probe = c.Probe
	r.stepper.Meter = c.Meter
	r.window.per = 1
	if c.Train.Layout != data.Rows {
		r.stepper.BPTT = c.BPTT
		if c.BPTT > 0 && c.Train.PerStep && c.Train.Layout == data.Sequences {
			r.window.per = (c.Train.Steps() + c.BPTT - 1) / c.BPTT
		}
	}
	if c.Resume != nil {
		if err := r.resume(*c.Resume); err != nil {
			return nil, &StateError{err}
		}
	}
	return r, nil
}

// more reports whether there is anything left to train.
func (r *run) more() bool {
	return r.pos.Epoch < r.Epochs && !r.stale() && !r.enough()
}

func (r *run) stale() bool  { return r.Patience > 0 && r.pos.Stale >= r.Patience }
func (r *run) enough() bool { return r.MaxSteps > 0 && r.pos.Step >= uint64(r.MaxSteps) }

// epoch trains to the end of the epoch under way.
func (r *run) epoch(ctx context.Context) (interrupted bool, err error) {
	var lr float64
	if n := len(r.pos.History); n > 0 {
		lr = r.pos.History[n-1].LR
	}
	for r.pos.Batch < r.batches.Len() && !r.enough() {
		if ctx.Err() != nil {
			return true, nil
		}
		if lr, err = r.trainBatch(); err != nil {
			return false, err
		}
		if r.SaveEvery > 0 && time.Since(r.saved) >= r.SaveEvery && r.pos.Batch < r.batches.Len() {
			if err := r.save("last"); err != nil {
				return false, err
			}
		}
	}
	return false, r.finishEpoch(lr)
}

// finishEpoch validates, lets the schedule and early stopping see the loss, and
// saves. An epoch that MaxSteps cut short is finished like any other.
func (r *run) finishEpoch(lr float64) error {
	if err := r.checkWeights(); err != nil {
		return err
	}
	e := Epoch{Epoch: r.pos.Epoch + 1, Steps: r.pos.Step, LR: lr, Loss: r.pos.LossSum / float64(r.pos.Rows)}
	if r.Validation != nil {
		m, err := Evaluate(r.Model, r.Loss, r.Validation, 0, r.Scaler)
		if err != nil {
			return err
		}
		if !finite(m.Loss) {
			return newNonFinite(r.pos.Step, PhaseValidation)
		}
		e.Validation = &m
	}
	e.Seconds = r.seconds()
	now := e.loss()
	p := &r.pos
	p.Epoch, p.Batch, p.LossSum, p.Rows = p.Epoch+1, 0, 0, 0
	p.Validation = e.Validation
	// A confusion matrix for every epoch would be most of a checkpoint.
	short := e
	if e.Validation != nil {
		m := *e.Validation
		m.Confusion = nil
		short.Validation = &m
	}
	p.History = append(p.History, short)
	if o, ok := r.Schedule.(optim.Observer); ok {
		o.Observe(now)
	}
	better := p.Best < 0 || now < p.History[p.Best].loss()
	if better {
		p.Best = len(p.History) - 1
	}
	if len(p.History) == 1 || now < p.Mark-r.MinDelta {
		p.Mark, p.Stale = now, 0
	} else {
		p.Stale++
	}
	if r.Hooks.OnEpoch != nil {
		if err := r.Hooks.OnEpoch(e); err != nil {
			return err
		}
	}
	if better {
		if err := r.save("best"); err != nil {
			return err
		}
	}
	return r.save("last")
}

func (r *run) seconds() float64 { return r.before + time.Since(r.began).Seconds() }

func (r *run) result() Result {
	res := Result{
		Epochs: r.pos.Epoch, Steps: r.pos.Step, Seconds: r.seconds(),
		History: r.pos.History, BestEpoch: r.pos.Best + 1,
	}
	if r.pos.Rows > 0 {
		res.Training = Metrics{Loss: r.pos.LossSum / float64(r.pos.Rows), Rows: r.pos.Rows}
	}
	res.Validation = r.pos.Validation
	return res
}
