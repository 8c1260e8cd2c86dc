package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
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

// config is a run with everything that has state: dropout, batch normalization,
// Adam, a plateau schedule that drops, early stopping, a last batch that is
// smaller.
func config(t testing.TB) train.Config {
	model := mixed()
	plateau := optim.NewPlateau()
	plateau.Patience, plateau.Drop = 0, 0.5
	return train.Config{
		Model: model, Loss: loss.CrossEntropy{}, Optimizer: optim.New(rule(t, "adam"), model.Params()),
		Train: clusters(70, 11), Validation: clusters(40, 12),
		Epochs: 6, Batch: 16, Seed: 3, LR: 0.02, Schedule: optim.WarmUp{Steps: 4, Then: plateau},
		ClipNorm: 0.8, Patience: 5,
	}
}

// timeless returns a history without its seconds, which no two runs share.
func timeless(h []train.Epoch) []train.Epoch {
	h = append([]train.Epoch(nil), h...)
	for i := range h {
		h[i].Seconds = 0
	}
	return h
}

func TestResumeGivesTheSameBits(t *testing.T) {
	whole := config(t)
	want, err := train.Fit(context.Background(), whole)
	if err != nil {
		t.Fatal(err)
	}
	if want.Steps < 20 {
		t.Fatalf("only %d steps: nothing to cut", want.Steps)
	}
	if rates := want.History; rates[len(rates)-1].LR == 0.02 {
		t.Fatal("the plateau schedule never dropped")
	}
	// Steps 1, 5 (end of an epoch), and cuts in the middle of an epoch.
	for _, cut := range []uint64{1, 3, 5, 7, 10, 13, 19, want.Steps - 1, want.Steps} {
		first := config(t)
		ctx, cancel := context.WithCancel(context.Background())
		first.Hooks.OnStep = func(s train.StepInfo) error {
			if s.Step == cut {
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
		res, err := train.Fit(ctx, first)
		if err != nil || res.Steps != cut || (cut%5 != 0 && !res.Interrupted) {
			t.Fatalf("cut at %d: %v, %d steps, interrupted %v", cut, err, res.Steps, res.Interrupted)
		}
		last.Position = throughJSON(t, last.Position)
		second := config(t)
		second.Resume = &last
		got, err := train.Fit(context.Background(), second)
		if err != nil {
			t.Fatal(err)
		}
		if !sameWeights(second.Model, whole.Model) {
			t.Errorf("cut at step %d: the weights differ from an uninterrupted run's", cut)
		}
		if !reflect.DeepEqual(timeless(got.History), timeless(want.History)) || got.BestEpoch != want.BestEpoch || got.Training.Loss != want.Training.Loss {
			t.Errorf("cut at step %d: the history differs\n%+v\n%+v", cut, timeless(got.History), timeless(want.History))
		}
	}
}

func throughJSON(t *testing.T, p train.Position) train.Position {
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var out train.Position
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSameBitsOnAnyNumberOfThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var first nn.Layer
	for _, threads := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(threads)
		model := formulaNetwork([]int{8, 200, 100, 3}) // wide enough for products to be shared out
		_, err := train.Fit(context.Background(), train.Config{
			Model: model, Loss: loss.CrossEntropy{}, Optimizer: optim.New(rule(t, "adam"), model.Params()),
			Train: clusters(200, 4), Epochs: 3, Batch: 100, Seed: 1, LR: 0.003,
		})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = model
		} else if !sameWeights(first, model) {
			t.Errorf("%d threads give other weights than one", threads)
		}
	}
}

