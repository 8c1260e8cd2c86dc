package flow_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// recurrentLayer fills W_hh by an initializer and a factor, and W_ih by
// another; biases are zero.
func recurrentLayer(l *nn.Recurrent, hidden, input nn.Init, factor float64, seed uint64) *nn.Recurrent {
	rng := tensor.NewRNG(seed, 1)
	for _, d := range l.Directions() {
		w := d.Recurrent().Value
		hidden.Apply(w, w.Dim(0), w.Dim(0), rng)
		for i := range w.Data {
			w.Data[i] *= tensor.Float(factor)
		}
	}
	for i, q := range l.Params() {
		if i%4 == 0 {
			input.Apply(q.Value, q.Value.Dim(0), l.Hidden(), rng)
		}
	}
	return l
}

var (
	orthogonal = nn.Init{Name: "orthogonal"}
	identity   = nn.Init{Name: "identity"}
	glorot     = nn.Init{Name: "glorot_uniform"}
)

var last = nn.RecurrentConfig{Last: true}

// sequences returns T steps of standard normal numbers.
func sequences(seed uint64, steps, batch, in int) *tensor.Tensor {
	return normal(seed, 1, steps, batch, in)
}

// curveOf returns the curve of a training step of a model with the gradient of
// its output random.
func curveOf(t *testing.T, m nn.Layer, x *tensor.Tensor) *flow.TimeCurve {
	t.Helper()
	r := flow.NewRecorder(m)
	p := nn.NewTrainingPass()
	p.Probe = r
	p.Reset()
	y := m.Forward(p, x)
	dy := normal(77, 1, y.Shape()...)
	p.ReportLoss(dy)
	m.Backward(p, dy)
	rep := r.Last()
	if len(rep.Time) != 1 {
		t.Fatalf("%d curves", len(rep.Time))
	}
	return &rep.Time[0]
}

func near(a, b, relative float64) bool { return math.Abs(a-b) <= relative*math.Abs(b) }

// An orthogonal matrix keeps every norm, so that 1.1 times one gives 1.1^k.
func TestLinearOrthogonalGrowsExactly(t *testing.T) {
	l := recurrentLayer(nn.NewRNN(6, 50, nn.NewIdentity(), last), orthogonal, glorot, 1.1, 1)
	c := curveOf(t, nn.NewSequential(l, dense(3, 50, 4, 1)), sequences(2, 200, 5, 6))
	if c.Steps() != 200 || c.Cell != "rnn" || c.Phi != "identity" || !c.AtLast || c.Where != "rnn_1" {
		t.Fatalf("%s %s %s, %d steps, at last %v", c.Where, c.Cell, c.Phi, c.Steps(), c.AtLast)
	}
	for k, p := range c.Points {
		if want := math.Pow(1.1, float64(k)); p.Lag != k || !near(p.Norm/c.Points[0].Norm, want, 1e-4) || !near(math.Pow(10, p.Decades), want, 1e-4) {
			t.Fatalf("lag %d: %v times the first, expected %v", k, p.Norm/c.Points[0].Norm, want)
		}
		if !near(p.Gain, 1.1, 1e-5) || p.Phi != 1 || !near(p.W, 1.1, 1e-5) || !math.IsNaN(p.Path) {
			t.Fatalf("%+v", p)
		}
	}
	if !near(c.Lambda, math.Log(1.1), 1e-5) || c.Defined != 200 || !math.IsInf(c.Horizon, 1) || c.Ends != -1 || c.Overflow != -1 {
		t.Errorf("λ %v of %d, horizon %v, ends %d, overflow %d", c.Lambda, c.Defined, c.Horizon, c.Ends, c.Overflow)
	}
	g := c.Growth()
	end := c.Points[199].Norm * c.Points[199].Gain
	if !near(g.PerStage, 1.1, 1e-5) || !near(end*math.Pow(1.1, g.Left), math.MaxFloat32, 1e-2) {
		t.Errorf("growth %+v from %v", g, end)
	}
}

