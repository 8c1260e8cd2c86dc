package flow

import (
	"encoding/json"
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Updates measures what an optimizer's steps do to the weights. Around each
// update call Before and After; Mark begins an interval, such as an epoch.
// After NewUpdates nothing is allocated but in Rows.
type Updates struct {
	params []nn.NamedParam
	before [][]tensor.Float
	start  [][]tensor.Float
	last   []Effect
	sum    []float64 // Σ relative update per step since Mark
	steps  int
}

// Effect is what one parameter went through.
type Effect struct {
	Name     string
	Where    string
	Elements int

	Relative float64 // ‖Δw‖/‖w‖ of the last step; 0 where nothing moved, +Inf where w was 0
	Unmoved  float64 // share of elements that are the same bit for bit after it

	Steps        int     // since Mark
	MeanRelative float64 // mean of Relative over them
	Moved        float64 // ‖Δw‖/‖w‖ between Mark and now
	Frozen       float64 // share of elements that are now what they were at Mark
}

// NewUpdates returns the measurement of the trained parameters of a model; the
// interval begins now.
func NewUpdates(model nn.Layer) *Updates {
	u := &Updates{}
	for _, p := range nn.Named(model) {
		if p.Grad == nil {
			continue
		}
		u.params = append(u.params, p)
		u.before = append(u.before, make([]tensor.Float, p.Value.Len()))
		u.start = append(u.start, make([]tensor.Float, p.Value.Len()))
		u.last = append(u.last, Effect{Name: p.Name, Where: p.Site, Elements: p.Value.Len()})
	}
	u.sum = make([]float64, len(u.params))
	u.Mark()
	return u
}

// Mark begins a new interval.
func (u *Updates) Mark() {
	u.steps = 0
	clear(u.sum)
	for i, p := range u.params {
		copy(u.start[i], p.Value.Data)
	}
}

// Before takes the weights down before an update.
func (u *Updates) Before() {
	for i := range u.params {
		copy(u.before[i], u.params[i].Value.Data)
	}
}

// After measures the update that was made since Before.
func (u *Updates) After() {
	u.steps++
	for i := range u.params {
		e := &u.last[i]
		e.Relative, e.Unmoved = effect(u.params[i].Value.Data, u.before[i])
		u.sum[i] += e.Relative
	}
}

// Rows returns the effect on each parameter, in the order of nn.Named.
func (u *Updates) Rows() []Effect {
	rows := make([]Effect, len(u.last))
	for i, p := range u.params {
		e := u.last[i]
		e.Steps = u.steps
		e.MeanRelative = ratio(u.sum[i], float64(u.steps))
		e.Moved, e.Frozen = effect(p.Value.Data, u.start[i])
		rows[i] = e
	}
	return rows
}

// effect compares weights with what they were. A weight that is NaN is not the
// same as before, and makes the relative update NaN.
func effect(now, before []tensor.Float) (relative, same float64) {
	moved, size, n := kernel.Change(now, before)
	if len(now) == 0 {
		return 0, 0
	}
	same = float64(n) / float64(len(now))
	if moved == 0 {
		return 0, same
	}
	return math.Sqrt(moved / size), same
}

// MarshalJSON writes null for what is not finite.
func (e Effect) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name         string `json:"name"`
		Where        string `json:"where"`
		Elements     int    `json:"elements"`
		Relative     Number `json:"relative"`
		Unmoved      Number `json:"unmoved"`
		Steps        int    `json:"steps"`
		MeanRelative Number `json:"mean_relative"`
		Moved        Number `json:"moved"`
		Frozen       Number `json:"frozen"`
	}{e.Name, e.Where, e.Elements, Number(e.Relative), Number(e.Unmoved), e.Steps, Number(e.MeanRelative), Number(e.Moved), Number(e.Frozen)})
}
