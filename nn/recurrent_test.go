package nn_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/ebb-ml/ebb/gradcheck"
	"github.com/ebb-ml/ebb/gradcheck/layertest"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// recurrentKinds are the constructors of all cells.
var recurrentKinds = map[string]func(in, hidden int, c nn.RecurrentConfig) *nn.Recurrent{
	"rnn tanh":    rnn(nn.NewTanh),
	"rnn relu":    rnn(nn.NewReLU),
	"rnn sigmoid": rnn(nn.NewSigmoid),
	"rnn linear":  rnn(nn.NewIdentity),
	"lstm":        nn.NewLSTM,
	"gru":         nn.NewGRU,
}

func rnn(phi func() *nn.Activation) func(in, hidden int, c nn.RecurrentConfig) *nn.Recurrent {
	return func(in, hidden int, c nn.RecurrentConfig) *nn.Recurrent { return nn.NewRNN(in, hidden, phi(), c) }
}

// recurrentLayers are the lines of the recurrent layers in the table of layers.
func recurrentLayers() (cases []layertest.Case) {
	for name, make := range recurrentKinds {
		if name == "rnn relu" && tensor.FloatBits == 32 {
			continue // float32 needs differences so large that units pass their kink
		}
		for _, c := range []struct {
			name   string
			config nn.RecurrentConfig
			out    []int
		}{
			{"", nn.RecurrentConfig{}, []int{20, 3, 4}},
			{" last", nn.RecurrentConfig{Last: true}, []int{3, 4}},
			{" stacked", nn.RecurrentConfig{Layers: 2}, []int{20, 3, 4}},
			{" bidirectional", nn.RecurrentConfig{Bidirectional: true}, []int{20, 3, 8}},
			{" stacked bidirectional last", nn.RecurrentConfig{Layers: 2, Bidirectional: true, Last: true}, []int{3, 8}},
		} {
			cases = append(cases, layertest.Case{
				Name: name + c.name, In: []int{20, 3, 5}, Out: c.out,
				New: fresh(func() nn.Layer { return make(5, 4, c.config) }),
			})
		}
	}
	return append(cases,
		layertest.Case{Name: "rnn cell", In: []int{3, 5}, Out: []int{3, 4}, New: fresh(func() nn.Layer { return nn.NewRNNCell(5, 4, nn.NewTanh()) })},
		layertest.Case{Name: "lstm cell", In: []int{3, 5}, Out: []int{3, 4}, New: fresh(func() nn.Layer { return nn.NewLSTMCell(5, 4) })},
		layertest.Case{Name: "gru cell", In: []int{3, 5}, Out: []int{3, 4}, New: fresh(func() nn.Layer { return nn.NewGRUCell(5, 4) })},
		layertest.Case{Name: "sequence classifier", In: []int{6, 3, 2}, Out: []int{3, 2}, New: fresh(func() nn.Layer {
			return nn.NewSequential(nn.NewDense(2, 4), nn.NewGRU(4, 5, nn.RecurrentConfig{}), nn.NewLSTM(5, 3, nn.RecurrentConfig{Last: true}), nn.NewDense(3, 2))
		})},
	)
}

// sequence returns standard normal numbers.
func sequence(seed uint64, dims ...int) *tensor.Tensor {
	t := tensor.New(dims...)
	rng := tensor.NewRNG(seed, 3)
	for i := range t.Data {
		t.Data[i] = tensor.Float(rng.Normal())
	}
	return t
}

// way runs a layer forwards and back and returns copies of all that came out.
func way(l nn.Layer, p *nn.Pass, x *tensor.Tensor, dy func(y *tensor.Tensor) *tensor.Tensor) (y, dx []tensor.Float, grads [][]tensor.Float) {
	p.Reset()
	nn.ZeroGrad(l.Params())
	out := l.Forward(p, x)
	y = append(y, out.Data...)
	dx = append(dx, l.Backward(p, dy(out)).Data...)
	for _, q := range l.Params() {
		grads = append(grads, append([]tensor.Float(nil), q.Grad.Data...))
	}
	return y, dx, grads
}

func mustEqual(t *testing.T, what string, a, b []tensor.Float) {
	t.Helper()
	for i := range a {
		if math.Float64bits(float64(a[i])) != math.Float64bits(float64(b[i])) {
			t.Fatalf("%s: element %d is %v, expected %v", what, i, b[i], a[i])
		}
	}
}

