package train_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/train"
)

// BenchmarkOverhead is what measuring costs, as a share of a plain training
// step: flow-% with the backward flow measured at every step, updates-% with the
// effect of every eighth update as well. The three ways take turns within each round, and the
// medians over the rounds are compared, so that a machine that is busy with
// other things slows all three down alike. Its ns/op mean nothing.
func BenchmarkOverhead(b *testing.B) {
	for _, c := range []struct {
		name  string
		sizes []int
		phi   func() *nn.Activation
		rule  optim.Rule
		batch int
		steps int // of each way in a round, a multiple of 8
	}{
		{"784-256-128-10 relu adam batch 64", []int{784, 256, 128, 10}, nn.NewReLU, optim.NewAdam(), 64, 8},
		{"64-10x64-10 sigmoid sgd batch 32", []int{64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 10}, nn.NewSigmoid, optim.NewSGD(), 32, 8},
		{"8-16-4 relu adam batch 16", []int{8, 16, 4}, nn.NewReLU, optim.NewAdam(), 16, 96},
	} {
		b.Run(c.name, func(b *testing.B) {
			var ways [3]*train.Stepper
			var times [3][]float64
			for i := range ways {
				var layers []nn.Layer
				for l := range len(c.sizes) - 2 {
					layers = append(layers, nn.NewDense(c.sizes[l], c.sizes[l+1]), c.phi())
				}
				n := len(c.sizes)
				model := fillNormal(nn.NewSequential(append(layers, nn.NewDense(c.sizes[n-2], c.sizes[n-1]))...), 1)
				ways[i] = train.NewStepper(model, loss.CrossEntropy{}, optim.New(c.rule, model.Params()))
				if i > 0 {
					ways[i].Pass.Probe = flow.NewRecorder(model)
				}
				if i > 1 {
					u := flow.NewUpdates(model)
					u.Every = 8 // as experiment does
					ways[i].Meter = u
				}
			}
			xs, ys := formulaBatches(c.batch, c.sizes[0], c.sizes[len(c.sizes)-1], c.batch)
			round := 0
			for b.Loop() {
				for i := range ways {
					way := (i + round) % len(ways)
					start := time.Now()
					for range c.steps {
						if _, err := ways[way].Step(xs[0], ys[0], 1e-5); err != nil {
							b.Fatal(err)
						}
					}
					times[way] = append(times[way], float64(time.Since(start)))
				}
				round++
			}
			plain := median(times[0])
			b.ReportMetric(plain/float64(c.steps)/1000, "plain-µs")
			b.ReportMetric(100*(median(times[1])/plain-1), "flow-%")
			b.ReportMetric(100*(median(times[2])/plain-1), "updates-%")
		})
	}
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}