// With every unit active relu is linear: 1.1·I gives 1.1 a step.
func TestActiveReLUGrowsByItsMatrix(t *testing.T) {
	l := recurrentLayer(nn.NewRNN(6, 20, nn.NewReLU(), last), identity, glorot, 1.1, 1)
	l.Params()[2].Value.Fill(0.5) // the bias
	c := curveOf(t, l, normal(3, 0.01, 40, 5, 6))
	for _, p := range c.Points {
		if !near(p.Gain, 1.1, 1e-5) || p.Phi != 1 {
			t.Fatalf("%+v", p)
		}
	}
	if c.Where != "" || !near(c.Lambda, math.Log(1.1), 1e-5) {
		t.Errorf("%q, λ %v", c.Where, c.Lambda)
	}
}

func TestZeroMatrixHasNoMemory(t *testing.T) {
	l := recurrentLayer(nn.NewRNN(6, 20, nn.NewTanh(), last), nn.Init{Name: "zeros"}, glorot, 1, 1)
	c := curveOf(t, l, sequences(3, 30, 5, 6))
	for _, p := range c.Points[1:] {
		if p.Norm != 0 || !math.IsInf(p.Decades, -1) {
			t.Fatalf("%+v", p)
		}
	}
	if c.Points[0].Norm == 0 || c.Ends != 1 || c.Horizon != 1 || c.Extrapolated || !math.IsInf(c.Lambda, -1) {
		t.Errorf("norm %v, ends %d, horizon %v, λ %v", c.Points[0].Norm, c.Ends, c.Horizon, c.Lambda)
	}
}

// The gains of the steps multiply to the whole, and φ′·W_hhᵀ to a gain; what the
// last one leads to is what central differences of the state say in nn's tests.
func TestStepsTelescope(t *testing.T) {
	for _, m := range []nn.Layer{
		nn.NewSequential(recurrentLayer(nn.NewRNN(6, 30, nn.NewTanh(), last), orthogonal, glorot, 1, 4), dense(3, 30, 4, 1)),
		nn.NewSequential(recurrentLayer(nn.NewGRU(6, 30, last), glorot, glorot, 1, 4), dense(3, 30, 4, 1)),
		nn.NewSequential(recurrentLayer(nn.NewLSTM(6, 30, last), glorot, glorot, 1, 4), dense(3, 30, 4, 1)),
	} {
		c := curveOf(t, m, sequences(5, 60, 8, 6))
		product := 1.0
		for k, p := range c.Points {
			if !near(p.Norm, c.Points[0].Norm*product, 1e-4) {
				t.Fatalf("%s lag %d: norm %v, the gains give %v", c.Cell, k, p.Norm, c.Points[0].Norm*product)
			}
			product *= p.Gain
			want := p.Phi * p.W
			if c.Cell == "lstm" {
				want = math.Hypot(want, p.Keep)
			}
			if !near(p.Gain, want, 1e-9) || !near(p.Norm, math.Hypot(p.Hidden, p.Cell), 1e-9) {
				t.Fatalf("%s lag %d: gain %v, its factors give %v", c.Cell, k, p.Gain, want)
			}
		}
		if !near(math.Pow(10, c.Total()), product, 1e-9) || !near(c.Lambda, math.Log(product)/60, 1e-6) {
			t.Errorf("%s: total %v, λ %v, product %v", c.Cell, c.Total(), c.Lambda, product)
		}
	}
}

