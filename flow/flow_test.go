package flow_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

func normal(seed uint64, std float64, dims ...int) *tensor.Tensor {
	t, r := tensor.New(dims...), tensor.NewRNG(seed, 0)
	for i := range t.Data {
		t.Data[i] = tensor.Float(std * r.Normal())
	}
	return t
}

func dense(seed uint64, in, out int, variance float64) *nn.Dense {
	d := nn.NewDense(in, out)
	d.W.Value.CopyFrom(normal(seed, math.Sqrt(variance/float64(in)), in, out))
	return d
}

// step runs one backward pass with dy as ∂J/∂h_L and returns the gradient of
// the input.
func step(p *nn.Pass, m nn.Layer, x, dy *tensor.Tensor) *tensor.Tensor {
	p.Reset()
	y := m.Forward(p, x)
	if dy == nil {
		dy = y
	}
	p.ReportLoss(dy)
	return m.Backward(p, dy)
}

func norm(t *tensor.Tensor) float64 {
	s := 0.0
	for _, v := range t.Data {
		s += float64(v) * float64(v)
	}
	return math.Sqrt(s)
}

func TestTenSigmoidLayersOfOneUnitGiveTwoToMinusTwenty(t *testing.T) {
	var layers []nn.Layer
	for range 10 {
		d := nn.NewDense(1, 1)
		d.W.Value.Fill(1)
		d.B.Value.Fill(-0.5) // σ(0) = ½, so z = 0 in every layer
		layers = append(layers, d, nn.NewSigmoid())
	}
	layers[0].(*nn.Dense).B.Value.Fill(0)
	m := nn.NewSequential(layers...)
	r := flow.NewRecorder(m)
	p := nn.NewTrainingPass()
	p.Probe, p.WantInput = r, true
	step(p, m, tensor.New(1, 1), tensor.From([]tensor.Float{1}, 1, 1))
	rep := r.Last()
	rep.SetBounds(flow.Bounds(m))
	product, bound := 1.0, 1.0
	for _, row := range rep.Rows {
		product *= row.Gain
		bound *= row.Bound
	}
	if product != 0x1p-20 || rep.Rows[len(rep.Rows)-1].SoFar != 0x1p-20 || bound != 0x1p-20 {
		t.Errorf("product %v, bound %v, want 2⁻²⁰ = %v", product, bound, 0x1p-20)
	}
	least := rep.Least()
	if least.Where != "dense_1" || least.Ratio != 0x1p-20 || least.Bound != 0x1p-20 {
		t.Errorf("what reaches dense_1: %+v", least)
	}
}

func TestTenTimesThreeTimesIsAThousand(t *testing.T) {
	m := nn.NewSequential(nn.NewLinear(10), nn.NewLinear(10), nn.NewLinear(10))
	r := flow.NewRecorder(m)
	p := nn.NewTrainingPass()
	p.Probe, p.WantInput = r, true
	step(p, m, tensor.From([]tensor.Float{1}, 1, 1), tensor.From([]tensor.Float{1}, 1, 1))
	rep := r.Last()
	if got := rep.Rows[2].SoFar; got != 1000 {
		t.Errorf("gain %v, want 1000", got)
	}
	// 1000·10^n passes 3.4e38 at n = 35.53.
	if g := rep.Growth(); math.Abs(g.PerStage-10) > 1e-12 || math.Abs(g.Left-35.53) > 0.01 {
		t.Errorf("growth %+v", g)
	}
}

func networks() map[string]*nn.Sequential {
	return map[string]*nn.Sequential{
		"plain":     nn.NewSequential(dense(1, 6, 8, 2), nn.NewReLU(), dense(2, 8, 5, 1), nn.NewTanh(), dense(3, 5, 3, 1)),
		"residual":  nn.NewSequential(dense(1, 6, 8, 2), nn.NewResidual(dense(2, 8, 8, 1), nn.NewTanh(), dense(4, 8, 8, 1)), dense(3, 8, 3, 1)),
		"first":     nn.NewSequential(nn.NewResidual(dense(2, 6, 6, 1), nn.NewTanh()), dense(3, 6, 3, 1)),
		"parallel":  nn.NewSequential(dense(1, 6, 8, 2), nn.NewParallel(dense(2, 8, 3, 1), nn.NewSequential(dense(5, 8, 4, 1), nn.NewSigmoid())), dense(3, 7, 3, 1)),
		"norms":     nn.NewSequential(dense(1, 6, 8, 2), nn.NewBatchNorm(8), nn.NewReLU(), dense(2, 8, 8, 1), nn.NewLayerNorm(8), dense(3, 8, 3, 1)),
		"dropout":   nn.NewSequential(dense(1, 6, 8, 2), nn.NewDropout(0.3, 7), nn.NewSigmoid(), dense(3, 8, 3, 1)),
		"collapsed": nn.NewSequential(dense(1, 6, 8, 2), dense(2, 8, 3, 1)),
	}
}

