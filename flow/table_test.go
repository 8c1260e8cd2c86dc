package flow_test

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

var update = flag.Bool("update", false, "write the golden files anew")

// table makes three steps of gradient descent and returns the table of them.
func table(m *nn.Sequential, in, out int, lr float64) string {
	r, u := flow.NewRecorder(m), flow.NewUpdates(m)
	p := nn.NewTrainingPass()
	p.Probe = r
	for range 3 {
		nn.ZeroGrad(m.Params())
		step(p, m, normal(1, 1, 16, in), normal(2, 0.1, 16, out))
		u.Before()
		for _, q := range m.Params() {
			if q.Grad == nil {
				continue
			}
			for i, g := range q.Grad.Data {
				q.Value.Data[i] -= tensor.Float(lr) * g
			}
		}
		u.After()
		p.Step++
	}
	rep := r.Mean()
	rep.SetBounds(flow.Bounds(m))
	var b bytes.Buffer
	flow.Table(&b, rep, u.Rows())
	return b.String()
}

// mlp returns n dense layers of the width with an activation each, and an
// output layer.
func mlp(n, width, out int, variance float64, phi func() nn.Layer) *nn.Sequential {
	var layers []nn.Layer
	for i := range n {
		layers = append(layers, dense(uint64(i+1), width, width, variance), phi())
	}
	return nn.NewSequential(append(layers, dense(uint64(n+1), width, out, 1))...)
}

func newTanh() nn.Layer    { return nn.NewTanh() }
func newSigmoid() nn.Layer { return nn.NewSigmoid() }
func newReLU() nn.Layer    { return nn.NewReLU() }

// branches is a network with every kind of container and of stage.
func branches(blocks int) *nn.Sequential {
	layers := []nn.Layer{dense(1, 6, 16, 2), nn.NewBatchNorm(16), nn.NewReLU(), nn.NewDropout(0.2, 1)}
	for i := range uint64(blocks) {
		layers = append(layers, nn.NewResidual(dense(i, 16, 16, 2), nn.NewLayerNorm(16), nn.NewReLU(), dense(i+9, 16, 16, 1)))
	}
	layers = append(layers,
		nn.NewParallel(
			nn.NewSequential(dense(1, 16, 8, 1), nn.NewTanh()),
			nn.NewIdentity(),
			nn.NewResidual(nn.NewResidual(dense(1, 16, 16, 1), nn.NewSigmoid()))),
		nn.NewLayerNorm(40), dense(7, 40, 3, 1), nn.NewSoftmax())
	return nn.NewSequential(layers...)
}

// TestTables compares the table with what a person has read and found good. To
// write the files anew: go test ./flow -run TestTables -update.
func TestTables(t *testing.T) {
	zero := dense(3, 6, 6, 1)
	zero.W.Value.Fill(0)
	zero.B.Value.Fill(-1)
	for name, text := range map[string]string{
		"sick":      table(mlp(10, 16, 4, 1, newSigmoid), 16, 4, 0.01),
		"healthy":   table(mlp(10, 64, 10, 1, newTanh), 64, 10, 0.1),
		"exploding": table(mlp(12, 8, 3, 30, newReLU), 8, 3, 1e-12),
		"dead":      table(nn.NewSequential(dense(1, 6, 6, 2), nn.NewReLU(), zero, nn.NewReLU(), dense(2, 6, 3, 1)), 6, 3, 0.1),
		"branches":  table(branches(1), 6, 3, 0.1),
		"blocks":    table(branches(8), 6, 3, 0.1),
		"long":      table(mlp(200, 32, 3, 1.02, newTanh), 32, 3, 0.1),
		"single":    table(nn.NewSequential(dense(1, 6, 3, 1)), 6, 3, 0.1),
		"first":     table(nn.NewSequential(nn.NewResidual(dense(2, 6, 6, 1), nn.NewTanh()), dense(3, 6, 3, 1)), 6, 3, 0.1),
	} {
		checkWidth(t, text)
		if tensor.FloatBits == 64 {
			continue // there fewer weights stand still
		}
		file := filepath.Join("testdata", "table_"+name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, text, want)
		}
	}
}