// The cell path is the product of the forget gates; here these are computed
// anew, from the formulas.
func TestCellPathIsTheProductOfTheForgetGates(t *testing.T) {
	const in, h, steps = 3, 4, 12
	l := recurrentLayer(nn.NewLSTM(in, h, last), glorot, glorot, 1, 7)
	x := sequences(8, steps, 1, in)
	y := []float64{0.3, -0.2, 0.5, 0.1} // the gradient of the last h
	r := flow.NewRecorder(l)
	p := nn.NewTrainingPass()
	p.Probe = r
	p.Reset()
	l.Forward(p, x)
	dy := tensor.New(1, h)
	for i, v := range y {
		dy.Data[i] = tensor.Float(v)
	}
	p.ReportLoss(dy)
	l.Backward(p, dy)
	points := r.Last().Time[0].Points

	sigmoid := func(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
	wih, whh := l.Params()[0].Value, l.Params()[1].Value
	state, cell := make([]float64, h), make([]float64, h)
	var forget [][]float64
	var path []float64
	for s := range steps {
		z := make([]float64, 4*h)
		for j := range z {
			for i := range in {
				z[j] += float64(x.Row(s)[i]) * float64(wih.Row(i)[j])
			}
			for i := range h {
				z[j] += state[i] * float64(whh.Row(i)[j])
			}
		}
		f := make([]float64, h)
		for k := range h {
			f[k] = sigmoid(z[h+k])
			cell[k] = f[k]*cell[k] + sigmoid(z[k])*math.Tanh(z[2*h+k])
			state[k] = sigmoid(z[3*h+k]) * math.Tanh(cell[k])
		}
		if forget = append(forget, f); s == steps-1 { // dc of the last step
			for k := range h {
				th := math.Tanh(cell[k])
				path = append(path, y[k]*sigmoid(z[3*h+k])*(1-th*th))
			}
		}
	}
	norm := func(v []float64) (sum float64) {
		for _, x := range v {
			sum += x * x
		}
		return math.Sqrt(sum)
	}
	first := norm(path)
	for k, p := range points {
		if want := norm(path) / first; !near(p.Path, want, 1e-5) {
			t.Errorf("lag %d: %v, expected %v", k, p.Path, want)
		}
		for i, f := range forget[steps-1-k] {
			path[i] *= f
		}
	}
}

// Sequences of different lengths meet at their last step; the main rows are as
// without recurrent layers' steps.
func TestMeansOverSequencesOfDifferentLength(t *testing.T) {
	l := recurrentLayer(nn.NewRNN(6, 20, nn.NewIdentity(), last), orthogonal, glorot, 0.9, 1)
	m := nn.NewSequential(l, dense(3, 20, 4, 1))
	r := flow.NewRecorder(m)
	p := nn.NewTrainingPass()
	p.Probe = r
	norms := 1.0
	lengths := []int{20, 7, 33, 12}
	for i, steps := range lengths {
		step(p, m, sequences(uint64(i), steps, 5, 6), normal(uint64(i), 1, 5, 4))
		rep := r.Last()
		if len(rep.Rows) != 1 || len(rep.Reach) != 2 || rep.Time[0].Steps() != steps {
			t.Fatalf("%d rows, %d layers, %d steps of %d", len(rep.Rows), len(rep.Reach), rep.Time[0].Steps(), steps)
		}
		norms *= rep.Time[0].Points[0].Norm
	}
	rep := r.Mean()
	c := rep.Time[0]
	if rep.Steps != 4 || c.Steps() != 33 || !near(c.Points[0].Norm, math.Pow(norms, 0.25), 1e-9) {
		t.Fatalf("%d training steps, %d steps, norm %v", rep.Steps, c.Steps(), c.Points[0].Norm)
	}
	for k, p := range c.Points {
		if !near(p.Decades, float64(k)*math.Log10(0.9), 1e-4) || !near(p.Gain, 0.9, 1e-4) {
			if k > 0 {
				t.Fatalf("%+v", p)
			}
		}
	}
	// 0.9^43.7 = 1 %: beyond the longest sequence.
	if !near(c.Horizon, math.Log(0.01)/math.Log(0.9), 1e-3) || !c.Extrapolated {
		t.Errorf("horizon %v, extrapolated %v", c.Horizon, c.Extrapolated)
	}
	r.Reset()
	if got := r.Mean().Time[0].Steps(); got != lengths[3] {
		t.Errorf("after Reset the last step has %d steps", got)
	}
}

func TestHorizonLiesBetweenLags(t *testing.T) {
	l := recurrentLayer(nn.NewRNN(6, 20, nn.NewIdentity(), last), orthogonal, glorot, 0.5, 1)
	c := curveOf(t, l, sequences(1, 30, 5, 6))
	if want := math.Log(0.01) / math.Log(0.5); !near(c.Horizon, want, 1e-4) || c.Extrapolated {
		t.Errorf("horizon %v, expected %v", c.Horizon, want)
	}
	if lead := flow.LeadingTime([]flow.TimeCurve{{Horizon: math.Inf(1)}, *c, {Horizon: math.NaN()}}); lead == nil || lead.Horizon != c.Horizon {
		t.Errorf("leading: %+v", lead)
	}
}

// A recurrent layer that gives all states has a loss at every step: the gains
// still tell of the way alone.
func TestReturnAll(t *testing.T) {
	l := recurrentLayer(nn.NewRNN(6, 20, nn.NewIdentity(), nn.RecurrentConfig{}), orthogonal, glorot, 0.5, 1)
	c := curveOf(t, nn.NewSequential(l, dense(1, 20, 3, 1)), sequences(1, 30, 5, 6))
	if c.AtLast || !near(c.Lambda, math.Log(0.5), 1e-4) {
		t.Errorf("at last %v, λ %v", c.AtLast, c.Lambda)
	}
}

func TestMeasuringTimeAllocatesNothing(t *testing.T) {
	m := nn.NewSequential(nn.NewLSTM(6, 8, nn.RecurrentConfig{Layers: 2, Bidirectional: true}), recurrentLayer(nn.NewGRU(16, 8, last), glorot, glorot, 1, 1), dense(1, 8, 3, 1))
	r := flow.NewRecorder(m)
	p := nn.NewTrainingPass()
	p.Probe = r
	dy := normal(2, 1, 5, 3)
	inputs := []*tensor.Tensor{sequences(1, 30, 5, 6), sequences(1, 17, 5, 6)}
	one := func() {
		for _, x := range inputs {
			step(p, m, x, dy)
		}
	}
	for range 2 {
		one()
	}
	if n := testing.AllocsPerRun(5, one); n != 0 {
		t.Errorf("%v allocations per step", n)
	}
	var sites []string
	for _, c := range r.Mean().Time {
		sites = append(sites, c.Where)
	}
	if want := []string{"gru_1", "lstm_1/l1", "lstm_1/l1_reverse", "lstm_1/l0", "lstm_1/l0_reverse"}; !slices.Equal(sites, want) {
		t.Errorf("sites %v", sites)
	}
}

func ExampleTimeCurve() {
	l := nn.NewRNN(1, 1, nn.NewIdentity(), nn.RecurrentConfig{Last: true})
	l.Directions()[0].Recurrent().Value.Fill(0.5)
	r := flow.NewRecorder(l)
	p := nn.NewTrainingPass()
	p.Probe = r
	p.Reset()
	y := l.Forward(p, tensor.New(4, 1, 1))
	y.Fill(1) // the gradient of the last state
	p.ReportLoss(y)
	l.Backward(p, y)
	for _, p := range r.Last().Time[0].Points {
		fmt.Println(p.Lag, p.Norm, p.W)
	}
	// Output:
	// 0 1 0.5
	// 1 0.5 0.5
	// 2 0.25 0.5
	// 3 0.125 0.5
}

// A layer that no gradient reaches has no horizon, and no number is made up.
func TestNoGradientHasNoHorizon(t *testing.T) {
	l := nn.NewRNN(2, 3, nn.NewTanh(), nn.RecurrentConfig{Last: true})
	d := nn.NewDense(3, 1) // of zeros
	curve := flow.ThroughTime(nn.NewSequential(l, d), tensor.New(4, 2, 2), flow.TimeOptions{})[0]
	var b strings.Builder
	if err := flow.TimeTable(&b, []flow.TimeCurve{curve}); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); !math.IsNaN(curve.Horizon) || strings.Contains(text, "NaN") || !strings.Contains(text, "No gradient") {
		t.Errorf("horizon %v:\n%s", curve.Horizon, text)
	}
}
