package flow_test

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// timeNetworks are networks whose flow through time a person should see.
func timeNetworks() map[string]nn.Layer {
	std := func(v float64) nn.Init { return nn.Init{Name: "normal", Value: v} }
	after := func(l *nn.Recurrent) nn.Layer { return nn.NewSequential(l, dense(3, l.Out(), 4, 1)) }
	lstm := recurrentLayer(nn.NewLSTM(6, 50, last), orthogonal, glorot, 1, 1)
	gates(lstm, orthogonal, 1)
	for i := 50; i < 100; i++ {
		lstm.Params()[2].Value.Data[i] = 1
	}
	return map[string]nn.Layer{
		"tanh":     after(recurrentLayer(nn.NewRNN(6, 50, nn.NewTanh(), last), orthogonal, glorot, 1, 1)),
		"proved":   after(recurrentLayer(nn.NewRNN(6, 50, nn.NewTanh(), last), std(0.01), glorot, 1, 1)),
		"sigmoid":  after(recurrentLayer(nn.NewRNN(6, 50, nn.NewSigmoid(), last), orthogonal, glorot, 1, 1)),
		"growing":  after(recurrentLayer(nn.NewRNN(6, 50, nn.NewTanh(), last), orthogonal, glorot, 2, 1)),
		"overflow": after(recurrentLayer(nn.NewRNN(6, 50, nn.NewIdentity(), last), orthogonal, nn.Init{Name: "zeros"}, 5000, 1)),
		"zero":     after(recurrentLayer(nn.NewRNN(6, 50, nn.NewTanh(), last), nn.Init{Name: "zeros"}, glorot, 1, 1)),
		"irnn":     after(recurrentLayer(nn.NewRNN(6, 50, nn.NewReLU(), last), identity, std(0.001), 1, 1)),
		"lstm":     after(lstm),
		"stacked":  nn.NewSequential(recurrentLayer(nn.NewLSTM(6, 8, nn.RecurrentConfig{Layers: 2, Bidirectional: true}), glorot, glorot, 1, 1), recurrentLayer(nn.NewGRU(16, 8, last), glorot, glorot, 1, 2)),
	}
}

// TestTimeTables compares the text with what a person has read and found good.
// To write the files anew: go test ./flow -run TestTimeTables -update.
func TestTimeTables(t *testing.T) {
	for name, m := range timeNetworks() {
		steps := 100
		if name == "growing" { // chaotic: rounding grows too
			steps = 20
		}
		curves := flow.ThroughTime(m, temporalOrder(1, steps, 20), flow.TimeOptions{Seed: 1})
		var b bytes.Buffer
		if err := flow.TimeTable(&b, curves); err != nil {
			t.Fatal(err)
		}
		checkWidth(t, b.String())
		path := filepath.Join("testdata", "time_"+name+".txt")
		if flag.Lookup("update").Value.String() == "true" {
			if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if tensor.FloatBits == 32 && b.String() != string(want) {
			t.Errorf("%s:\n%s", name, b.String())
		}
	}
}

// A gradient that no floating point number can hold does not become zero where
// the forget gates are above ½: the least number rounds to itself.
func TestWhatIsLeftIsRounding(t *testing.T) {
	if tensor.FloatBits == 64 {
		t.Skip("takes thousands of steps in float64")
	}
	l := nn.NewLSTM(6, 20, last) // without W_hh the forget gates alone carry
	for i := 20; i < 40; i++ {
		l.Params()[2].Value.Data[i] = 0.5
	}
	x := tensor.New(600, 4, 6)
	c := flow.ThroughTime(l, x, flow.TimeOptions{})[0]
	f := 1 / (1 + math.Exp(-0.5))
	if !near(c.Points[100].Path, math.Pow(f, 100), 1e-4) || c.Points[599].Path != 0 || !near(c.Lambda, math.Log(f), 0.02) {
		t.Errorf("path %v and %v, λ %v", c.Points[100].Path, c.Points[599].Path, c.Lambda)
	}
	var b bytes.Buffer
	flow.TimeTable(&b, []flow.TimeCurve{c})
	if !strings.Contains(strings.ReplaceAll(b.String(), "\n", " "), "what is left is rounding") || c.Ends != -1 {
		t.Errorf("%s", b.String())
	}
}

func TestTableEndsWithTheFlowThroughTime(t *testing.T) {
	m := timeNetworks()["tanh"]
	r := flow.NewRecorder(m)
	p := nn.NewTrainingPass()
	p.Probe = r
	step(p, m, temporalOrder(1, 30, 5), normal(1, 1, 5, 4))
	rep := r.Mean()
	rep.SetBounds(flow.Bounds(m))
	var b bytes.Buffer
	flow.Table(&b, rep, nil)
	checkWidth(t, b.String())
	var section bytes.Buffer
	flow.TimeTable(&section, rep.Time)
	if section.Len() == 0 || !bytes.HasSuffix(b.Bytes(), append([]byte("\n"), section.Bytes()...)) || rep.Time[0].Limits == nil {
		t.Errorf("%s", b.String())
	}
	flow.TimeTable(&b, nil)
	flow.TimeTable(&b, []flow.TimeCurve{{Where: "rnn_1"}})
	b.Reset()
	m.Params()[4].Value.Fill(0) // nothing comes to the recurrent layer
	flow.TimeTable(&b, flow.ThroughTime(m, temporalOrder(1, 30, 5), flow.TimeOptions{}))
	if b.String() != "No gradient comes to the last step of rnn_1.\n" {
		t.Errorf("%s", b.String())
	}
}
