package train_test

import (
	"fmt"
	"math"
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
