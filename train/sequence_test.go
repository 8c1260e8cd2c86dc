package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/optim"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// recurrentModel is a network of every cell, over a sequence of 2 features.
func recurrentModel(outputs int, last bool) *nn.Sequential {
	m := nn.NewSequential(
		nn.NewDense(2, 6), nn.NewTanh(),
		nn.NewGRU(6, 7, nn.RecurrentConfig{}), nn.NewDropout(0.1, 3),
		nn.NewRNN(7, 6, nn.NewTanh(), nn.RecurrentConfig{}),
		nn.NewLSTM(6, 5, nn.RecurrentConfig{Layers: 2, Last: last}), nn.NewDense(5, outputs))
	nn.Initialize(m, tensor.NewRNG(3, 1))
	return m
}

// sequences is a set of n sequences of up to T steps: the target is the sum of
// the first feature, or, perStep, the sum so far.
func sequences(n, steps int, lengths, perStep bool, seed uint64) *data.Dataset {
	rng := tensor.NewRNG(seed, 9)
	d := &data.Dataset{Name: "sums", Layout: data.Sequences, PerStep: perStep, Targets: []string{"sum"}, X: tensor.New(n, steps, 2), Y: tensor.New(n, 1)}
	if perStep {
		d.Y = tensor.New(n, steps, 1)
	}
	for i := range n {
		length, sum := steps, tensor.Float(0)
		if lengths {
			length = 1 + rng.IntN(steps)
			d.Lengths = append(d.Lengths, length)
		}
		for s := range steps {
			x := d.X.Row(i*steps + s)
			x[0], x[1] = tensor.Float(rng.Normal()), 1
			if s < length {
				sum += x[0] / 4
			}
			if perStep {
				d.Y.Data[i*steps+s] = sum
			}
		}
		if !perStep {
			d.Y.Data[i] = sum
		}
	}
	return d
}

// text is a stream of a few ids with some order in it.
func text(n int) *data.Dataset {
	rng := tensor.NewRNG(4, 9)
	d := &data.Dataset{Name: "text", Layout: data.Stream, PerStep: true, IDs: 5, Task: data.Classification, Classes: []string{"a", "b", "c", "d", "e"}, Targets: []string{"next"}}
	ids := make([]tensor.Float, n+1)
	for i := range ids {
		ids[i] = tensor.Float((i*i/3 + rng.IntN(2)) % 5)
	}
	d.X, d.Y = tensor.From(ids[:n:n], n), tensor.From(ids[1:], n)
	return d
}

func textModel() *nn.Sequential {
	m := nn.NewSequential(nn.NewEmbedding(5, 4), nn.NewLSTM(4, 6, nn.RecurrentConfig{}), nn.NewGRU(6, 6, nn.RecurrentConfig{}), nn.NewDense(6, 5))
	nn.Initialize(m, tensor.NewRNG(3, 1))
	return m
}

// gradientOf returns the gradient of one step, which SGD with a rate of 1 leaves
// as the difference of the weights.
func gradientOf(t *testing.T, m nn.Layer, l loss.Loss, b data.Batch, bptt int) []float64 {
	t.Helper()
	s := train.NewStepper(m, l, optim.New(rule(t, "sgd"), m.Params()))
	s.BPTT = bptt
	s.Pass.Train = false
	s.ClipNorm = 1e9 // through Grad, which then has the gradient
	if _, err := s.StepBatch(b, 0); err != nil {
		t.Fatal(err)
	}
	var g []float64
	for _, p := range m.Params() {
		for _, v := range p.Grad.Data {
			g = append(g, float64(v))
		}
	}
	return g
}

func closeAll(t *testing.T, what string, got, want []float64) {
	t.Helper()
	tolerance := 1e-5
	if tensor.FloatBits == 64 {
		tolerance = 1e-12
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tolerance*max(1, math.Abs(want[i]))) {
			t.Fatalf("%s: element %d is %v, expected %v", what, i, got[i], want[i])
		}
	}
}

