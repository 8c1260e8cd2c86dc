package nn_test

import (
	"math"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// block returns gate g's matrix of the weights of a parameter.
func block(p *nn.Param, g, h int) *tensor.Tensor {
	b := tensor.New(p.Value.Rows(), h)
	for r := range b.Rows() {
		copy(b.Row(r), p.Value.Row(r)[g*h:(g+1)*h])
	}
	return b
}

// Every gate's recurrent block is orthogonal by itself, times the gain; input
// blocks have the limit of their own fans; the forget gate has a bias of 1.
func TestRecurrentDefaults(t *testing.T) {
	const in, h = 9, 16
	for name, c := range map[string]struct {
		l     *nn.Recurrent
		gates int
	}{
		"rnn":  {nn.NewRNN(in, h, nn.NewTanh(), nn.RecurrentConfig{Layers: 2, Bidirectional: true}), 1},
		"gru":  {nn.NewGRU(in, h, nn.RecurrentConfig{Layers: 2}), 3},
		"lstm": {nn.NewLSTM(in, h, nn.RecurrentConfig{Bidirectional: true}), 4},
	} {
		for _, gain := range []float64{0, 1.1} {
			l, want := c.l, 1.0
			if gain == 0 {
				nn.Initialize(nn.NewSequential(l), tensor.NewRNG(1, 2))
			} else {
				l.Initialize(nn.RecurrentInit{Hidden: nn.Init{Name: "orthogonal", Value: gain}}, tensor.NewRNG(1, 2))
				want = gain * gain
			}
			for i := 0; i < len(l.Params()); i += 4 {
				wih, whh, bih, bhh := l.Params()[i], l.Params()[i+1], l.Params()[i+2], l.Params()[i+3]
				fan := wih.Value.Rows()
				for g := range c.gates {
					u := block(whh, g, h)
					for a := range h {
						for b := range h {
							product, expected := 0.0, 0.0
							for k := range h {
								product += float64(u.Row(a)[k]) * float64(u.Row(b)[k])
							}
							if a == b {
								expected = want
							}
							if math.Abs(product-expected) > 1e-5 {
								t.Fatalf("%s, %s, gate %d: rows %d and %d have the product %v, expected %v", name, whh.Name, g, a, b, product, expected)
							}
						}
					}
					limit, largest := math.Sqrt(6/float64(fan+h)), 0.0
					for _, v := range block(wih, g, h).Data {
						largest = max(largest, math.Abs(float64(v)))
					}
					if largest > limit*(1+1e-6) || largest < 0.9*limit {
						t.Errorf("%s, %s, gate %d: largest %v, expected just below %v", name, wih.Name, g, largest, limit)
					}
				}
				for k, v := range bih.Value.Data {
					expected := tensor.Float(0)
					if name == "lstm" && k/h == 1 {
						expected = 1
					}
					if v != expected || bhh.Value.Data[k] != 0 {
						t.Errorf("%s: biases %v and %v at %d, expected %v and 0", name, v, bhh.Value.Data[k], k, expected)
					}
				}
			}
		}
	}
}

// pytorch is U(±1/√H) for all; identity and a bias are what was asked for.
func TestRecurrentInits(t *testing.T) {
	const in, h = 5, 25
	l := nn.NewLSTM(in, h, nn.RecurrentConfig{})
	l.Initialize(nn.RecurrentInit{Input: nn.Init{Name: "pytorch"}}, tensor.NewRNG(1, 0))
	for _, p := range l.Params() {
		largest := 0.0
		for _, v := range p.Value.Data {
			largest = max(largest, math.Abs(float64(v)))
		}
		if largest > 0.2*(1+1e-6) || largest < 0.18 {
			t.Errorf("pytorch: largest of %s is %v, expected just below 0.2", p.Name, largest)
		}
	}
	c := nn.NewRNNCell(in, h, nn.NewReLU())
	c.Initialize(nn.RecurrentInit{Hidden: nn.Init{Name: "identity", Value: 1.1}, Bias: nn.Init{Name: "constant", Value: 0.5}}, tensor.NewRNG(1, 0))
	for r := range h {
		for k, v := range c.Params()[1].Value.Row(r) {
			if want := tensor.Float(1.1); r == k && v != want || r != k && v != 0 {
				t.Fatalf("identity: element %d, %d is %v", r, k, v)
			}
		}
	}
	if bih, bhh := c.Params()[2].Value.Data[3], c.Params()[3].Value.Data[3]; bih != 0.5 || bhh != 0 {
		t.Errorf("biases %v and %v, expected 0.5 and 0", bih, bhh)
	}
}

// The forget gate's bias is its own, whatever the others begin with.
func TestForgetBias(t *testing.T) {
	for _, c := range []struct {
		init   nn.RecurrentInit
		others tensor.Float
		forget tensor.Float
	}{
		{nn.RecurrentInit{}, 0, 1},
		{nn.RecurrentInit{Forget: nn.Init{Name: "constant", Value: 3}}, 0, 3},
		{nn.RecurrentInit{Bias: nn.Init{Name: "constant", Value: 0.5}}, 0.5, 0.5},
		{nn.RecurrentInit{Bias: nn.Init{Name: "constant", Value: 0.5}, Forget: nn.Init{Name: "constant", Value: -1}}, 0.5, -1},
	} {
		l := nn.NewLSTM(2, 3, nn.RecurrentConfig{})
		l.Initialize(c.init, tensor.NewRNG(1, 0))
		for i, v := range l.Params()[2].Value.Data {
			want := c.others
			if i/3 == 1 {
				want = c.forget
			}
			if v != want {
				t.Errorf("%+v: bias %d is %v, expected %v", c.init, i, v, want)
			}
		}
	}
}
