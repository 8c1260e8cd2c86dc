package nn_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// goldenTensor is a tensor as testdata/golden.py writes it.
type goldenTensor struct {
	Shape []int
	Data  []float64
}

func (g *goldenTensor) tensor() *tensor.Tensor {
	t := tensor.New(g.Shape...)
	for i, v := range g.Data {
		t.Data[i] = tensor.Float(v)
	}
	return t
}

type goldenCase struct {
	Name                   string
	Train                  bool
	X, Y, Dy               *goldenTensor
	Dx                     *goldenTensor
	Params, Grads, Buffers map[string]*goldenTensor

	Lengths []int // of the sequences
	Window  int   // the steps before the last Window ones have no gradient
}

// goldenRecurrent are the recurrent models of testdata/golden.py.
func goldenRecurrent(models map[string]*nn.Sequential) {
	both := nn.RecurrentConfig{Layers: 2, Bidirectional: true}
	bothLast := both
	bothLast.Last = true
	for _, name := range []string{"rnn tanh", "rnn relu", "lstm", "gru"} {
		for variant, c := range map[string]nn.RecurrentConfig{
			"": {}, " last": {Last: true}, " stacked": {Layers: 2}, " bidirectional": {Bidirectional: true},
			" stacked bidirectional last": bothLast, " lengths": both, " truncated": {Layers: 2},
		} {
			models[name+variant] = nn.NewSequential(recurrentKinds[name](3, 3, c))
		}
	}
}

// goldenModels are the models of testdata/golden.py.
func goldenModels() map[string]*nn.Sequential {
	models := map[string]*nn.Sequential{
		"dense":                nn.NewSequential(nn.NewDense(3, 2)),
		"dense without bias":   nn.NewSequential(nn.NewDenseNoBias(3, 2)),
		"batch_norm training":  nn.NewSequential(nn.NewBatchNorm(3)),
		"batch_norm inference": nn.NewSequential(nn.NewBatchNorm(3)),
		"layer_norm":           nn.NewSequential(nn.NewLayerNorm(5)),
		"embedding":            nn.NewSequential(nn.NewEmbedding(5, 3)),
		"flatten":              nn.NewSequential(nn.NewFlatten(), nn.NewDense(6, 2)),
		"residual":             nn.NewSequential(nn.NewResidual(nn.NewDense(3, 3), nn.NewTanh())),
		"parallel": nn.NewSequential(nn.NewParallel(
			nn.NewDense(3, 2), nn.NewSequential(nn.NewDense(3, 3), nn.NewReLU()), nn.NewIdentity())),
		"chain": nn.NewSequential(
			nn.NewDense(4, 6), nn.NewBatchNorm(6), nn.NewReLU(),
			nn.NewResidual(nn.NewDense(6, 6), nn.NewSigmoid()), nn.NewLayerNorm(6), nn.NewDense(6, 3)),
	}
	goldenRecurrent(models)
	for _, name := range nn.ActivationNames() {
		if name == "linear" || name == "step" {
			continue // not in PyTorch; closed forms in activations_test.go
		}
		l, _ := nn.NewActivation(name, 0)
		models[name] = nn.NewSequential(l)
	}
	return models
}

// Every layer gives PyTorch's output, gradients and running statistics, under
// PyTorch's names.
func TestGolden(t *testing.T) {
	file, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []goldenCase
	if err := json.Unmarshal(file, &cases); err != nil {
		t.Fatal(err)
	}
	models := goldenModels()
	if len(cases) != len(models) {
		t.Errorf("%d cases for %d models", len(cases), len(models))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			m := models[c.Name]
			params := nn.Named(m)
			if len(params) != len(c.Params) {
				t.Fatalf("%d parameters, PyTorch has %d", len(params), len(c.Params))
			}
			for _, p := range params {
				g := c.Params[p.Name]
				if g == nil {
					t.Fatalf("PyTorch has no parameter %q", p.Name)
				}
				p.Value.CopyFrom(stored(p.Param, g))
			}
			p := &nn.Pass{Train: c.Train, Record: true, WantInput: true}
			p.Reset()
			p.Lengths = c.Lengths
			x := c.X.tensor()
			if c.Window > 0 {
				p.State = nn.NewState()
				steps, row := x.Dim(0)-c.Window, x.Len()/x.Dim(0)
				m.Forward(&nn.Pass{State: p.State}, tensor.From(x.Data[:steps*row], steps, x.Dim(1), x.Dim(2)))
				x = tensor.From(x.Data[steps*row:], c.Window, x.Dim(1), x.Dim(2))
				c.Dx.Data, c.Dx.Shape[0] = c.Dx.Data[steps*row:], c.Window
			}
			closeTo(t, "y", m.Forward(p, x), c.Y.tensor())
			dx := m.Backward(p, c.Dy.tensor())
			if c.Dx == nil {
				if dx != nil {
					t.Errorf("dx of shape %s, want none", dx.ShapeString())
				}
			} else {
				closeTo(t, "dx", dx, c.Dx.tensor())
			}
			for _, p := range params {
				if p.Grad != nil {
					closeTo(t, "gradient of "+p.Name, p.Grad, stored(p.Param, c.Grads[p.Name]))
				} else {
					closeTo(t, p.Name, p.Value, c.Buffers[p.Name].tensor())
				}
			}
		})
	}
}

// stored returns PyTorch's tensor in the layout of p: [out, in] becomes [in, out].
func stored(p *nn.Param, g *goldenTensor) *tensor.Tensor {
	from := g.tensor()
	if !p.Transposed {
		return from
	}
	to := tensor.New(from.Dim(1), from.Dim(0))
	for r := range from.Dim(0) {
		for c := range from.Dim(1) {
			to.Row(c)[r] = from.Row(r)[c]
		}
	}
	return to
}

func closeTo(t *testing.T, what string, got, want *tensor.Tensor) {
	t.Helper()
	tolerance := 1e-12
	if tensor.FloatBits == 32 {
		tolerance = 1e-5
	}
	if !got.SameShape(want) {
		t.Errorf("%s has shape %s, want %s", what, got.ShapeString(), want.ShapeString())
		return
	}
	for i := range got.Data {
		g, w := float64(got.Data[i]), float64(want.Data[i])
		if !(math.Abs(g-w) <= tolerance*max(1, math.Abs(w))) {
			t.Errorf("%s: element %d is %.15g, PyTorch has %.15g", what, i, g, w)
			return
		}
	}
}