// The decades of the lines, with the sum of those left out, add up to the total.
func TestTableOfALongNetworkAddsUp(t *testing.T) {
	text := table(mlp(60, 8, 3, 1, newTanh), 8, 3, 0)
	sum, total := 0.0, 0.0
	for _, l := range strings.Split(text, "\n") {
		cells := []rune(strings.Replace(l, "−", "-", -1))
		if len(cells) < 65 || !strings.Contains(l, "tanh") && !strings.Contains(l, "more …") && !strings.Contains(l, "dense_61") {
			continue
		}
		for _, cell := range []string{string(cells[50:58]), string(cells[58:66])} {
			var x float64
			if _, err := fmt.Sscan(cell, &x); err == nil {
				sum += x
			}
		}
	}
	if _, err := fmt.Sscanf(text[strings.Index(text, "Of the"):], "Of the %f decades", &total); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if math.Abs(sum+total) > 0.3 { // 50 figures of two decimals, the total of one
		t.Errorf("the lines add up to %.2f, the total is −%.1f in\n%s", sum, total, text)
	}
}

func TestSentencesOnSingleSteps(t *testing.T) {
	row := flow.Row{Where: "dense_2", Stage: nn.StageWeights, In: 1, Out: 0.01, Gain: 0.01, Decades: -2, SoFar: 0.01, Bound: math.Inf(1)}
	rep := &flow.Report{Steps: 1, Broken: 1, Norm: 1, Rows: []flow.Row{row}, Reach: []flow.Reach{
		{Where: "dense_2", Ratio: 1, Bound: math.Inf(1)}, {Where: "dense_1", Ratio: 0.01, Bound: math.Inf(1)},
	}}
	for _, c := range []struct {
		e    flow.Effect
		want string
	}{
		{flow.Effect{MeanRelative: 1.1e-9, Frozen: 0.41}, "Its weights move by 1.1·10⁻⁹ of their size per step; 41 % of them did not change by a single bit in the last step."},
		{flow.Effect{MeanRelative: 0.00015}, "Its weights move by 0.00015 of their size per step; all of them changed in the last step."},
		{flow.Effect{MeanRelative: 0.00015, Frozen: 0.9999}, "Its weights move by 0.00015 of their size per step; more than 99 % of them did not"},
		{flow.Effect{Frozen: 1}, "None of its weights changed by a single bit in the last step."},
		{flow.Effect{MeanRelative: math.Inf(1)}, "All of its weights changed in the last step."},
		{flow.Effect{MeanRelative: math.NaN()}, "Its weights are no longer finite numbers."},
	} {
		c.e.Where, c.e.Steps, c.e.Elements = "dense_1", 1, 100
		bias := flow.Effect{Where: "dense_1", Steps: 1, Elements: 1, MeanRelative: 0.5}
		var b bytes.Buffer
		flow.Table(&b, rep, []flow.Effect{bias, c.e})
		text := strings.Join(strings.Fields(b.String()), " ")
		if !strings.Contains(text, c.want) || !strings.Contains(text, "Left out: 1 step in") || !strings.Contains(text, "dense_1 gets 1.0 % of") {
			t.Errorf("no %q in\n%s", c.want, b.String())
		}
	}
}

func ExampleTable() {
	d := nn.NewDenseNoBias(1, 1)
	d.W.Value.Fill(0.5)
	m := nn.NewSequential(nn.NewDenseNoBias(1, 1), nn.NewIdentity(), d)
	r := flow.NewRecorder(m)
	p := nn.NewTrainingPass()
	p.Probe = r
	p.Reset()
	y := m.Forward(p, tensor.New(1, 1))
	y.Fill(1)
	p.ReportLoss(y)
	m.Backward(p, y)
	report := r.Last()
	report.SetBounds(flow.Bounds(m))
	flow.Table(os.Stdout, report, nil)
	// Output:
	// the error that flows back            gain    bound      φ′      Wᵀ   reaches
	// dense_2  1                           0.50     0.50           −0.30   10⁰·⁰
	// dense_1  1  identity                 1.00     1.00    0.00           10⁻⁰·³
	// Every layer's weights get at least 50 % of the error at the output. Of the 0.3
	// decades lost on the way, 0.3 went in Wᵀ.
}
