package train_test

import (
	"testing"

	"github.com/ebb-ml/ebb/gradcheck"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Every layer with every activation under every loss: the gradient of the whole
// chain, from the loss to each parameter, against finite differences.
func TestGradientsThroughEverything(t *testing.T) {
	const rows, features, hidden, outputs = 7, 4, 5, 3
	blocks := []struct {
		name string
		make func() []nn.Layer
	}{
		{"dense", func() []nn.Layer { return []nn.Layer{nn.NewDense(hidden, hidden)} }},
		{"dense without bias", func() []nn.Layer { return []nn.Layer{nn.NewDenseNoBias(hidden, hidden)} }},
		{"batch_norm", func() []nn.Layer { return []nn.Layer{nn.NewBatchNorm(hidden)} }},
		{"layer_norm", func() []nn.Layer { return []nn.Layer{nn.NewLayerNorm(hidden)} }},
		{"dropout", func() []nn.Layer { return []nn.Layer{nn.NewDropout(0.3, 7)} }},
		{"flatten", func() []nn.Layer { return []nn.Layer{nn.NewFlatten()} }},
		{"residual", func() []nn.Layer {
			return []nn.Layer{nn.NewResidual(nn.NewDense(hidden, hidden), nn.NewTanh())}
		}},
		{"parallel", func() []nn.Layer {
			return []nn.Layer{nn.NewParallel(nn.NewDense(hidden, 2), nn.NewSequential(nn.NewDense(hidden, 3), nn.NewSigmoid()))}
		}},
	}
	starts := map[string]func() []nn.Layer{
		"": func() []nn.Layer { return []nn.Layer{nn.NewDense(features, hidden)} },
		"embedding": func() []nn.Layer {
			return []nn.Layer{nn.NewEmbedding(6, 2), nn.NewFlatten(), nn.NewDense(2*features, hidden)}
		},
	}
	if tensor.FloatBits == 32 {
		t.Skip("needs -tags float64: in float32 a finite difference steps over the kinks of relu, step and mae")
	}
	const limit = 1e-6
	worst := 0.0
	checks := 0
	for start, first := range starts {
		for _, block := range blocks {
			if start != "" && block.name != "dense" {
				continue
			}
			for _, activation := range nn.ActivationNames() {
				for _, name := range loss.Names() {
					l, err := loss.New(name)
					if err != nil {
						t.Fatal(err)
					}
					act, err := nn.NewActivation(activation, 0.3)
					if err != nil {
						t.Fatal(err)
					}
					layers := append(append(first(), block.make()...), act, nn.NewDense(hidden, outputs))
					model := nn.NewSequential(layers...)
					rng := tensor.NewRNG(11, 0)
					for _, p := range model.Params() {
						for i := range p.Value.Data {
							p.Value.Data[i] += tensor.Float(rng.Uniform(-0.6, 0.6))
						}
					}
					x, y := tensor.New(rows, features), target(l, rows, outputs, rng)
					for i := range x.Data {
						x.Data[i] = tensor.Float(rng.Uniform(-1, 1))
						if start == "embedding" {
							x.Data[i] = tensor.Float(rng.IntN(6))
						}
					}
					label := start + " " + block.name + " " + activation + " " + name
					worst = max(worst, checkChain(t, label, model, l, x, y, limit))
					checks++
				}
			}
		}
	}
	t.Logf("%d combinations, largest relative error %.2g", checks, worst)
}

// target draws what a loss takes: class indices, probabilities or numbers.
func target(l loss.Loss, rows, outputs int, rng *tensor.RNG) *tensor.Tensor {
	if l.Name() == "cross_entropy" {
		y := tensor.New(rows)
		for i := range y.Data {
			y.Data[i] = tensor.Float(rng.IntN(outputs))
		}
		return y
	}
	y := tensor.New(rows, outputs)
	for i := range y.Data {
		y.Data[i] = tensor.Float(rng.Float64())
	}
	return y
}

// checkChain compares the gradient of every parameter with finite differences
// of the loss, and returns the largest error.
func checkChain(t *testing.T, label string, model nn.Layer, l loss.Loss, x, y *tensor.Tensor, limit float64) float64 {
	t.Helper()
	p := nn.NewTrainingPass()
	value := func() float64 {
		p.Reset()
		return l.Forward(model.Forward(p, x), y)
	}
	p.Reset()
	nn.ZeroGrad(model.Params())
	pred := model.Forward(p, x)
	dpred := p.Arena.Like(pred)
	l.Backward(dpred, pred, y)
	model.Backward(p, dpred)
	worst := 0.0
	for _, q := range nn.Named(model) {
		if q.Grad == nil {
			continue
		}
		grad := append([]tensor.Float(nil), q.Grad.Data...)
		e := gradcheck.Values(q.Name, value, q.Value.Data, grad)
		if worst = max(worst, e.Error); e.Error > limit {
			t.Errorf("%s: %v", label, e)
		}
	}
	return worst
}
