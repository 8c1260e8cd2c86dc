package optim

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// golden is testdata/optimizers.json, which optimizers.py made with PyTorch.
type golden struct {
	Start  [][]tensor.Float
	Grads  [][][]tensor.Float // by step, then by parameter
	Traces map[string]struct {
		LR    float64
		Trace [][][]float64
		Slots []map[string][]float64
	}
	Clips []struct {
		Limit, Norm float64
		ByNorm      [][]float64 `json:"by_norm"`
		ByValue     [][]float64 `json:"by_value"`
	}
	Metrics   []float64
	Schedules map[string][]float64
}

func readGolden(t testing.TB) *golden {
	text, err := os.ReadFile("testdata/optimizers.json")
	if err != nil {
		t.Fatal(err)
	}
	g := &golden{}
	if err := json.Unmarshal(text, g); err != nil {
		t.Fatal(err)
	}
	return g
}

// params returns parameters with the values at the start, and one that is not
// trained.
func (g *golden) params() []*nn.Param {
	ps := []*nn.Param{{Name: "running_mean", Value: tensor.New(2)}}
	for _, w := range g.Start {
		p := nn.NewParam("weight", len(w))
		copy(p.Value.Data, w)
		ps = append(ps, p)
	}
	return ps
}

// step makes the update of step i.
func (g *golden) step(o *Optimizer, i int, lr float64) {
	for j, p := range o.Params() {
		copy(p.Grad.Data, g.Grads[i][j])
	}
	o.Step(lr)
}

// variants lists every rule with every setting that changes its formula, under
// the names of the golden traces. All generic tests range over it.
var variants = []struct {
	name string
	rule Rule
}{
	{"sgd", NewSGD()},
	{"sgd_decay", SGD{WeightDecay: 0.05}},
	{"sgd_momentum", SGD{Momentum: 0.9}},
	{"sgd_momentum_decay", SGD{Momentum: 0.9, WeightDecay: 0.05}},
	{"sgd_nesterov", SGD{Momentum: 0.9, Nesterov: true}},
	{"sgd_nesterov_decay", SGD{Momentum: 0.9, Nesterov: true, WeightDecay: 0.05}},
	{"adagrad", NewAdagrad()},
	{"adagrad_decay", func() Rule { r := NewAdagrad(); r.WeightDecay = 0.05; return r }()},
	{"rmsprop", NewRMSprop()},
	{"rmsprop_decay", func() Rule { r := NewRMSprop(); r.WeightDecay = 0.05; return r }()},
	{"rmsprop_momentum", func() Rule { r := NewRMSprop(); r.Momentum = 0.9; return r }()},
	{"rmsprop_momentum_decay", func() Rule { r := NewRMSprop(); r.Momentum, r.WeightDecay = 0.9, 0.05; return r }()},
	{"adam", NewAdam()},
	{"adam_decay", func() Rule { r := NewAdam(); r.WeightDecay = 0.05; return r }()},
	{"adamw", NewAdamW()},
	{"adamw_no_decay", func() Rule { r := NewAdamW(); r.WeightDecay = 0; return r }()},
}

// near compares to 1e-12 in float64, which leaves room for the last bits only,
// and to 2e-5 in float32, where 20 roundings add up.
func near(got, want float64) bool {
	tol := 1e-12
	if tensor.FloatBits == 32 {
		tol = 2e-5
	}
	return math.Abs(got-want) <= tol*math.Max(math.Abs(want), 1e-2)
}

func TestTracesAgreeWithPyTorch(t *testing.T) {
	g := readGolden(t)
	if len(g.Traces) != len(variants) {
		t.Errorf("%d traces for %d variants", len(g.Traces), len(variants))
	}
	seen := map[string]bool{}
	for _, v := range variants {
		seen[v.rule.Name()] = true
		t.Run(v.name, func(t *testing.T) {
			want := g.Traces[v.name]
			o := New(v.rule, g.params())
			for i, values := range want.Trace {
				g.step(o, i, want.LR)
				for j, p := range o.Params() {
					for e, w := range p.Value.Data {
						if !near(float64(w), values[j][e]) {
							t.Fatalf("step %d, parameter %d, element %d: %v, PyTorch has %v", i+1, j, e, w, values[j][e])
						}
					}
				}
			}
			for j := range o.Params() {
				for k, name := range v.rule.Slots() {
					state, ok := want.Slots[j][name]
					if !ok {
						t.Fatalf("PyTorch has no state %q", name)
					}
					for e, s := range o.Slots(j)[k] {
						if !near(float64(s), state[e]) {
							t.Errorf("%s of parameter %d, element %d: %v, PyTorch has %v", name, j, e, s, state[e])
						}
					}
				}
			}
		})
	}
	for _, name := range Names() {
		if !seen[name] {
			t.Errorf("no variant of %s", name)
		}
		if lr := g.Traces[name].LR; name != "sgd" && DefaultLR(name) != lr {
			t.Errorf("%s: default rate %v, PyTorch's is %v", name, DefaultLR(name), lr)
		}
	}
}

func TestClippingAgreesWithPyTorch(t *testing.T) {
	g := readGolden(t)
	for _, c := range g.Clips {
		ps := g.params()
		o := New(NewSGD(), ps)
		fill := func() {
			for j, p := range o.Params() {
				copy(p.Grad.Data, g.Grads[0][j])
			}
		}
		compare := func(kind string, want [][]float64) {
			for j, p := range o.Params() {
				for e, v := range p.Grad.Data {
					if !near(float64(v), want[j][e]) {
						t.Errorf("%s, limit %v, parameter %d, element %d: %v, PyTorch has %v", kind, c.Limit, j, e, v, want[j][e])
					}
				}
			}
		}
		fill()
		if got := ClipNorm(ps, c.Limit); math.Abs(got-c.Norm) > 1e-12*c.Norm {
			t.Errorf("norm %v, PyTorch has %v", got, c.Norm)
		}
		compare("norm", c.ByNorm)
		fill()
		ClipValue(ps, c.Limit)
		compare("value", c.ByValue)
	}
}

func TestSchedulesAgreeWithPyTorch(t *testing.T) {
	g := readGolden(t)
	plateau := NewPlateau()
	plateau.Patience, plateau.Min = 2, 0.005
	for _, c := range []struct {
		name     string
		schedule Schedule
		at       func(i int) Progress
	}{
		{"step", StepDecay{Every: 3, Gamma: 0.5}, func(i int) Progress { return Progress{Epoch: i} }},
		{"cosine", Cosine{Min: 0.1}, func(i int) Progress { return Progress{Epoch: i, Epochs: 10} }},
		{"warm_up", WarmUp{Steps: 4, Then: Constant{}}, func(i int) Progress { return Progress{Step: i} }},
		{"plateau", WarmUp{Then: plateau}, func(i int) Progress { return Progress{Step: i, Epoch: i} }},
	} {
		for i, want := range g.Schedules[c.name] {
			if got := c.schedule.Factor(c.at(i)); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s, %d: %v, PyTorch has %v", c.name, i, got, want)
			}
			if o, ok := c.schedule.(Observer); ok {
				o.Observe(g.Metrics[i])
			}
		}
	}
}
