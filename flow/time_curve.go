package flow

import (
	"math"

	"github.com/ebb-ml/ebb/nn"
)

// TimeCurve is the backward flow through time in one direction of one recurrent
// layer. Lag k is k steps back from the last step: the first that the way back
// comes to. The lags of a sequence of T steps are 0 to T−1; the gain of the last
// one leads to the state that the sequence began with.
//
// A row of the batch that is over before the last step passes its gradient on
// unchanged until its own last step ([nn.Pass.Lengths]).
type TimeCurve struct {
	Where string // site of the layer, or of one of its directions: "lstm_1", "rnn_1/l0_reverse"
	Cell  string // "rnn", "lstm" or "gru"
	Phi   string // activation of an rnn

	// AtLast says that the loss reads the last step alone. Otherwise what comes
	// to a lag is a sum over the losses of the steps after it, and only the gains
	// tell of the way: [ThroughTime] measures the curve of the last step.
	AtLast bool
	Points []TimePoint // by lag

	// Lambda is the Lyapunov exponent of the backward flow, the mean of ln Gain
	// per step (Engelken, Wolf and Abbott 2023), over the Defined lags at which
	// the gradient is finite, not zero and not rounded to a few bits. It is −Inf
	// where the first step lets nothing through and NaN where nothing came.
	Lambda  float64
	Defined int

	// Horizon is the lag at which the gradient has fallen to 1 % of that at lag
	// 0, between two lags by their logarithms. Where it has not by the last lag,
	// it is Extrapolated by Lambda, and +Inf if that is not negative or where the
	// lags are fed by more than the last step: by layers above, by their own loss.
	Horizon      float64
	Extrapolated bool

	Ends     int // lag from which on the gradient is exactly zero, or −1
	Overflow int // lag at which it is no longer finite, or −1

	fed bool // by more than the last step

	Limits *StepBound // what is known of a step before any input is seen; nil until [Report.SetBounds]
}

// TimePoint is what happens at one lag. Norms are Frobenius norms over the batch
// and the units of the layer; over several training steps all are geometric
// means.
type TimePoint struct {
	Lag     int
	Norm    float64 // ‖gradient‖ that reaches the state: ‖∂J/∂h‖, with a cell √(‖∂J/∂h‖²+‖∂J/∂c‖²)
	Decades float64 // log₁₀ of it relative to lag 0
	Hidden  float64 // ‖∂J/∂h‖
	Cell    float64 // ‖∂J/∂c‖; 0 without a cell

	// Gain is ‖gradient that goes on to the state before‖ / Norm. In an rnn it is
	// Phi·W, the factors φ′ and W_hhᵀ; in an LSTM √((Phi·W)²+Keep²), Phi being the
	// way through the gates; in a GRU Phi·W, W having with W_hhᵀ the part z·∂J/∂h
	// that goes past the gates.
	Gain, Phi, W float64
	Keep         float64 // ‖∂J/∂c of the state before‖ / Norm; 0 without a cell

	// Path is what the cell alone keeps from lag 0 to this one: the product of
	// the forget gates, along the gradient that ∂J/∂c begins with; in a GRU, where
	// [ThroughTime] alone has it, that of the gates z, as the root of its mean
	// square over units and rows. 0 where floating point holds nothing so small,
	// NaN without such a path.
	Path float64

	// Share is what the step at this lag alone adds to the gradient of W_hh,
	// ‖h_{t−1}ᵀ·dz_t‖ / ‖Σ h_{t−1}ᵀ·dz_t‖: more than 1 in all where terms cancel.
	// NaN where it was not measured, which [ThroughTime] alone does.
	Share float64

	faint, rough bool // the gradient that comes, or goes on, has lost its digits
}

// horizonShare is where the memory horizon lies, by definition.
const horizonShare = 0.01

