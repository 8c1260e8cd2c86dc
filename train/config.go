package train

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
)

// Config says what [Fit] trains, on what and how. Model, Loss, Optimizer, Train,
// Epochs and LR must be set; the rest has defaults.
type Config struct {
	Model     nn.Layer
	Loss      loss.Loss
	Optimizer *optim.Optimizer

	Train      *data.Dataset
	Validation *data.Dataset // held-out rows; nil for none
	Scaler     *data.Scaler  // brings metrics to the unit of the data; may be nil

	Epochs   int
	MaxSteps int    // the run ends after so many steps in all; 0 for no limit
	Batch    int    // rows or sequences, 0 for all; parts of a stream side by side
	BPTT     int    // truncates backpropagation through time, see Stepper; of a stream the steps of a window; 0 is off
	Ordered  bool   // batches in the order of the rows, not shuffled anew each epoch
	Seed     uint64 // of the shuffle

	LR        float64        // the base learning rate
	Schedule  optim.Schedule // its factor; nil for constant
	ClipNorm  float64        // see Stepper; 0 is off
	ClipValue float64

	// Patience ends the run when the validation loss (without held-out rows the
	// training loss) has not fallen by more than MinDelta for so many epochs.
	// 0 is off.
	Patience int
	MinDelta float64

	// Probe measures the backward flow of every step; nil costs nothing.
	Probe nn.Probe

	// Meter measures what updates do to the weights; nil costs nothing.
	Meter UpdateMeter

	Hooks Hooks

	// Save, where set, keeps a state: as "last" after every epoch, every
	// SaveEvery within an epoch (0: not) and where a run stops, as "best" after
	// an epoch with the lowest loss so far. Its error ends the run.
	Save      func(kind string, s State) error
	SaveEvery time.Duration

	Resume *State // go on from this state
}

// Hooks are told how a run goes on; each may be nil. An error that one returns
// ends the run with that error.
type Hooks struct {
	OnStep       func(StepInfo) error // after every step
	OnEpoch      func(Epoch) error    // after every epoch, before its checkpoint
	OnCheckpoint func(kind string, p Position) error
}

// StepInfo is what a step did.
type StepInfo struct {
	Step           uint64 // from 1
	Epoch, Batch   int    // the step's, from 0; where batches are cut into windows, the window's
	Batches        int    // in an epoch
	Loss           float64
	GradientNorm   float64 // before clipping
	LR             float64
	StepsRemaining uint64 // until the run ends, unless it stops early
}

// Validate returns what is wrong with the configuration, or nil.
func (c *Config) Validate() error {
	switch {
	case c.Model == nil || c.Loss == nil || c.Optimizer == nil || c.Train == nil:
		return fmt.Errorf("train.Config: Model, Loss, Optimizer and Train must be set")
	case c.Epochs < 1:
		return fmt.Errorf("epochs: got %d, expected at least 1", c.Epochs)
	case !(c.LR >= 0) || math.IsInf(c.LR, 0):
		return fmt.Errorf("lr: got %v, expected a number from 0", c.LR)
	case !(c.ClipNorm >= 0):
		return fmt.Errorf("clip_norm: got %v, expected a number from 0 (off)", c.ClipNorm)
	case !(c.ClipValue >= 0):
		return fmt.Errorf("clip_value: got %v, expected a number from 0 (off)", c.ClipValue)
	case c.Patience < 0 || c.MaxSteps < 0:
		return fmt.Errorf("patience and steps: got %d and %d, expected numbers from 0", c.Patience, c.MaxSteps)
	case !(c.MinDelta >= 0):
		return fmt.Errorf("min_delta: got %v, expected a number from 0", c.MinDelta)
	}
	if c.Train.Len() == 0 {
		return fmt.Errorf("%s has no rows to train on", c.Train.Name)
	}
	if err := c.checkTime(); err != nil {
		return err
	}
	for _, d := range []*data.Dataset{c.Train, c.Validation} {
		if d != nil && d.Len() > 0 {
			if err := checkTargets(c.Model, c.Loss, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkTime returns what is wrong with the settings of sequences.
func (c *Config) checkTime() error {
	stream := c.Train.Layout == data.Stream
	switch {
	case c.BPTT < 0:
		return fmt.Errorf("bptt: got %d, expected a number of steps, or 0 for the whole sequence", c.BPTT)
	case c.BPTT > 0 && c.Train.Layout == data.Rows:
		return fmt.Errorf("bptt: got %d, but %s has rows, which have no steps", c.BPTT, c.Train.Name)
	case stream && c.BPTT == 0:
		return fmt.Errorf("bptt: %s is one long stream: expected the steps of a window", c.Train.Name)
	case stream && c.Batch == 0:
		return fmt.Errorf("batch: %s is one long stream: expected the number of parts that are read side by side", c.Train.Name)
	case (stream || c.BPTT > 0) && readsBackwards(c.Model):
		return fmt.Errorf("bptt: a bidirectional layer has to see the whole sequence, expected 0 and sequences")
	}
	return nil
}

// readsBackwards reports whether a layer of the model goes from the last step to
// the first.
func readsBackwards(l nn.Layer) bool {
	if r, ok := l.(*nn.Recurrent); ok {
		return r.Config().Bidirectional
	}
	if c, ok := l.(nn.Container); ok {
		return slices.ContainsFunc(c.Children(), readsBackwards)
	}
	return false
}
