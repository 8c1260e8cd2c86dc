package optim

import "math"

// Schedule says how the learning rate changes in the course of a training.
type Schedule interface {
	// Factor returns what the base learning rate is multiplied by in the given
	// update, counted from 0, of an epoch, counted from 0.
	Factor(at Progress) float64
}

// Progress is how far a training has come.
type Progress struct {
	Step   int // updates made so far
	Epoch  int // epochs completed so far
	Epochs int // epochs planned
}

// Observer is a schedule that follows a metric. Observe takes the metric (the
// smaller the better) after each epoch; State and SetState let a training be
// resumed.
type Observer interface {
	Observe(metric float64)
	State() [3]float64
	SetState([3]float64)
}

// ScheduleNames returns the names of all schedules, as spec files write them.
// Warm-up is a setting of each of them.
func ScheduleNames() []string { return []string{"constant", "step", "cosine", "plateau"} }

// Constant keeps the learning rate.
type Constant struct{}

// Factor returns 1.
func (Constant) Factor(Progress) float64 { return 1 }

// StepDecay multiplies the learning rate by Gamma every Every epochs, as
// torch.optim.lr_scheduler.StepLR.
type StepDecay struct {
	Every int
	Gamma float64
}

// Factor returns Gamma^⌊epoch/Every⌋.
func (s StepDecay) Factor(at Progress) float64 {
	return math.Pow(s.Gamma, float64(at.Epoch/max(s.Every, 1)))
}

// Cosine lowers the learning rate along half a cosine from 1 to Min over the
// planned epochs (Loshchilov and Hutter 2017, equation 5, without restarts), as
// torch.optim.lr_scheduler.CosineAnnealingLR stepped once an epoch.
type Cosine struct {
	Min float64 // the lowest rate, as a share of the base rate
}

// Factor returns Min + (1 − Min)·(1 + cos(π·epoch/epochs))/2.
func (s Cosine) Factor(at Progress) float64 {
	share := float64(min(at.Epoch, at.Epochs)) / float64(max(at.Epochs, 1))
	return s.Min + (1-s.Min)*(1+math.Cos(math.Pi*share))/2
}

// WarmUp raises the learning rate linearly over the first Steps updates, from
// 1/Steps of it in the first to all of it in the last, and then follows Then.
type WarmUp struct {
	Steps int
	Then  Schedule
}

// Factor returns the factor of Then, times (step+1)/Steps while warming up.
func (s WarmUp) Factor(at Progress) float64 {
	f := s.Then.Factor(at)
	if at.Step < s.Steps {
		f *= float64(at.Step+1) / float64(s.Steps)
	}
	return f
}

// Observe passes the metric on to Then, if that follows one.
func (s WarmUp) Observe(metric float64) {
	if o, ok := s.Then.(Observer); ok {
		o.Observe(metric)
	}
}

// State returns the state of Then, if that has one.
func (s WarmUp) State() [3]float64 {
	if o, ok := s.Then.(Observer); ok {
		return o.State()
	}
	return [3]float64{}
}

// SetState sets the state of Then.
func (s WarmUp) SetState(v [3]float64) {
	if o, ok := s.Then.(Observer); ok {
		o.SetState(v)
	}
}

// Plateau multiplies the learning rate by Drop when the metric has not fallen
// by a share of 1e-4 for more than Patience epochs, down to Min, as
// torch.optim.lr_scheduler.ReduceLROnPlateau.
type Plateau struct {
	Drop     float64
	Patience int
	Min      float64 // the lowest rate, as a share of the base rate

	factor, best float64
	bad          int
}

// NewPlateau returns the schedule with PyTorch's defaults: Drop 0.1, Patience 10.
// A metric that is NaN or infinite counts as no improvement.
func NewPlateau() *Plateau {
	// The best so far is never infinite, so that JSON can hold the state.
	return &Plateau{Drop: 0.1, Patience: 10, factor: 1, best: math.MaxFloat64}
}

// Factor returns the product of the drops so far.
func (s *Plateau) Factor(Progress) float64 { return s.factor }

// Observe takes the metric after an epoch.
func (s *Plateau) Observe(metric float64) {
	if metric < s.best*(1-1e-4) && !math.IsInf(metric, -1) {
		s.best, s.bad = metric, 0
		return
	}
	if s.bad++; s.bad > s.Patience {
		s.factor, s.bad = max(s.factor*s.Drop, s.Min), 0
	}
}

// State returns the factor, the best metric and the epochs without improvement.
func (s *Plateau) State() [3]float64 { return [3]float64{s.factor, s.best, float64(s.bad)} }

// SetState sets what State returned.
func (s *Plateau) SetState(v [3]float64) { s.factor, s.best, s.bad = v[0], v[1], int(v[2]) }