// finish computes the numbers that follow from the points.
func (c *TimeCurve) finish() {
	c.Lambda, c.Horizon, c.Ends, c.Overflow = math.NaN(), math.NaN(), -1, -1
	sum := 0.0
	for k, p := range c.Points {
		switch {
		case !finite(p.Norm):
			if c.Overflow < 0 {
				c.Overflow = k
			}
			continue
		case p.Norm > 0:
			c.Ends = -1
		case c.Ends < 0:
			c.Ends = k
		}
		if positive(p.Gain) && !p.rough {
			sum += math.Log(p.Gain)
			c.Defined++
		}
	}
	if len(c.Points) == 0 || c.Points[0].Norm == 0 {
		return
	}
	if c.Defined > 0 {
		c.Lambda = sum / float64(c.Defined)
	} else if c.Points[0].Gain == 0 {
		c.Lambda = math.Inf(-1)
	}
	c.Horizon, c.Extrapolated = c.horizon()
}

func (c *TimeCurve) horizon() (lag float64, extrapolated bool) {
	limit := math.Log10(horizonShare)
	for k, p := range c.Points {
		if !(p.Decades <= limit) {
			continue
		}
		before := c.Points[k-1].Decades
		if math.IsInf(p.Decades, -1) || math.IsNaN(before) {
			return float64(k), false
		}
		return float64(k-1) + (before-limit)/(before-p.Decades), false
	}
	last := c.Points[len(c.Points)-1]
	if c.Lambda < 0 && !c.fed {
		return float64(last.Lag) + max(0, (last.Decades-limit)*math.Ln10/-c.Lambda), true
	}
	return math.Inf(1), !c.fed
}

// Steps returns the number of steps of the sequence.
func (c *TimeCurve) Steps() int { return len(c.Points) }

// Total returns the decades from lag 0 to the state before the sequence: the sum
// of log₁₀ Gain over its steps.
func (c *TimeCurve) Total() float64 {
	sum := 0.0
	for _, p := range c.Points {
		sum += math.Log10(p.Gain)
	}
	return sum
}

// Growth extrapolates the curve: how much the gradient grows a step, and how
// many more steps until a norm passes MaxFloat32.
func (c *TimeCurve) Growth() Growth {
	g := Growth{PerStage: math.Exp(c.Lambda), Left: math.Inf(1)}
	if !(c.Lambda > 0) {
		return g
	}
	norm := 0.0
	for _, p := range c.Points {
		norm = p.Norm * p.Gain
	}
	if g.Left = 0; finite(norm) {
		g.Left = math.Max(0, math.Log(math.MaxFloat32/norm)/c.Lambda)
	}
	return g
}

// LeadingTime returns the curve with the shortest memory horizon, the nearest to
// the output of equal ones; nil when nothing was measured.
func LeadingTime(curves []TimeCurve) *TimeCurve {
	var lead *TimeCurve
	for i := range curves {
		c := &curves[i]
		if len(c.Points) > 0 && !math.IsNaN(c.Horizon) && (lead == nil || c.Horizon < lead.Horizon) {
			lead = c
		}
	}
	return lead
}

// observeTime takes an event of a step of a sequence.
func (r *Recorder) observeTime(e *nn.Event) {
	if r.track == nil || r.track.site != e.Site {
		r.track = nil
		for _, t := range r.time {
			if t.site == e.Site {
				r.track = t
			}
		}
		if r.track == nil {
			r.track = &timeTrack{site: e.Site}
			r.time = append(r.time, r.track)
		}
	}
	r.track.observe(e)
}

// curves returns the curves of the last step, or the means.
func (r *Recorder) curves(means bool) []TimeCurve {
	if len(r.time) == 0 {
		return nil
	}
	layers := recurrentsOf(r.model)
	list := make([]TimeCurve, 0, len(r.time))
	for _, t := range r.time {
		c := TimeCurve{Where: t.site, Points: t.points(means)}
		if l := layers.at(t.site); l != nil {
			top := layers[0].layer
			c.Cell, c.AtLast = l.layer.Kind(), r.atLast || top.Config().Last
			c.fed = !c.AtLast || layers[:top.Out()/top.Hidden()].at(t.site) == nil
			c.Phi, _ = l.direction.Phi()
		}
		c.finish()
		list = append(list, c)
	}
	return list
}
