package train_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// sequenceConfigs are runs on every layout.
func sequenceConfigs(t testing.TB) map[string]func() train.Config {
	make := func(m func() *nn.Sequential, l loss.Loss, d, v *data.Dataset, batch, bptt int) func() train.Config {
		return func() train.Config {
			model := m()
			return train.Config{
				Model: model, Loss: l, Optimizer: optim.New(rule(t, "adam"), model.Params()), Train: d, Validation: v,
				Epochs: 3, Batch: batch, BPTT: bptt, Seed: 3, LR: 0.01, ClipNorm: 1,
			}
		}
	}
	last := func() *nn.Sequential { return recurrentModel(1, true) }
	all := func() *nn.Sequential { return recurrentModel(1, false) }
	return map[string]func() train.Config{
		"last":            make(last, loss.MSE{}, sequences(30, 9, false, false, 1), sequences(9, 9, false, false, 5), 8, 0),
		"last truncated":  make(last, loss.MSE{}, sequences(30, 9, true, false, 1), sequences(9, 9, true, false, 5), 8, 4),
		"each":            make(all, loss.MSE{}, sequences(30, 9, false, true, 1), sequences(9, 9, true, true, 5), 8, 0),
		"each in windows": make(all, loss.MSE{}, sequences(30, 9, false, true, 1), nil, 8, 4),
		"text":            make(textModel, loss.CrossEntropy{}, text(700), text(90), 6, 10),
	}
}

func TestResumeOfSequencesGivesTheSameBits(t *testing.T) {
	for name, config := range sequenceConfigs(t) {
		whole := config()
		want, err := train.Fit(context.Background(), whole)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, cut := range []uint64{1, 2, 5, 7, want.Steps - 1} {
			first := config()
			ctx, cancel := context.WithCancel(context.Background())
			first.Hooks.OnStep = func(s train.StepInfo) error {
				if s.Step >= cut {
					cancel()
				}
				return nil
			}
			var last train.State
			first.Save = func(kind string, s train.State) error {
				if kind == "last" {
					last = s
				}
				return nil
			}
			if _, err := train.Fit(ctx, first); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			cancel()
			if name == "text" && last.Position.Batch > 0 && len(last.Carried) != 3 {
				t.Errorf("%s, cut at %d: %d states are carried, expected 3", name, cut, len(last.Carried))
			}
			last.Position = throughJSON(t, last.Position)
			second := config()
			second.Resume = &last
			got, err := train.Fit(context.Background(), second)
			if err != nil {
				t.Fatalf("%s, cut at %d: %v", name, cut, err)
			}
			if !sameWeights(second.Model, whole.Model) || got.Steps != want.Steps || got.Training.Loss != want.Training.Loss {
				t.Errorf("%s, cut at step %d: the run differs from one that was not interrupted", name, cut)
			}
		}
	}
}

func TestSequencesOnAnyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for name, config := range sequenceConfigs(t) {
		var first nn.Layer
		for _, threads := range []int{1, 2, 3} {
			runtime.GOMAXPROCS(threads)
			c := config()
			if _, err := train.Fit(context.Background(), c); err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = c.Model
			} else if !sameWeights(first, c.Model) {
				t.Errorf("%s: %d threads give other weights than one", name, threads)
			}
		}
	}
}

func TestFitRefusesSequences(t *testing.T) {
	configs := sequenceConfigs(t)
	for name, c := range map[string]struct {
		from  string
		spoil func(*train.Config)
		want  string
	}{
		"bptt":       {"last", func(c *train.Config) { c.BPTT = -1 }, "bptt: got -1"},
		"rows":       {"last", func(c *train.Config) { *c = config(t); c.BPTT = 2 }, "has rows"},
		"text whole": {"text", func(c *train.Config) { c.BPTT = 0 }, "one long stream"},
		"text full":  {"text", func(c *train.Config) { c.Batch = 0 }, "side by side"},
		"all":        {"last", func(c *train.Config) { c.Model = recurrentModel(1, false) }, "one target for each sequence"},
		"last":       {"each", func(c *train.Config) { c.Model = recurrentModel(1, true) }, "a target for each step"},
		"bidirectional": {"last", func(c *train.Config) {
			c.Model = nn.NewSequential(nn.NewGRU(2, 1, nn.RecurrentConfig{Bidirectional: true, Last: true}))
			c.BPTT = 2
		}, "bidirectional"},
	} {
		cfg := configs[c.from]()
		c.spoil(&cfg)
		if _, err := train.Fit(context.Background(), cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, expected %q", name, err, c.want)
		}
	}
}

// After a step that is not finite the weights and what is carried are as before.
func TestNonFiniteKeepsTheState(t *testing.T) {
	d, m := text(200), textModel()
	b, err := data.NewStreamBatcher(d, 4, 10)
	if err != nil {
		t.Fatal(err)
	}
	s := train.NewStepper(m, loss.CrossEntropy{}, optim.New(rule(t, "sgd"), m.Params()))
	first, _ := b.NextBatch()
	if _, err := s.StepBatch(first, 0.1); err != nil {
		t.Fatal(err)
	}
	w := m.Params()[len(m.Params())-2].Value
	keep := w.Data[0]
	w.Data[0] = tensor.Float(math.Inf(1))
	second, _ := b.NextBatch()
	_, err = s.StepBatch(second, 0.1)
	var e *train.NonFiniteError
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	w.Data[0] = keep
	j, err := s.StepBatch(second, 0.1)
	if err != nil {
		t.Fatal(err)
	}

	other := textModel()
	q := train.NewStepper(other, loss.CrossEntropy{}, optim.New(rule(t, "sgd"), other.Params()))
	b.Seek(0, 0)
	first, _ = b.NextBatch()
	if _, err := q.StepBatch(first, 0.1); err != nil {
		t.Fatal(err)
	}
	second, _ = b.NextBatch()
	if want, _ := q.StepBatch(second, 0.1); j != want || !sameWeights(m, other) {
		t.Errorf("loss %v, without the failed step %v", j, want)
	}
}
