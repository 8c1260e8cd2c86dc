package optim

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

func eachVariant(t *testing.T, f func(t *testing.T, rule Rule)) {
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) { f(t, v.rule) })
	}
}

func values(o *Optimizer) (all []tensor.Float) {
	for _, p := range o.Params() {
		all = append(all, p.Value.Data...)
	}
	return all
}

func TestUntrainedParametersStay(t *testing.T) {
	g := readGolden(t)
	eachVariant(t, func(t *testing.T, rule Rule) {
		ps := g.params()
		o := New(rule, ps)
		g.step(o, 0, 0.1)
		if len(o.Params()) != len(ps)-1 || ps[0].Value.Data[0] != 0 {
			t.Errorf("%d parameters trained, the untrained one is %v", len(o.Params()), ps[0].Value.Data)
		}
	})
}

// A fresh optimizer that gets weights, state and step count goes on with the
// same bits, which also holds every update to determinism.
func TestStateRoundTrip(t *testing.T) {
	g := readGolden(t)
	eachVariant(t, func(t *testing.T, rule Rule) {
		o := New(rule, g.params())
		for i := range 7 {
			g.step(o, i, 0.01)
		}
		resumed := New(rule, g.params())
		resumed.SetSteps(o.Steps())
		for j, p := range resumed.Params() {
			p.Value.CopyFrom(o.Params()[j].Value)
			for k, s := range resumed.Slots(j) {
				copy(s, o.Slots(j)[k])
			}
		}
		for i := 7; i < len(g.Grads); i++ {
			g.step(o, i, 0.01)
			g.step(resumed, i, 0.01)
		}
		if !slices.Equal(values(o), values(resumed)) || o.Steps() != resumed.Steps() {
			t.Errorf("%v after %d steps, resumed %v after %d", values(o), o.Steps(), values(resumed), resumed.Steps())
		}
	})
}