// TestConvergesToLeastSquares: full-batch gradient descent on a linear model
// ends at the solution of the normal equations.
func TestConvergesToLeastSquares(t *testing.T) {
	const n = 50
	rng := tensor.NewRNG(8, 0)
	d := &data.Dataset{Name: "line", X: tensor.New(n, 1), Y: tensor.New(n, 1)}
	var sx, sy, sxx, sxy float64
	for i := range n {
		d.X.Data[i] = tensor.Float(rng.Normal())
		d.Y.Data[i] = tensor.Float(2 - 3*float64(d.X.Data[i]) + rng.Normal())
		x, y := float64(d.X.Data[i]), float64(d.Y.Data[i])
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	slope := (n*sxy - sx*sy) / (n*sxx - sx*sx)
	offset := (sy - slope*sx) / n
	model := nn.NewDense(1, 1)
	res, err := train.Fit(context.Background(), train.Config{
		Model: model, Loss: loss.MSE{}, Optimizer: optim.New(rule(t, "sgd"), model.Params()),
		Train: d, Epochs: 400, LR: 0.1,
	})
	if err != nil {
		t.Fatal(err)
	}
	w, b := float64(model.W.Value.Data[0]), float64(model.B.Value.Data[0])
	if math.Abs(w-slope) > 1e-5 || math.Abs(b-offset) > 1e-5 {
		t.Errorf("got %v·x %+v, least squares gives %v·x %+v", w, b, slope, offset)
	}
	if res.Steps != 400 || res.Epochs != 400 {
		t.Errorf("a full batch is one step an epoch: got %d steps, %d epochs", res.Steps, res.Epochs)
	}
}

func TestEarlyStopping(t *testing.T) {
	c := config(t)
	c.Epochs, c.Patience, c.LR = 100, 3, 0 // nothing improves but the running statistics
	c.MinDelta = 10                        // and that does not count
	saves := map[string]int{}
	c.Save = func(kind string, s train.State) error { saves[kind]++; return nil }
	res, err := train.Fit(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	if !res.StoppedEarly || res.Epochs != 4 || saves["last"] != 4 {
		t.Errorf("early %v after %d epochs with %d saves, expected 4: the first and 3 without improvement", res.StoppedEarly, res.Epochs, saves["last"])
	}
	best := 0
	for i, e := range res.History {
		if e.Validation.Loss < res.History[best].Validation.Loss {
			best = i
		}
	}
	if res.BestEpoch != best+1 {
		t.Errorf("best epoch %d, the history says %d", res.BestEpoch, best+1)
	}
}

func TestSavedStatesDoNotAlias(t *testing.T) {
	c := config(t)
	var states []train.State
	c.Save = func(_ string, s train.State) error { states = append(states, s); return nil }
	if _, err := train.Fit(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	first, last := states[0].Weights[0].Tensor.Data, states[len(states)-1].Weights[0].Tensor.Data
	if &first[0] == &last[0] || first[0] == last[0] {
		t.Error("an early state has the last weights")
	}
}

func TestMaxStepsAndHookErrors(t *testing.T) {
	c := config(t)
	c.MaxSteps = 7
	res, err := train.Fit(context.Background(), c)
	if err != nil || res.Steps != 7 || res.Validation == nil {
		t.Errorf("got %d steps, %v, validation %v; expected 7 and a validation", res.Steps, err, res.Validation)
	}
	full := errors.New("no space left on device")
	c = config(t)
	c.Save = func(string, train.State) error { return full }
	if _, err := train.Fit(context.Background(), c); !errors.Is(err, full) {
		t.Errorf("got %v, expected the error of Save", err)
	}
	c = config(t)
	c.Hooks.OnStep = func(s train.StepInfo) error {
		if s.Step == 2 {
			return full
		}
		return nil
	}
	if res, err := train.Fit(context.Background(), c); !errors.Is(err, full) || res.Steps != 2 {
		t.Errorf("got %v after %d steps, expected the hook's error after 2", err, res.Steps)
	}
}

func TestFitStopsAtNaN(t *testing.T) {
	c := config(t)
	c.Model = fillNormal(nn.NewSequential(nn.NewDense(8, 6), nn.NewTanh(), &poison{from: 8, forward: tensor.Float(math.NaN())}, nn.NewDense(6, 3)), 1)
	c.Optimizer = optim.New(rule(t, "adam"), c.Model.Params())
	var last train.State
	c.Validation = nil
	c.Save = func(_ string, s train.State) error { last = s; return nil }
	res, err := train.Fit(context.Background(), c)
	var e *train.NonFiniteError
	if !errors.As(err, &e) || e.Step != 8 || e.Site != "poison_1" || res.Steps != 8 {
		t.Fatalf("got %v after %d steps", err, res.Steps)
	}
	if last.Position.Step != 8 || last.Position.Batch != 3 {
		t.Errorf("saved at %+v, expected step 8, batch 3", last.Position)
	}
	for _, w := range last.Weights {
		for _, v := range w.Tensor.Data {
			if v-v != 0 {
				t.Fatalf("%s was saved with %v", w.Name, v)
			}
		}
	}
}

// Weights that the last update of an epoch makes infinite end the run there, and
// no state has them.
func TestLastUpdateOverflows(t *testing.T) {
	for _, validation := range []bool{false, true} {
		c := config(t)
		c.Epochs, c.Batch, c.Schedule = 1, 0, nil
		c.Optimizer, c.ClipNorm = optim.New(overflowing{rule(t, "sgd")}, c.Model.Params()), 0
		if !validation {
			c.Validation = nil
		}
		c.Save = func(kind string, s train.State) error {
			t.Errorf("validation %v: a state was saved as %s", validation, kind)
			return nil
		}
		_, err := train.Fit(context.Background(), c)
		var e *train.NonFiniteError
		if !errors.As(err, &e) || e.Phase != train.PhaseWeights || e.Site == "" {
			t.Errorf("validation %v: got %v", validation, err)
		}
	}
}

// A state keeps one confusion matrix, whatever the number of epochs, and what it
// was given does not change while the run goes on.
func TestHistoryIsSmall(t *testing.T) {
	c := config(t)
	c.Epochs, c.Patience = 4, 0
	var states []train.State
	var texts []string
	c.Save = func(kind string, s train.State) error {
		b, err := json.Marshal(s.Position)
		states, texts = append(states, s), append(texts, string(b))
		return err
	}
	res, err := train.Fit(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	if res.Validation == nil || len(res.Validation.Confusion) != 3 {
		t.Errorf("the last validation is %+v", res.Validation)
	}
	for i, s := range states {
		if n := strings.Count(texts[i], "confusion"); n != 1 {
			t.Errorf("state %d has %d confusion matrices", i, n)
		}
		if b, _ := json.Marshal(s.Position); string(b) != texts[i] {
			t.Errorf("state %d changed from %s to %s", i, texts[i], b)
		}
	}
}

// overflowing is a rule whose updates are infinite.
type overflowing struct{ optim.Rule }

func (overflowing) Update(w, _ []tensor.Float, _ [][]tensor.Float, _ int, _ float64) {
	w[0] = tensor.Float(math.Inf(1))
}

// A loss that overflows on the final weights, which no step comes to see, is an
// error too.
func TestFinalLossOverflows(t *testing.T) {
	c := config(t)
	c.Epochs, c.Batch, c.Schedule, c.Validation, c.ClipNorm = 1, 0, nil, nil, 0
	c.Model = nn.NewSequential(nn.NewDense(c.Train.X.Cols(), 4), nn.NewDense(4, 3))
	fillNormal(c.Model, 5)
	c.Optimizer, c.LR = optim.New(rule(t, "sgd"), c.Model.Params()), math.Sqrt(float64(maxFloat()))
	_, err := train.Fit(context.Background(), c)
	var e *train.NonFiniteError
	if !errors.As(err, &e) || e.Phase != train.PhaseLoss {
		t.Errorf("got %v", err)
	}
}

// maxFloat is the largest power of two that a tensor holds.
func maxFloat() tensor.Float {
	v := tensor.Float(1)
	for 2*v-2*v == 0 {
		v *= 2
	}
	return v
}

func TestFitRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*train.Config){
		"no epochs":        func(c *train.Config) { c.Epochs = 0 },
		"lr NaN":           func(c *train.Config) { c.LR = math.NaN() },
		"batch above data": func(c *train.Config) { c.Batch = 71 },
		"no model":         func(c *train.Config) { c.Model = nil },
		"clip":             func(c *train.Config) { c.ClipNorm = -1 },
		"class 3 of 3":     func(c *train.Config) { c.Train.Y.Data[4] = 3 },
		"empty training":   func(c *train.Config) { c.Train = c.Train.Select(nil) },
		"foreign state": func(c *train.Config) {
			other := formulaNetwork([]int{8, 3})
			s := train.Capture(other, optim.New(rule(t, "sgd"), other.Params()))
			s.Position.Plateau = &[3]float64{1, 1, 0}
			c.Resume = &s
		},
	} {
		c := config(t)
		spoil(&c)
		if _, err := train.Fit(context.Background(), c); err == nil {
			t.Errorf("%s: no error", name)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}