func TestGainsTelescopeAndStayBelowTheBounds(t *testing.T) {
	for name, m := range networks() {
		r := flow.NewRecorder(m)
		p := nn.NewTrainingPass()
		p.Probe, p.WantInput = r, true
		dy := normal(9, 1, 16, 3)
		for range 2 {
			dx := step(p, m, normal(8, 1, 16, 6), dy)
			end := norm(dx) / norm(dy)
			rep := r.Last()
			rep.SetBounds(flow.Bounds(m))
			product := 1.0
			for _, row := range rep.Rows {
				if row.Depth == 0 {
					product *= row.Gain
				}
				if row.Gain > row.Bound*(1+1e-5) {
					t.Errorf("%s: %s %s has gain %v above its bound %v", name, row.Where, row.Stage, row.Gain, row.Bound)
				}
			}
			if math.Abs(product/end-1) > 1e-4 || math.Abs(math.Pow(10, rep.Total())/end-1) > 1e-4 {
				t.Errorf("%s: product of gains %v, 10^decades %v, end to end %v", name, product, math.Pow(10, rep.Total()), end)
			}
			for _, re := range rep.Reach {
				if math.IsNaN(re.Ratio) || re.Ratio > re.Bound*(1+1e-5) || re.Ratio <= 0 {
					t.Errorf("%s: %+v", name, re)
				}
			}
			sum := 0.0
			for _, s := range rep.ByStage() {
				sum += float64(s.Decades)
			}
			if math.Abs(sum-rep.Total()) > 1e-12 {
				t.Errorf("%s: the shares sum to %v, total %v", name, sum, rep.Total())
			}
		}
		mean, last := r.Mean(), r.Last() // two equal steps
		if mean.Steps != 2 || math.Abs(mean.Total()-last.Total()) > 1e-9 && name != "dropout" {
			t.Errorf("%s: mean %v of %d steps, last %v", name, mean.Total(), mean.Steps, last.Total())
		}
	}
}

func TestTheFirstLayerNeedsNoEvent(t *testing.T) {
	m := networks()["plain"]
	reached := func(want bool) float64 {
		r := flow.NewRecorder(m)
		p := nn.NewTrainingPass()
		p.Probe, p.WantInput = r, want
		step(p, m, normal(8, 1, 16, 6), normal(9, 1, 16, 3))
		rep := r.Last()
		return rep.Reach[len(rep.Reach)-1].Ratio
	}
	if a, b := reached(false), reached(true); a != b || a == 0 {
		t.Errorf("%v without the input's gradient, %v with it", a, b)
	}
}

func TestSigmaMaxAgainstSVD(t *testing.T) {
	raw, err := os.ReadFile("testdata/sigma.json") // by testdata/sigma.py
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name       string
		Rows, Cols int
		W          []float64
		Sigma      float64
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		w := make([]tensor.Float, len(c.W))
		for i, v := range c.W {
			w[i] = tensor.Float(v)
		}
		lower, upper := flow.SigmaMax(w, c.Rows, c.Cols)
		if lower > c.Sigma*(1+1e-6) || upper < c.Sigma*(1-1e-6) || upper > c.Sigma*1.004 {
			t.Errorf("%s: [%v, %v], SVD says %v", c.Name, lower, upper, c.Sigma)
		}
	}
	if _, upper := flow.SigmaMax([]tensor.Float{1, tensor.Float(math.NaN()), 0, 1}, 2, 2); !math.IsInf(upper, 1) {
		t.Errorf("NaN in the matrix gives the bound %v", upper)
	}
}