// Whatever stands in the padding, and however long it is, nothing changes by a
// bit: outputs, the input's gradient, the parameters' gradients.
func TestPaddingChangesNothing(t *testing.T) {
	lengths := []int{7, 3, 0, 12, 1}
	for name, make := range recurrentKinds {
		for _, c := range []nn.RecurrentConfig{{}, {Last: true}, {Layers: 2, Bidirectional: true}, {Layers: 2, Bidirectional: true, Last: true}} {
			l := fresh(func() nn.Layer { return make(3, 5, c) })()
			short := sequence(1, 12, 5, 3)
			for i := range short.Data { // zeros in the padding
				if b := i / 3 % 5; i/15 >= lengths[b] {
					short.Data[i] = 0
				}
			}
			long := sequence(2, 31, 5, 3)
			for i := range short.Data {
				if b := i / 3 % 5; i/15 < lengths[b] {
					long.Data[i] = short.Data[i]
				}
			}
			p := nn.NewTrainingPass()
			p.WantInput, p.Lengths = true, lengths
			weights := sequence(3, 31, 5, 10)
			dy := func(y *tensor.Tensor) *tensor.Tensor {
				d := tensor.New(y.Shape()...)
				for i := range d.Data {
					d.Data[i] = weights.Data[i%(12*5*y.Cols())]
				}
				return d
			}
			y, dx, grads := way(l, p, short, dy)
			y2, dx2, grads2 := way(l, p, long, dy)
			what := fmt.Sprintf("%s %+v", name, c)
			mustEqual(t, what+" y", y, y2)
			mustEqual(t, what+" dx", dx, dx2)
			for i := range grads {
				mustEqual(t, what+" gradient of "+l.Params()[i].Name, grads[i], grads2[i])
			}
			for i, v := range dx2[len(dx):] {
				if v != 0 {
					t.Fatalf("%s: dx of padding, element %d, is %v", what, i, v)
				}
			}
		}
	}
}

// The gradients of sequences of different lengths, through 20 steps, by finite
// differences.
func TestLengthsByFiniteDifferences(t *testing.T) {
	if tensor.FloatBits == 32 {
		t.Skip("sharp in float64")
	}
	for name, make := range recurrentKinds {
		for _, c := range []nn.RecurrentConfig{{}, {Layers: 2, Bidirectional: true, Last: true}} {
			l := fresh(func() nn.Layer { return make(3, 4, c) })()
			report, err := gradcheck.Layer(l, sequence(6, 20, 4, 3), gradcheck.Options{Seed: 1, Lengths: []int{20, 1, 13, 7}})
			if err != nil || report.Max() > 1e-6 {
				t.Errorf("%s %+v: %v\n%v", name, c, err, report)
			}
		}
	}
}

// A row alone has the outputs and the gradient that it has in a batch of other
// lengths.
func TestLengthsAreRowsAlone(t *testing.T) {
	lengths := []int{4, 9, 6}
	for name, make := range recurrentKinds {
		l := fresh(func() nn.Layer { return make(3, 5, nn.RecurrentConfig{Layers: 2, Bidirectional: true, Last: true}) })()
		x := sequence(1, 9, 3, 3)
		p := nn.NewTrainingPass()
		p.WantInput, p.Lengths = true, lengths
		ones := func(y *tensor.Tensor) *tensor.Tensor {
			d := tensor.New(y.Shape()...)
			d.Fill(1)
			return d
		}
		y, dx, _ := way(l, p, x, ones)
		p.Lengths = nil
		for b, n := range lengths {
			alone := tensor.New(n, 1, 3)
			for s := range n {
				copy(alone.Row(s), x.Row(s*3+b))
			}
			y1, dx1, _ := way(l, p, alone, ones)
			mustEqual(t, name+" y", y1, y[b*10:(b+1)*10])
			for s := range n {
				mustEqual(t, name+" dx", dx1[s*3:(s+1)*3], dx[(s*3+b)*3:(s*3+b+1)*3])
			}
		}
	}
}

// With a State, windows give the outputs of the whole sequence; without, each
// starts from zeros. Inference gives the bits of a recorded pass.
func TestStateCarriesOverWindows(t *testing.T) {
	for name, make := range recurrentKinds {
		l := fresh(func() nn.Layer { return make(3, 5, nn.RecurrentConfig{Layers: 2}) })()
		x := sequence(4, 10, 6, 3)
		whole := l.Forward(nn.NewTrainingPass(), x).Clone()
		for _, record := range []bool{true, false} {
			p := &nn.Pass{Record: record, State: nn.NewState()}
			for _, cut := range [][]int{{0, 10}, {0, 4, 10}, {0, 1, 2, 3, 9, 10}} {
				p.State.Reset()
				for i := 1; i < len(cut); i++ {
					p.Reset()
					lo, hi := cut[i-1], cut[i]
					y := l.Forward(p, tensor.From(x.Data[lo*18:hi*18], hi-lo, 6, 3))
					mustEqual(t, fmt.Sprintf("%s, record %v, window %d..%d", name, record, lo, hi), whole.Data[lo*30:hi*30], y.Data)
				}
			}
		}
	}
}

// Any number of threads gives the same bits, measured or not.
func TestRecurrentOnAnyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for name, make := range recurrentKinds {
		l := fresh(func() nn.Layer { return make(20, 40, nn.RecurrentConfig{Layers: 2, Bidirectional: true}) })()
		x := sequence(5, 7, 33, 20)
		var y, dx []tensor.Float
		var grads [][]tensor.Float
		for _, threads := range []int{1, 2, 3, 4} {
			for _, probe := range []nn.Probe{nil, ignore{}} {
				runtime.GOMAXPROCS(threads)
				p := nn.NewTrainingPass()
				p.WantInput, p.Probe = true, probe
				y2, dx2, grads2 := way(l, p, x, (*tensor.Tensor).Clone)
				if y == nil {
					y, dx, grads = y2, dx2, grads2
				}
				mustEqual(t, name+" y", y, y2)
				mustEqual(t, name+" dx", dx, dx2)
				for i := range grads {
					mustEqual(t, name+" gradient of "+l.Params()[i].Name, grads[i], grads2[i])
				}
			}
		}
	}
}

type ignore struct{}

func (ignore) Observe(nn.Event) {}
