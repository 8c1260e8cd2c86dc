package nn_test

import (
	"math"
	"testing"

	"github.com/ebb-ml/ebb/gradcheck/layertest"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// layers is the one table of all layers, which every generic test ranges over.
// A new layer gets its lines here and nothing else.
func layers() []layertest.Case {
	cases := []layertest.Case{
		{Name: "dense", In: []int{5, 3}, Out: []int{5, 4}, New: fresh(func() nn.Layer { return nn.NewDense(3, 4) })},
		{Name: "dense without bias", In: []int{5, 3}, Out: []int{5, 4}, New: fresh(func() nn.Layer { return nn.NewDenseNoBias(3, 4) })},
		{Name: "dense over time", In: []int{2, 5, 3}, Out: []int{2, 5, 4}, New: fresh(func() nn.Layer { return nn.NewDense(3, 4) })},
		{Name: "batch_norm training", In: []int{6, 11}, Out: []int{6, 11}, Train: true, New: fresh(func() nn.Layer { return nn.NewBatchNorm(11) })},
		{Name: "batch_norm inference", In: []int{6, 3}, Out: []int{6, 3}, New: fresh(func() nn.Layer { return nn.NewBatchNorm(3) })},
		{Name: "batch_norm of one row", In: []int{1, 3}, Out: []int{1, 3}, Train: true, New: fresh(func() nn.Layer { return nn.NewBatchNorm(3) })},
		{Name: "layer_norm", In: []int{5, 4}, Out: []int{5, 4}, New: fresh(func() nn.Layer { return nn.NewLayerNorm(4) })},
		{Name: "dropout training", In: []int{6, 4}, Out: []int{6, 4}, Train: true, New: func() nn.Layer { return nn.NewDropout(0.4, 5) }},
		{Name: "dropout inference", In: []int{6, 4}, Out: []int{6, 4}, New: func() nn.Layer { return nn.NewDropout(0.4, 5) }},
		{Name: "flatten", In: []int{4, 2, 3}, Out: []int{4, 6}, New: func() nn.Layer { return nn.NewFlatten() }},
		{Name: "embedding", In: []int{3, 4}, Out: []int{3, 4, 5}, New: fresh(func() nn.Layer { return nn.NewEmbedding(7, 5) }), Input: ids(7), NoInputGrad: true},
		{Name: "residual", In: []int{5, 3}, Out: []int{5, 3}, New: fresh(func() nn.Layer {
			return nn.NewResidual(nn.NewDense(3, 6), nn.NewTanh(), nn.NewDense(6, 3))
		})},
		{Name: "residual in residual", In: []int{5, 3}, Out: []int{5, 3}, Train: true, New: fresh(func() nn.Layer {
			return nn.NewResidual(nn.NewBatchNorm(3), nn.NewResidual(nn.NewDense(3, 3), nn.NewSigmoid()))
		})},
		{Name: "parallel", In: []int{5, 3}, Out: []int{5, 9}, New: fresh(func() nn.Layer {
			return nn.NewParallel(nn.NewDense(3, 2), nn.NewIdentity(), nn.NewSequential(nn.NewDense(3, 4), nn.NewSoftplus()))
		})},
		{Name: "parallel in parallel", In: []int{5, 3}, Out: []int{5, 7}, New: fresh(func() nn.Layer {
			return nn.NewParallel(nn.NewParallel(nn.NewDense(3, 1), nn.NewTanh()), nn.NewDense(3, 3))
		})},
		{Name: "sequential", In: []int{5, 3}, Out: []int{5, 2}, Train: true, New: fresh(func() nn.Layer {
			return nn.NewSequential(
				nn.NewDense(3, 6), nn.NewSigmoid(), nn.NewLayerNorm(6), nn.NewDropout(0.2, 1),
				nn.NewResidual(nn.NewDense(6, 6), nn.NewTanh()),
				nn.NewParallel(nn.NewDense(6, 2), nn.NewDense(6, 3)),
				nn.NewSequential(nn.NewDense(5, 4), nn.NewGELU()),
				nn.NewDense(4, 2), nn.NewSoftmax(),
			)
		})},
		{Name: "embedding and dense", In: []int{3, 4}, Out: []int{3, 2}, NoInputGrad: true, Input: ids(7), New: fresh(func() nn.Layer {
			return nn.NewSequential(nn.NewEmbedding(7, 5), nn.NewFlatten(), nn.NewDense(20, 2))
		})},
	}
	for _, name := range nn.ActivationNames() {
		cases = append(cases, layertest.Case{
			Name: name, In: []int{6, 5}, Out: []int{6, 5}, Input: awayFromKinks,
			New: func() nn.Layer {
				l, err := nn.NewActivation(name, 0.3)
				if err != nil {
					panic(err)
				}
				return l
			},
		})
	}
	cases = append(cases, recurrentLayers()...)
	return append(cases, layertest.Case{
		Name: "softmax of one unit", In: []int{4, 1}, Out: []int{4, 1}, New: func() nn.Layer { return nn.NewSoftmax() },
	})
}

// fresh gives every parameter of a layer seeded numbers, around the values that
// the constructor leaves.
func fresh(make func() nn.Layer) func() nn.Layer {
	return func() nn.Layer {
		l := make()
		rng := tensor.NewRNG(42, 0)
		for _, p := range l.Params() {
			for i := range p.Value.Data {
				p.Value.Data[i] += tensor.Float(rng.Uniform(-0.5, 0.5))
			}
		}
		return l
	}
}

func ids(vocab int) func(*tensor.Tensor, *tensor.RNG) {
	return func(x *tensor.Tensor, rng *tensor.RNG) {
		for i := range x.Data {
			x.Data[i] = tensor.Float(rng.IntN(vocab))
		}
	}
}

// awayFromKinks draws from (−4, 4) without the neighbourhoods of −3, 0 and 3,
// where some activations have no derivative.
func awayFromKinks(x *tensor.Tensor, rng *tensor.RNG) {
	for i := range x.Data {
		v := rng.Uniform(-4, 4)
		for math.Abs(v) < 0.05 || math.Abs(math.Abs(v)-3) < 0.05 {
			v = rng.Uniform(-4, 4)
		}
		x.Data[i] = tensor.Float(v)
	}
}

func TestLayers(t *testing.T) {
	for _, c := range layers() {
		layertest.Run(t, c)
	}
}

// A layer that tells a bound keeps to it, on every input of the table.
func TestGainBounds(t *testing.T) {
	for _, c := range layers() {
		l := c.New()
		bounder, ok := l.(nn.Bounder)
		if !ok {
			continue
		}
		for seed := range uint64(20) {
			rng := tensor.NewRNG(seed, 0)
			x, dy := tensor.New(c.In...), tensor.New(c.Out...)
			for i := range x.Data {
				x.Data[i] = tensor.Float(3 * rng.Normal())
			}
			for i := range dy.Data {
				dy.Data[i] = tensor.Float(rng.Normal())
			}
			p := &nn.Pass{Train: c.Train, Record: true, WantInput: true}
			p.Reset()
			l.Forward(p, x)
			gain := norm(l.Backward(p, dy)) / norm(dy)
			if bound := bounder.GainBound(); !(gain <= bound*(1+1e-6)) {
				t.Errorf("%s: gain %v above the bound %v", c.Name, gain, bound)
			}
		}
	}
}

func norm(x *tensor.Tensor) float64 {
	s := 0.0
	for _, v := range x.Data {
		s += float64(v) * float64(v)
	}
	return math.Sqrt(s)
}