func TestJSONHasNoInfinity(t *testing.T) {
	row := flow.Row{Where: "dense_1", Stage: nn.StageWeights, Decades: math.Inf(-1), Bound: math.Inf(1)}
	b, err := json.Marshal(row)
	if err != nil || !strings.Contains(string(b), `"decades":null,"so_far":0,"bound":null`) {
		t.Fatalf("%s %v", b, err)
	}
	for _, v := range []any{flow.Reach{Where: "dense_1", Bound: math.Inf(1)}, flow.Effect{Relative: math.Inf(1)}} {
		if b, err := json.Marshal(v); err != nil || !strings.Contains(string(b), "null") {
			t.Errorf("%s %v", b, err)
		}
	}
	var back flow.Row
	if err := json.Unmarshal(b, &back); err != nil || back != row {
		t.Errorf("%+v %v", back, err)
	}
}

// deep returns a sigmoid network that does not learn.
func deep() *nn.Sequential {
	var layers []nn.Layer
	for i := range uint64(10) {
		layers = append(layers, dense(i+1, 16, 16, 1), nn.NewSigmoid())
	}
	return nn.NewSequential(append(layers, dense(20, 16, 4, 1))...)
}

func TestFirstLayerOfADeepSigmoidNetworkDoesNotMove(t *testing.T) {
	m := deep()
	r, u := flow.NewRecorder(m), flow.NewUpdates(m)
	p := nn.NewTrainingPass()
	p.Probe = r
	x, dy := normal(1, 1, 32, 16), normal(2, 0.02, 32, 4)
	one := func() {
		nn.ZeroGrad(m.Params())
		step(p, m, x, dy)
		u.Before()
		for _, q := range m.Params() {
			for i, g := range q.Grad.Data {
				q.Value.Data[i] -= 0.01 * g
			}
		}
		u.After()
	}
	for range 3 {
		one()
	}
	rows := u.Rows()
	first, last := rows[0], rows[len(rows)-2]
	if first.Name != "0.weight" || first.Where != "dense_1" || first.Steps != 3 || first.Elements != 256 {
		t.Fatalf("%+v", first)
	}
	if tensor.FloatBits == 32 && (first.Unmoved == 0 || first.Frozen == 0) {
		t.Errorf("every weight of the first layer moved: %+v", first)
	}
	if last.Unmoved > 0.01 || last.Relative < 1000*first.Relative || math.Abs(last.Moved/(3*last.MeanRelative)-1) > 0.1 {
		t.Errorf("the last layer: %+v\nthe first: %+v", last, first)
	}
	if n := testing.AllocsPerRun(5, one); n != 0 {
		t.Errorf("%v allocations per step", n)
	}
	rep := r.Mean()
	rep.SetBounds(flow.Bounds(m))
	var b bytes.Buffer
	if err := flow.Table(&b, rep, u.Rows()); err != nil {
		t.Fatal(err)
	}
	changed := "did not change by a single bit"
	if tensor.FloatBits == 64 {
		changed = "all of them changed"
	}
	for _, want := range []string{"dense_10  16  sigmoid", "dense_1 gets 0.0", "went in φ′", changed} {
		if !strings.Contains(b.String(), want) && !strings.Contains(strings.Join(strings.Fields(b.String()), " "), want) {
			t.Errorf("no %q in the table", want)
		}
	}
	checkWidth(t, b.String())
}

func checkWidth(t *testing.T, s string) {
	for _, l := range strings.Split(s, "\n") {
		if utf8.RuneCountInString(l) > 80 {
			t.Errorf("wider than 80: %q", l)
		}
	}
}

func TestTableOfALongNetworkLeavesOutTheMiddle(t *testing.T) {
	var layers []nn.Layer
	for i := range uint64(200) {
		layers = append(layers, dense(i+1, 4, 4, 2.5), nn.NewTanh())
	}
	layers = append(layers, nn.NewResidual(nn.NewResidual(nn.NewResidual(dense(1, 4, 4, 9)))))
	m := nn.NewSequential(layers...)
	r := flow.NewRecorder(m)
	p := nn.NewTrainingPass()
	p.Probe = r
	step(p, m, normal(1, 0.001, 2, 4), nil)
	var b bytes.Buffer
	flow.Table(&b, r.Last(), nil)
	checkWidth(t, b.String())
	if n := strings.Count(b.String(), "\n"); n > 32 || !strings.Contains(b.String(), "more …") {
		t.Errorf("%d lines\n%s", n, b.String())
	}
}

