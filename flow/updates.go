package flow

import (
	"encoding/json"
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Updates measures what an optimizer's steps do to the weights. A training
// stepper tells it of every update by ObserveUpdate; a loop of one's own calls
// Before and After around each. Mark begins an interval, such as an epoch.
type Updates struct {
	// Every is how many updates there are to one that is measured; the first
	// one after Mark always is. 0, the default, is every update.
	Every int

	updates int // since Mark
	params  []nn.NamedParam
	index   map[*nn.Param]int
	before  [][]tensor.Float // once Before has been called
	start   [][]tensor.Float
	last    []Effect
	sum     []float64 // Σ relative update of the measured updates since Mark
	count   []int     // of these
}

// Effect is what one parameter went through.
type Effect struct {
	Name     string
	Where    string
	Elements int

	Relative float64 // ‖Δw‖/‖w‖ of the last step; 0 where nothing moved, +Inf where w was 0
	Unmoved  float64 // share of elements that are the same bit for bit after it

	Steps        int     // since Mark
	MeanRelative float64 // mean of Relative over those of them that were measured
	Moved        float64 // ‖Δw‖/‖w‖ between Mark and now
	Frozen       float64 // share of elements that are now what they were at Mark
}

// NewUpdates returns the measurement of the trained parameters of a model; the
// interval begins now.
func NewUpdates(model nn.Layer) *Updates {
	u := &Updates{index: map[*nn.Param]int{}}
	for _, p := range nn.Named(model) {
		if p.Grad == nil {
			continue
		}
		u.index[p.Param] = len(u.params)
		u.params = append(u.params, p)
		u.start = append(u.start, make([]tensor.Float, p.Value.Len()))
		u.last = append(u.last, Effect{Name: p.Name, Where: p.Site, Elements: p.Value.Len()})
	}
	u.sum, u.count = make([]float64, len(u.params)), make([]int, len(u.params))
	u.Mark()
	return u
}

// Mark begins a new interval.
func (u *Updates) Mark() {
	u.updates = 0
	clear(u.sum)
	clear(u.count)
	for i, p := range u.params {
		copy(u.start[i], p.Value.Data)
	}
}

// Before takes the weights down before an update.
func (u *Updates) Before() {
	u.updates++
	for i, p := range u.params {
		if i == len(u.before) {
			u.before = append(u.before, make([]tensor.Float, p.Value.Len()))
		}
		copy(u.before[i], p.Value.Data)
	}
}

// After measures the update that was made since Before.
func (u *Updates) After() {
	for i, p := range u.params {
		moved, size, same := kernel.Change(p.Value.Data, u.before[i])
		u.ObserveUpdate(p.Param, moved, size, same)
	}
}

// WantsUpdate reports whether the update that comes next is one to measure.
func (u *Updates) WantsUpdate() bool {
	u.updates++
	return u.Every < 2 || u.updates%u.Every == 1
}

// ObserveUpdate takes down an update of p: Σ(now−before)², Σ before², and how
// many elements are what they were, bit for bit.
func (u *Updates) ObserveUpdate(p *nn.Param, moved, size float64, same int) {
	i, ok := u.index[p]
	if !ok {
		return
	}
	e := &u.last[i]
	e.Relative, e.Unmoved = effect(e.Elements, moved, size, same)
	u.count[i]++
	u.sum[i] += e.Relative
}

// Rows returns the effect on each parameter, in the order of nn.Named.
func (u *Updates) Rows() []Effect {
	rows := make([]Effect, len(u.last))
	for i, p := range u.params {
		e := u.last[i]
		if u.count[i] > 0 {
			e.Steps = u.updates
		}
		e.MeanRelative = ratio(u.sum[i], float64(u.count[i]))
		moved, size, same := kernel.Change(p.Value.Data, u.start[i])
		e.Moved, e.Frozen = effect(e.Elements, moved, size, same)
		rows[i] = e
	}
	return rows
}

// effect is the relative update and the share of n elements that are the same. A
// weight that is NaN is not the same as before, and makes the relative update NaN.
func effect(n int, moved, size float64, same int) (relative, share float64) {
	if n == 0 {
		return 0, 0
	}
	share = float64(same) / float64(n)
	if moved == 0 {
		return 0, share
	}
	return math.Sqrt(moved / size), share
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
