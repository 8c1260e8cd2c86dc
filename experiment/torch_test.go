package experiment

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// likeTorch is the spec of the network in testdata/torch_weights.py.
const likeTorch = `
data: {source: xor, validation: 0}
model:
  - dense: {units: 6}
  - batch_norm: {}
  - activation: {leaky_relu: {slope: 0.1}}
  - dense: {units: 5}
  - layer_norm: {}
  - activation: gelu
  - dense: {units: 2}
optimizer: {name: sgd, lr: 1e-30}
train: {epochs: 1, batch: full}
`

type rows struct {
	X [][]float64 `json:"x"`
	Y [][]float64 `json:"y"`
}

func (r rows) inputs() *tensor.Tensor {
	var flat []tensor.Float
	for _, row := range r.X {
		for _, v := range row {
			flat = append(flat, tensor.Float(v))
		}
	}
	return tensor.From(flat, len(r.X), len(r.X[0]))
}

// near compares outputs to 1e-5 relative to the size of the largest.
func near(t *testing.T, what string, got *tensor.Tensor, want [][]float64) {
	t.Helper()
	if got.Rows() != len(want) || got.Cols() != len(want[0]) {
		t.Fatalf("%s: %s outputs, want %d×%d", what, got.ShapeString(), len(want), len(want[0]))
	}
	size := 1.0
	for _, row := range want {
		for _, v := range row {
			size = math.Max(size, math.Abs(v))
		}
	}
	worst := 0.0
	for i, row := range want {
		for j, v := range row {
			worst = math.Max(worst, math.Abs(float64(got.Row(i)[j])-v))
		}
	}
	t.Logf("%s: largest difference %.2g at outputs up to %.3g", what, worst, size)
	if !(worst <= 1e-5*size) {
		t.Errorf("%s: outputs differ by %g", what, worst)
	}
}

// Weights that PyTorch saved give PyTorch's outputs, running statistics and all.
func TestInitFromTorch(t *testing.T) {
	text, err := os.ReadFile("testdata/torch_outputs.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden rows
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	e := build(t, parse(t, likeTorch))
	if err := e.loadWeights("testdata/torch_weights.safetensors"); err != nil {
		t.Fatal(err)
	}
	near(t, "weights of PyTorch", train.Predict(e.Model, golden.inputs()), golden.Y)

	// By the whole way: a run from these weights, whose learning rate moves none
	// of them, and its export.
	dir := filepath.Join(t.TempDir(), "run")
	trainIn(t, dir, likeTorch, RunOptions{Init: "testdata/torch_weights.safetensors"})
	out := filepath.Join(t.TempDir(), "model.safetensors")
	if err := openModel(t, dir).Export(out); err != nil {
		t.Fatal(err)
	}
	if err := e.loadWeights(out); err != nil {
		t.Fatal(err)
	}
	for _, p := range modelEntries(e.Model) {
		if strings.HasPrefix(p.Name, "0.weight") {
			w := p.Tensor("F32")
			if w.Shape[0] != 6 || w.Shape[1] != 2 {
				t.Errorf("0.weight is %v, want [6 2] as PyTorch's", w.Shape)
			}
		}
	}
}

// python returns a Python that has torch and safetensors: EBB_PYTHON, else
// python3; the test is skipped without one.
func python(t *testing.T) string {
	t.Helper()
	name := os.Getenv("EBB_PYTHON")
	if name == "" {
		name = "python3"
	}
	if out, err := exec.Command(name, "-c", "import torch, safetensors.torch").CombinedOutput(); err != nil {
		t.Skipf("needs a Python with torch and safetensors, named by EBB_PYTHON: %s: %v %s", name, err, lastLine(out))
	}
	return name
}

func lastLine(b []byte) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}