// Padding has no part in the loss of a target for each step, nor in its gradient:
// the batch has the mean over what its sequences have alone.
func TestPaddedTargets(t *testing.T) {
	d := sequences(4, 6, true, true, 1)
	m := recurrentModel(1, false)
	var a tensor.Arena
	b := d.Batch(&a, 0, 4)
	got := gradientOf(t, m, loss.MSE{}, b, 0)
	want := make([]float64, len(got))
	total := 0
	for i, n := range d.Lengths {
		x, y := tensor.New(n, 1, 2), tensor.New(n, 1, 1)
		copy(x.Data, d.X.Data[i*12:i*12+2*n])
		copy(y.Data, d.Y.Data[i*6:i*6+n])
		g := gradientOf(t, m, loss.MSE{}, data.Batch{X: x, Y: y, Rows: 1, First: true, PerStep: true}, 0)
		for k, v := range g {
			want[k] += v * float64(n)
		}
		total += n
	}
	for k := range want {
		want[k] /= float64(total)
	}
	closeAll(t, "gradient", got, want)
}

// With one target a sequence the truncated gradient is that of its last steps
// alone, from the state that the steps before left, whatever the sequence's
// length in the batch.
func TestTruncatedLastSteps(t *testing.T) {
	for _, lengths := range []bool{false, true} {
		d := sequences(5, 11, lengths, false, 2)
		m := recurrentModel(1, true)
		var a tensor.Arena
		got := gradientOf(t, m, loss.MSE{}, d.Batch(&a, 0, 5), 3)
		want := make([]float64, len(got))
		for i := range 5 {
			n := 11
			if lengths {
				n = d.Lengths[i]
			}
			x := tensor.New(n, 1, 2)
			copy(x.Data, d.X.Data[i*22:i*22+2*n])
			before := max(n-3, 0)
			p := &nn.Pass{State: nn.NewState()}
			if before > 0 {
				m.Forward(p, tensor.From(x.Data[:2*before], before, 1, 2))
			}
			s := train.NewStepper(m, loss.MSE{}, optim.New(rule(t, "sgd"), m.Params()))
			s.ClipNorm, s.Pass.Train, s.Pass.State = 1e9, false, p.State
			if _, err := s.Step(tensor.From(x.Data[2*before:], n-before, 1, 2), tensor.From(d.Y.Data[i:i+1], 1, 1), 0); err != nil {
				t.Fatal(err)
			}
			at := 0
			for _, q := range m.Params() {
				for _, v := range q.Grad.Data {
					want[at] += float64(v) / 5
					at++
				}
			}
		}
		closeAll(t, fmt.Sprint("lengths ", lengths), got, want)
	}
}

