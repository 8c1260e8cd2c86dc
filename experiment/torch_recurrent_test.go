package experiment

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// recurrentToTorch is toTorch for sequences, [T, B, features]: every recurrent
// module returns all its outputs, but the last one its final states.
const recurrentToTorch = `
import json, sys
import safetensors.torch, torch
from torch.nn import *
net = Sequential(%s)
net.load_state_dict(safetensors.torch.load_file(sys.argv[1]), strict=True)
r = json.load(open(sys.argv[2]))
T, B, F = r["shape"]
x = torch.tensor(r["x"]).reshape(T, B, F)
recurrent = [m for m in net if isinstance(m, RNNBase)]
def run(x):
    for m in net:
        if isinstance(m, RNNBase):
            y, s = m(x)
            h = s[0] if isinstance(s, tuple) else s
            last = torch.cat(list(h[-2:]), -1) if m.bidirectional else h[-1]
            x = last if m is recurrent[-1] else y
        else:
            x = m(x)
    return x
with torch.no_grad():
    r["y"] = run(x).tolist()
opt = torch.optim.SGD(net.parameters(), lr=0.05)
for _ in range(2):
    opt.zero_grad()
    (run(x) ** 2).mean().backward()
    opt.step()
with torch.no_grad():
    r["after"] = run(x).tolist()
safetensors.torch.save_file(net.state_dict(), sys.argv[3])
json.dump(r, open(sys.argv[2], "w"))
`

// Exported recurrent layers are state_dicts of torch.nn.RNN, LSTM and GRU, and
// what PyTorch trained on goes back into the same spec.
func TestRecurrentToTorchAndBack(t *testing.T) {
	python := python(t)
	for _, c := range []struct{ name, model, torch string }{
		{"rnn, lstm", "[{dense: {units: 5, activation: tanh}}, {rnn: {units: 6, activation: relu, layers: 2}}, {lstm: {units: 4, bidirectional: true}}, {dense: {units: 1}}]",
			"Linear(2,5), Tanh(), RNN(5,6,num_layers=2,nonlinearity='relu'), LSTM(6,4,bidirectional=True), Linear(8,1)"},
		{"gru, rnn", "[{gru: {units: 6, layers: 2, bidirectional: true}}, {layer_norm: {}}, {rnn: {units: 3}}, {dense: {units: 1}}]",
			"GRU(2,6,num_layers=2,bidirectional=True), LayerNorm(12), RNN(12,3), Linear(3,1)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			run := filepath.Join(dir, "run")
			spec := "data: {source: adding, length: 12, samples: 100}\nmodel: " + c.model + "\nloss: mse\ntrain: {epochs: 2}\n"
			trainIn(t, run, spec, RunOptions{})
			model := filepath.Join(dir, "model.safetensors")
			if err := openModel(t, run).Export(model); err != nil {
				t.Fatal(err)
			}
			m, e := openModel(t, model), build(t, parse(t, spec))
			var a tensor.Arena
			b := e.Validation.Batch(&a, 0, 15)
			var r struct {
				Shape []int          `json:"shape"`
				X     []tensor.Float `json:"x"`
				Y     [][]float64    `json:"y"`
				After [][]float64    `json:"after"`
			}
			r.Shape, r.X = b.X.Shape(), b.X.Data
			exchange, back := filepath.Join(dir, "sequences.json"), filepath.Join(dir, "back.safetensors")
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(exchange, text, 0o666); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(python, "-c", fmt.Sprintf(recurrentToTorch, c.torch), model, exchange, back).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if text, err = os.ReadFile(exchange); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &r); err != nil {
				t.Fatal(err)
			}
			first := func(d *data.Dataset) *data.Dataset {
				rows := make([]int, 15)
				for i := range rows {
					rows[i] = i
				}
				return d.Select(rows)
			}
			near(t, "exported", train.PredictData(m.Model, first(e.Validation)), r.Y)
			if err := e.loadWeights(back); err != nil {
				t.Fatal(err)
			}
			near(t, "trained on by PyTorch", train.PredictData(e.Model, first(e.Validation)), r.After)
		})
	}
}