// toTorch loads an exported model into the torch.nn.Sequential of the same
// modules, strictly, runs it, trains it two steps, and saves it.
const toTorch = `
import json, sys
import safetensors.torch, torch
from torch.nn import *
net = Sequential(%s)
net.load_state_dict(safetensors.torch.load_file(sys.argv[1]), strict=True)
r = json.load(open(sys.argv[2]))
x = torch.tensor(r["x"])
net.eval()
with torch.no_grad():
    r["y"] = net(x).tolist()
net.train()
opt = torch.optim.SGD(net.parameters(), lr=0.05)
for _ in range(2):
    opt.zero_grad()
    (net(x) ** 2).mean().backward()
    opt.step()
net.eval()
with torch.no_grad():
    r["after"] = net(x).tolist()
safetensors.torch.save_file(net.state_dict(), sys.argv[3])
json.dump(r, open(sys.argv[2], "w"))
`

// An exported model is a state_dict of PyTorch's, and one that PyTorch trained
// on goes back into the same spec.
func TestTorchAndBack(t *testing.T) {
	python := python(t)
	for _, c := range []struct{ name, data, model, torch string }{
		{"norms", "{source: penguins}", `
  - dense: {units: 16}
  - batch_norm: {}
  - activation: relu
  - dropout: 0.3
  - dense: {units: 12, activation: gelu}
  - layer_norm: {}
  - dense: {units: 12, activation: {leaky_relu: {slope: 0.2}}, bias: false}
  - dense: {units: 3}`, "Linear(9,16), BatchNorm1d(16), ReLU(), Dropout(0.3), Linear(16,12), GELU(), LayerNorm(12), Linear(12,12,bias=False), LeakyReLU(0.2), Linear(12,3)"},
		{"activations", "{source: penguins, target: body_mass_g}", `
  - dense: {units: 8, activation: tanh}
  - dense: {units: 8, activation: elu}
  - dense: {units: 8, activation: selu}
  - dense: {units: 8, activation: softplus}
  - dense: {units: 8, activation: sigmoid}
  - flatten: {}
  - dense: {units: 8, activation: hard_sigmoid}
  - dense: {units: 8, activation: softmax}
  - dense: {units: 1}`, "Linear(%d,8), Tanh(), Linear(8,8), ELU(), Linear(8,8), SELU(), Linear(8,8), Softplus(), Linear(8,8), Sigmoid(), Flatten(), Linear(8,8), Hardsigmoid(), Linear(8,8), Softmax(dim=1), Linear(8,1)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			run := filepath.Join(dir, "run")
			spec := "data: " + c.data + "\nmodel:" + c.model + "\noptimizer: {name: adam, lr: 0.01}\ntrain: {epochs: 3}\n"
			trainIn(t, run, spec, RunOptions{})
			model := filepath.Join(dir, "model.safetensors")
			if err := openModel(t, run).Export(model); err != nil {
				t.Fatal(err)
			}
			m := openModel(t, model)
			e := build(t, parse(t, spec))
			var r struct {
				rows
				After [][]float64 `json:"after"`
			}
			for i := range 50 {
				var row []float64
				for _, v := range e.Validation.X.Row(i) {
					row = append(row, float64(v))
				}
				r.X = append(r.X, row)
			}
			exchange, back := filepath.Join(dir, "rows.json"), filepath.Join(dir, "back.safetensors")
			b, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(exchange, b, 0o666); err != nil {
				t.Fatal(err)
			}
			modules := c.torch
			if strings.Contains(modules, "%d") {
				modules = fmt.Sprintf(modules, e.Train.X.Cols())
			}
			if out, err := exec.Command(python, "-c", fmt.Sprintf(toTorch, modules), model, exchange, back).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if b, err = os.ReadFile(exchange); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &r); err != nil {
				t.Fatal(err)
			}
			near(t, "exported", train.Predict(m.Model, r.inputs()), r.Y)
			if err := e.loadWeights(back); err != nil {
				t.Fatal(err)
			}
			near(t, "trained on by PyTorch", train.Predict(e.Model, r.inputs()), r.After)
		})
	}
}
