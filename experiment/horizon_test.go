package experiment_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ebb-ml/ebb/experiment"
	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/tensor"
)

// TestHorizonForetells prints, for the adding problem, how far back the gradient
// of a plain recurrent layer reaches before any training, and what plain
// gradient descent then makes of sequences that are longer. It takes minutes.
func TestHorizonForetells(t *testing.T) {
	if os.Getenv("EBB_LEARNING") == "" {
		t.Skip("takes minutes; EBB_LEARNING=1 runs it")
	}
	for _, init := range []string{"{normal: {std: 0.05}}", "glorot_uniform", "orthogonal"} {
		for _, steps := range []int{5, 10, 20, 50, 100} {
			text := fmt.Sprintf(`data: {source: adding, length: %d, samples: 11000, validation: 0.09, standardize: false}
model:
  - rnn: {units: 50, activation: tanh, return: last, recurrent_init: %s}
  - dense: {units: 1}
loss: mse
optimizer: {name: sgd, lr: 0.02}
train: {epochs: 20, batch: 20, seed: 1, clip_norm: 1}
`, steps, init)
			spec, err := experiment.ParseSpec("", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			e, err := experiment.Build(spec)
			if err != nil {
				t.Fatal(err)
			}
			var a tensor.Arena
			before := flow.ThroughTime(e.Model, e.Train.Batch(&a, 0, 100).X, flow.TimeOptions{})[0]
			r, err := e.Run(context.Background(), experiment.RunOptions{Dir: filepath.Join(t.TempDir(), "run")})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("recurrent %-22s T %3d: horizon before training %6.1f steps, λ %+.2f; validation MSE %.4f (always 1: 0.167)",
				init, steps, before.Horizon, before.Lambda, r.Validation.Loss)
		}
	}
}
