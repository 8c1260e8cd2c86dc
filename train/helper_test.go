package train_test

import (
	"math"
	"testing"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
)

func rule(t testing.TB, name string) optim.Rule {
	for _, r := range []optim.Rule{optim.NewSGD(), optim.NewAdagrad(), optim.NewRMSprop(), optim.NewAdam(), optim.NewAdamW()} {
		if r.Name() == name {
			return r
		}
	}
	t.Fatalf("no rule %q", name)
	return nil
}

// fillNormal gives the dense layers seeded weights of variance 2/in.
func fillNormal(model nn.Layer, seed uint64) nn.Layer {
	rng := tensor.NewRNG(seed, 1)
	for _, p := range model.Params() {
		if p.Name == "weight" && p.Value.Rank() == 2 {
			for i := range p.Value.Data {
				p.Value.Data[i] = tensor.Float(rng.Normal() * math.Sqrt(2/float64(p.Value.Dim(0))))
			}
		}
	}
	return model
}

// mixed is a network with everything that has state of its own.
func mixed() nn.Layer {
	return fillNormal(nn.NewSequential(
		nn.NewDense(8, 24), nn.NewBatchNorm(24), nn.NewReLU(), nn.NewDropout(0.2, 7),
		nn.NewDense(24, 12), nn.NewTanh(), nn.NewDense(12, 3),
	), 5)
}

// clusters is a set of three noisy classes in eight dimensions.
func clusters(rows int, seed uint64) *data.Dataset {
	rng := tensor.NewRNG(seed, 2)
	d := &data.Dataset{
		Name: "clusters", X: tensor.New(rows, 8), Y: tensor.New(rows),
		Task: data.Classification, Classes: []string{"a", "b", "c"},
	}
	for i := range rows {
		c := rng.IntN(3)
		d.Y.Data[i] = tensor.Float(c)
		for j := range 8 {
			d.X.Row(i)[j] = tensor.Float(rng.Normal()*1.5 + float64((c*j)%3))
		}
	}
	return d
}

// sameWeights reports whether two models have the same bits.
func sameWeights(a, b nn.Layer) bool {
	pa, pb := a.Params(), b.Params()
	for i := range pa {
		for j, v := range pa[i].Value.Data {
			if math.Float64bits(float64(v)) != math.Float64bits(float64(pb[i].Value.Data[j])) {
				return false
			}
		}
	}
	return true
}