func TestFindNonFinite(t *testing.T) {
	inf := tensor.Float(math.Inf(1))
	most := math.MaxFloat32
	if tensor.FloatBits == 64 {
		most = math.MaxFloat64
	}
	huge := tensor.Float(most)
	big := func(w tensor.Float) *nn.Dense {
		d := nn.NewDense(2, 2)
		d.W.Value.Fill(w)
		return d
	}
	ok := tensor.From([]tensor.Float{1, 1}, 1, 2)
	cases := []struct {
		x, dy tensor.Float
		m     *nn.Sequential
		loss  float64
		want  flow.NonFinite
	}{
		{inf, 1, nn.NewSequential(big(1)), 1, flow.NonFinite{Phase: "input", Count: 2}},
		{1, 1, nn.NewSequential(big(1), big(inf)), 1, flow.NonFinite{Phase: "weights", Where: "dense_2", Name: "1.weight", Count: 4}},
		{huge, 1, nn.NewSequential(nn.NewIdentity(), big(huge), nn.NewTanh()), 1, flow.NonFinite{Phase: "forward", Where: "dense_1", Stage: nn.StageWeights, Count: 2}},
		{1, 1, nn.NewSequential(big(1)), math.NaN(), flow.NonFinite{Phase: "loss", Stage: nn.StageLoss, Count: 1}},
		{1, inf, nn.NewSequential(big(1)), 1, flow.NonFinite{Phase: "backward", Where: "loss", Stage: nn.StageLoss, Count: 2}},
		{0, huge, nn.NewSequential(big(1), nn.NewTanh(), big(huge)), 1, flow.NonFinite{Phase: "backward", Where: "dense_2", Stage: nn.StageWeights, Count: 2}},
	}
	for _, c := range cases {
		p := nn.NewTrainingPass()
		p.Step = 7
		c.want.Step, c.want.Time, c.want.Lag = 7, -1, -1
		x := ok.Clone()
		x.Fill(c.x)
		got := flow.FindNonFinite(p, c.m, x, func(dpred, _ *tensor.Tensor) float64 {
			dpred.Fill(c.dy)
			return c.loss
		})
		if got != nil {
			got.GrowthPerLayer = 0 // TestGrowthBeforeAnOverflow
		}
		if got == nil || *got != c.want {
			t.Errorf("got %+v, want %+v", got, c.want)
		}
	}
	m := networks()["plain"]
	if got := flow.FindNonFinite(nn.NewTrainingPass(), m, normal(1, 1, 4, 6), func(d, _ *tensor.Tensor) float64 { d.Fill(1); return 1 }); got != nil {
		t.Errorf("a healthy step: %+v", got)
	}
}

func ExampleRecorder() {
	m := nn.NewSequential(nn.NewLinear(10), nn.NewLinear(0.5))
	r := flow.NewRecorder(m)
	p := nn.NewTrainingPass()
	p.Probe, p.WantInput = r, true
	y := m.Forward(p, tensor.From([]tensor.Float{1}, 1, 1))
	p.ReportLoss(y)
	m.Backward(p, y)
	for _, row := range r.Last().Rows {
		fmt.Printf("%s %s gain %g, so far %g\n", row.Where, row.Stage, row.Gain, row.SoFar)
	}
	// Output:
	// linear_2 activation gain 0.5, so far 0.5
	// linear_1 activation gain 10, so far 5
}

func ExampleNewUpdates() {
	d := nn.NewDenseNoBias(1, 2)
	d.W.Value.Fill(1)
	u := flow.NewUpdates(nn.NewSequential(d))
	u.Before()
	d.W.Value.Data[0] += 0.5
	u.After()
	e := u.Rows()[0]
	fmt.Printf("%s: %.2f of its size, %g unmoved\n", e.Name, e.Relative, e.Unmoved)
	// Output: 0.weight: 0.35 of its size, 0.5 unmoved
}

func ExampleNewRecorder() {
	model := nn.NewSequential(nn.NewDense(1, 1), nn.NewLinear(10), nn.NewLinear(10), nn.NewLinear(10))
	r := flow.NewRecorder(model)
	p := nn.NewTrainingPass()
	p.Probe = r
	p.Reset()
	dy := tensor.From([]tensor.Float{1}, 1, 1)
	model.Forward(p, tensor.New(1, 1))
	p.ReportLoss(dy)
	model.Backward(p, dy)
	fmt.Printf("%.0f decades\n", r.Last().Total())
	// Output: 3 decades
}