// With a target for each step every window is a step: the same as one sequence
// after the other with a state that is carried by hand.
func TestTruncatedWindows(t *testing.T) {
	d := sequences(6, 10, false, true, 2)
	one, two := recurrentModel(1, false), recurrentModel(1, false)
	var a tensor.Arena
	b := d.Batch(&a, 0, 6)
	s := train.NewStepper(one, loss.MSE{}, optim.New(rule(t, "adam"), one.Params()))
	s.BPTT = 4
	for range 2 {
		if _, err := s.StepBatch(b, 0.01); err != nil {
			t.Fatal(err)
		}
	}
	if s.Pass.Step != 6 {
		t.Errorf("%d steps, expected 6: two batches of 3 windows", s.Pass.Step)
	}
	q := train.NewStepper(two, loss.MSE{}, optim.New(rule(t, "adam"), two.Params()))
	q.Pass.State = nn.NewState()
	for range 2 {
		q.Pass.State.Reset()
		for _, w := range [][2]int{{0, 4}, {4, 8}, {8, 10}} {
			n := w[1] - w[0]
			x, y := tensor.From(b.X.Data[w[0]*12:w[1]*12], n, 6, 2), tensor.From(b.Y.Data[w[0]*6:w[1]*6], n, 6, 1)
			if _, err := q.Step(x, y, 0.01); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !sameWeights(one, two) {
		t.Error("windows give other weights than steps by hand")
	}
}

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

func TestStepOnSequencesAllocatesNothing(t *testing.T) {
	for name, config := range sequenceConfigs(t) {
		c := config()
		s := train.NewStepper(c.Model, c.Loss, c.Optimizer)
		s.Pass.Probe, s.Meter = flow.NewRecorder(c.Model), flow.NewUpdates(c.Model)
		s.BPTT = c.BPTT
		b, err := data.NewBatcher(c.Train, c.Batch, 1)
		if c.Train.Layout == data.Stream {
			b, err = data.NewStreamBatcher(c.Train, c.Batch, c.BPTT)
		}
		if err != nil {
			t.Fatal(err)
		}
		step := func() {
			batch, ok := b.NextBatch()
			if !ok {
				batch, _ = b.NextBatch()
			}
			if _, err := s.StepBatch(batch, 0.001); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 * b.Len() {
			step()
		}
		if n := testing.AllocsPerRun(20, step); n != 0 {
			t.Errorf("%s: %v allocations in a step", name, n)
		}
	}
}

// Figures don't depend on how the sequences are cut into batches, padding has no
// part in them, and predictions are those of each sequence alone.
func TestEvaluateSequences(t *testing.T) {
	for _, perStep := range []bool{false, true} {
		d := sequences(23, 8, true, perStep, 6)
		m := recurrentModel(1, !perStep)
		want, err := train.Evaluate(m, loss.MSE{}, d, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		all := train.PredictData(m, d)
		for _, batch := range []int{0, 5, 23} {
			got, err := train.Evaluate(m, loss.MSE{}, d, batch, nil)
			if err != nil || got.Rows != want.Rows || math.Abs(got.Loss-want.Loss) > 1e-6 || math.Abs(*got.R2-*want.R2) > 1e-6 {
				t.Errorf("batch %d: %+v, %v, expected %+v", batch, got, err, want)
			}
		}
		sum, count := 0.0, 0
		for i, n := range d.Lengths {
			x := tensor.New(n, 1, 2)
			copy(x.Data, d.X.Data[i*16:i*16+2*n])
			y := m.Forward(&nn.Pass{}, x)
			for s := range y.Rows() {
				at := i
				if perStep {
					at = i*8 + s
				}
				if all.Data[at] != y.Data[s] {
					t.Fatalf("per step %v: prediction of sequence %d, step %d is %v, alone %v", perStep, i, s, all.Data[at], y.Data[s])
				}
				e := float64(y.Data[s]) - float64(d.Y.Data[at])
				sum += e * e
				count++
			}
		}
		if want.Rows != count || math.Abs(want.Loss-sum/float64(count)) > 1e-6*want.Loss {
			t.Errorf("per step %v: loss %v of %d, expected %v of %d", perStep, want.Loss, want.Rows, sum/float64(count), count)
		}
	}
}

// Every character of a text is evaluated once, in streams side by side.
func TestEvaluateText(t *testing.T) {
	d, m := text(5003), textModel()
	got, err := train.Evaluate(m, loss.CrossEntropy{}, d, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rows != 5003 || got.Accuracy == nil {
		t.Fatalf("%+v", got)
	}
	// One stream from its beginning differs by the state at 8 beginnings alone.
	logits := train.PredictData(m, d)
	sum := loss.CrossEntropy{}.Forward(logits, d.Y)
	if math.Abs(sum-got.Loss) > 0.01 {
		t.Errorf("loss %v, of one stream %v", got.Loss, sum)
	}
}

func TestPredictSequences(t *testing.T) {
	d, m := sequences(4, 7, true, false, 1), recurrentModel(1, true)
	var a tensor.Arena
	b := d.Batch(&a, 0, 4)
	p := train.NewPredictor(m)
	dst := tensor.New(4, 1)
	predict := func() { p.PredictSequences(dst, b.X, b.Lengths, nil) }
	predict()
	for i, v := range train.PredictData(m, d).Data {
		if dst.Data[i] != v {
			t.Errorf("sequence %d: %v, expected %v", i, dst.Data[i], v)
		}
	}
	if n := testing.AllocsPerRun(10, predict); n != 0 {
		t.Errorf("%v allocations", n)
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
