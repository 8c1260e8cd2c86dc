package nn

import (
	"math"
	"testing"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Weights that are read in panels take the gradient back as the product with
// their transpose does.
func TestWideWeightsPassBack(t *testing.T) {
	for _, c := range []cell{lstmCell{}, gruCell{}, rnnCell{NewTanh().phi}} {
		for _, h := range []int{20, 190, 390} {
			const batch = 5
			k := newCore(c, 3, h, "", false)
			rng := tensor.NewRNG(1, 1)
			fill := func(v []tensor.Float) {
				for i := range v {
					v[i] = tensor.Float(rng.Normal())
				}
			}
			fill(k.weights)
			p := NewTrainingPass()
			r := &coreRun{}
			k.begin(p, r, tensor.New(1, batch, 3))
			fill(r.gates)
			out := c.outGates() * h
			r.dh = make([]tensor.Float, batch*h)
			want := make([]tensor.Float, batch*h)
			fill(want)
			if c.passesState() {
				copy(r.dh, want)
			}
			r.turnWeights(p)
			if wide := h*out > 1<<17; (r.panel < h) != wide {
				t.Fatalf("%s of %d units: panels of %d", c.kind(), h, r.panel)
			}
			r.passBack(0, 0, batch)
			add := kernel.Epilogue{Accumulate: c.passesState()}
			n := out
			if k.splits() {
				n = 2 * h
				kernel.Gemm(kernel.NT, batch, h, h, r.gates[3*h:], r.gateWidth, k.weights[3*out+2*h:], out, want, h, kernel.Epilogue{Accumulate: true})
			}
			kernel.Gemm(kernel.NT, batch, h, n, r.gates, r.gateWidth, k.weights[3*out:], out, want, h, add)
			for i, v := range want {
				if !(math.Abs(float64(v-r.dh[i])) < 1e-3) {
					t.Fatalf("%s of %d units: element %d is %v, want %v", c.kind(), h, i, r.dh[i], v)
				}
			}
		}
	}
}

// Nothing comes of no sequences, and no gradient.
func TestEmptyBatchOfSequences(t *testing.T) {
	for _, l := range []*Recurrent{NewLSTM(4, 8, RecurrentConfig{Layers: 2}), NewGRU(4, 8, RecurrentConfig{Bidirectional: true})} {
		p := NewTrainingPass()
		p.WantInput = true
		y := l.Forward(p, tensor.New(3, 0, 4))
		if dx := l.Backward(p, y); dx.Len() != 0 {
			t.Fatalf("dx has %d elements", dx.Len())
		}
		for _, q := range l.Params() {
			if kernel.SumSquares(q.Grad.Data) != 0 {
				t.Fatalf("the gradient of %s is not zero", q.Name)
			}
		}
	}
}