func TestNothingAllocates(t *testing.T) {
	g := readGolden(t)
	eachVariant(t, func(t *testing.T, rule Rule) {
		ps := g.params()
		o := New(rule, ps)
		if n := testing.AllocsPerRun(10, func() {
			ClipNorm(ps, 1)
			ClipValue(ps, 0.5)
			o.Step(0.01)
			o.DrownedShare()
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

func TestNonFiniteGradientsReachTheWeights(t *testing.T) {
	g := readGolden(t)
	eachVariant(t, func(t *testing.T, rule Rule) {
		o := New(rule, g.params())
		p := o.Params()[0]
		p.Grad.Data[1] = tensor.Float(math.NaN())
		o.Step(0.01)
		for i, v := range p.Value.Data {
			if (v != v) != (i == 1) {
				t.Errorf("weight %d is %v after a NaN in gradient 1", i, v)
			}
		}
	})
}

func TestClipNormLeavesNonFiniteGradients(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		p := nn.NewParam("weight", 3)
		copy(p.Grad.Data, []tensor.Float{3, tensor.Float(bad), 4})
		norm := ClipNorm([]*nn.Param{p}, 1)
		if norm-norm == 0 || p.Grad.Data[0] != 3 || p.Grad.Data[2] != 4 {
			t.Errorf("gradient with %v: norm %v, left %v", bad, norm, p.Grad.Data)
		}
		ClipValue([]*nn.Param{p}, 3.5)
		if v := float64(p.Grad.Data[1]); p.Grad.Data[2] != 3.5 || math.IsNaN(v) != math.IsNaN(bad) {
			t.Errorf("gradient with %v clipped by value: %v", bad, p.Grad.Data)
		}
	}
}

// With a constant gradient c the corrected root of Adam and AdamW is |c| at every
// step, that of Adagrad |c|·√t and that of RMSprop |c|·√(1−αᵗ): what ε drowns is
// known.
func TestDrownedShare(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		root func(c float64, t int) float64
		eps  float64
	}{
		{NewAdam(), func(c float64, _ int) float64 { return c }, 1e-8},
		{NewAdamW(), func(c float64, _ int) float64 { return c }, 1e-8},
		{NewAdagrad(), func(c float64, t int) float64 { return c * math.Sqrt(float64(t)) }, 1e-10},
		{NewRMSprop(), func(c float64, t int) float64 { return c * math.Sqrt(1-math.Pow(0.99, float64(t))) }, 1e-8},
	} {
		p := nn.NewParam("weight", 6)
		o := New(c.rule, []*nn.Param{p})
		if _, ok := o.DrownedShare(); ok {
			t.Errorf("%s: a share before the first step", c.rule.Name())
		}
		for step := 1; step <= 50; step++ {
			want := 0
			for i, g := range []float64{0, 1e-12, 5e-11, 3e-9, 3e-8, 1} {
				p.Grad.Data[i] = tensor.Float(g)
				if c.root(g, step) < c.eps {
					want++
				}
			}
			o.Step(0.001)
			if share, ok := o.DrownedShare(); !ok || math.Abs(share-float64(want)/6) > 1e-12 {
				t.Errorf("%s, step %d: share %v, expected %d of 6", c.rule.Name(), step, share, want)
			}
		}
	}
	if _, ok := New(NewSGD(), nil).DrownedShare(); ok {
		t.Error("sgd has no ε")
	}
}

func TestPlateauStateSurvivesJSON(t *testing.T) {
	g := readGolden(t)
	for cut := range g.Metrics {
		whole, first := NewPlateau(), NewPlateau()
		whole.Patience, first.Patience = 2, 2
		for _, m := range g.Metrics[:cut] {
			whole.Observe(m)
			first.Observe(m)
		}
		text, err := json.Marshal(WarmUp{Then: first}.State())
		if err != nil {
			t.Fatalf("after %d epochs: %v", cut, err)
		}
		var state [3]float64
		if err := json.Unmarshal(text, &state); err != nil {
			t.Fatal(err)
		}
		resumed := NewPlateau()
		resumed.Patience = 2
		WarmUp{Then: resumed}.SetState(state)
		for i, m := range g.Metrics[cut:] {
			whole.Observe(m)
			resumed.Observe(m)
			if a, b := whole.Factor(Progress{}), resumed.Factor(Progress{}); a != b {
				t.Errorf("resumed after %d epochs: factor %v at epoch %d, expected %v", cut, b, cut+i, a)
			}
		}
	}
}

func TestPlateauTakesNonFiniteAsNoImprovement(t *testing.T) {
	s := NewPlateau()
	s.Patience = 2
	s.Observe(1)
	for _, m := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		s.Observe(m)
	}
	if got := s.Factor(Progress{}); got != 0.1 {
		t.Errorf("factor %v after three bad epochs with a patience of 2", got)
	}
}

func BenchmarkUpdate(b *testing.B) {
	for _, v := range variants {
		b.Run(v.name, func(b *testing.B) {
			p := nn.NewParam("weight", 784, 256)
			p.Grad.Fill(0.01)
			o := New(v.rule, []*nn.Param{p})
			b.SetBytes(int64(p.Value.Len()) * tensor.FloatBits / 8)
			b.ReportAllocs()
			for b.Loop() {
				o.Step(1e-3)
			}
		})
	}
}

// norming looks at the whole gradient, and embeds a rule that does not.
type norming struct{ SGD }

func (norming) Update(w, g []tensor.Float, _ [][]tensor.Float, _ int, lr float64) {}

type marked struct{ norming }

func (marked) Elementwise() {}

func TestElementwise(t *testing.T) {
	sgd := NewSGD()
	for _, c := range []struct {
		rule Rule
		want bool
	}{{sgd, true}, {&sgd, true}, {NewAdamW(), true}, {norming{}, false}, {marked{}, true}} {
		if got := New(c.rule, nil).Elementwise(); got != c.want {
			t.Errorf("%T: %v, expected %v", c.rule, got, c.want)
		}
	}
}
