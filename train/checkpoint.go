package train

import (
	"fmt"
	"slices"
	"time"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
)

// resume puts a state into the run, or says why it is not one of this run.
func (r *run) resume(s State) error {
	p := s.Position
	if p.Updates < 0 || p.Rows < 0 {
		return fmt.Errorf("state: %d updates and %d rows, expected numbers from 0", p.Updates, p.Rows)
	}
	if p.Epoch < 0 || p.Batch < 0 || p.Batch > r.batches.Len() || p.Best < -1 || p.Best >= len(p.History) || len(p.History) != p.Epoch || (p.Batch > 0) != (p.Rows > 0) {
		return fmt.Errorf("state: epoch %d, batch %d, best %d and %d epochs of history do not fit a run of %d batches an epoch",
			p.Epoch, p.Batch, p.Best, len(p.History), r.batches.Len())
	}
	observer, ok := r.Schedule.(optim.Observer)
	if ok != (p.Plateau != nil) {
		return fmt.Errorf("state: it is of a run with another learning-rate schedule")
	}
	if err := Restore(r.Model, r.Optimizer, s); err != nil {
		return err
	}
	var carried []nn.Carried
	for _, c := range s.Carried {
		carried = append(carried, nn.Carried{Name: c.Name, Value: c.Tensor})
	}
	if err := r.stepper.state.SetCarried(r.Model, carried); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	if ok {
		observer.SetState(*p.Plateau)
	}
	r.pos = p
	r.pos.History = append([]Epoch(nil), p.History...)
	r.before = p.Seconds
	r.stepper.Pass.Step = p.Step
	r.batches.Seek(p.Epoch, p.Batch)
	return nil
}

// checkWeights finds what the last update made infinite before it is saved or
// evaluated; otherwise only the next step would see it.
func (r *run) checkWeights() error {
	for _, p := range nn.Named(r.Model) {
		if kernel.Count(p.Value.Data).NonFinite > 0 {
			e := newNonFinite(r.pos.Step, PhaseWeights)
			e.Site = p.Name
			return e
		}
	}
	return nil
}

// save gives Save a copy of the run's state, which must be one to go on from.
func (r *run) save(kind string) error {
	if r.Save == nil {
		return nil
	}
	if err := r.checkWeights(); err != nil {
		return err
	}
	s := Capture(r.Model, r.Optimizer)
	updates := s.Position.Updates
	r.pos.Seconds = r.seconds()
	s.Position = r.pos
	s.Position.Updates = updates
	if r.Train.Layout == data.Stream && r.pos.Batch > 0 { // others begin each batch from zeros
		for _, c := range r.stepper.state.Carried(r.Model) {
			s.Carried = append(s.Carried, Saved{Name: c.Name, Tensor: c.Value})
		}
	}
	// Epochs are added and never changed: the state can share those it knows. A
	// copy after each would make a long run quadratic.
	s.Position.History = slices.Clip(r.pos.History)
	if o, ok := r.Schedule.(optim.Observer); ok {
		state := o.State()
		s.Position.Plateau = &state
	}
	if err := r.Save(kind, s); err != nil {
		return err
	}
	r.saved = time.Now()
	if r.Hooks.OnCheckpoint != nil {
		return r.Hooks.OnCheckpoint(kind, s.Position)
	}
	return nil
}
