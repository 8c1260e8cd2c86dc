package optim

import (
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Rule is an update rule: what an optimizer does with one parameter. It is a
// plain value of hyperparameters, without state.
type Rule interface {
	// Name is what a spec file calls the rule: "adam".
	Name() string
	// Slots names the state that the rule keeps for each element of a
	// parameter, by PyTorch's names: "exp_avg", "exp_avg_sq".
	Slots() []string
	// Update changes w by its gradient g. t is the number of the update, from
	// 1; slots has one slice for each name of Slots, zeros before the first
	// update.
	Update(w, g []tensor.Float, slots [][]tensor.Float, t int, lr float64)
}

// Elementwise marks a rule from outside this package whose Update treats every
// element by itself, so that a parameter may be updated in parts, at the same
// time. A rule that looks at the whole parameter (its norm, say) must not have
// it. The rules of this package do without: a rule that embeds one of them, to
// change its Update, would have the mark as well. See [Optimizer.Elementwise].
type Elementwise interface {
	Rule
	Elementwise()
}

// Optimizer applies a rule to parameters and keeps their state.
type Optimizer struct {
	Rule   Rule
	params []*nn.Param
	slots  [][][]tensor.Float // by parameter, then by slot
	t      int
}

// New returns the optimizer of the trained parameters among params; those
// without a gradient are left out.
func New(rule Rule, params []*nn.Param) *Optimizer {
	o := &Optimizer{Rule: rule}
	for _, p := range params {
		if p.Grad == nil {
			continue
		}
		state := make([][]tensor.Float, len(rule.Slots()))
		for i := range state {
			state[i] = make([]tensor.Float, p.Value.Len())
		}
		o.params = append(o.params, p)
		o.slots = append(o.slots, state)
	}
	return o
}

// Step updates every parameter once with the learning rate lr.
func (o *Optimizer) Step(lr float64) {
	o.Begin()
	for i, p := range o.params {
		o.Rule.Update(p.Value.Data, p.Grad.Data, o.slots[i], o.t, lr)
	}
}

// Elementwise reports whether the rule treats every element by itself: a rule of
// this package, or one that says so.
func (o *Optimizer) Elementwise() bool {
	switch o.Rule.(type) {
	case SGD, Adagrad, RMSprop, Adam, AdamW, *SGD, *Adagrad, *RMSprop, *Adam, *AdamW, Elementwise:
		return true
	}
	return false
}

// Begin begins an update that is made in parts, with UpdatePart.
func (o *Optimizer) Begin() { o.t++ }

// UpdatePart updates the elements of parameter i from lo on by their gradient g,
// which need not be stored in Grad. A rule that is not elementwise must be given
// whole parameters. Parts may be updated by several goroutines at once;
// slots is room for the rule's state, one slice for each slot, of which every
// goroutine needs its own.
func (o *Optimizer) UpdatePart(i, lo int, g []tensor.Float, slots [][]tensor.Float, lr float64) {
	hi := lo + len(g)
	for k, s := range o.slots[i] {
		slots[k] = s[lo:hi]
	}
	o.Rule.Update(o.params[i].Value.Data[lo:hi], g, slots[:len(o.slots[i])], o.t, lr)
}

// Params returns the parameters that the optimizer changes.
func (o *Optimizer) Params() []*nn.Param { return o.params }

// Steps returns how many updates were made; SetSteps is for resuming.
func (o *Optimizer) Steps() int     { return o.t }
func (o *Optimizer) SetSteps(t int) { o.t = t }

// Slots returns the state of parameter i, in the order of Rule.Slots; it is
// shared, so that a checkpoint can be read into it.
func (o *Optimizer) Slots(i int) [][]tensor.Float { return o.slots[i] }
