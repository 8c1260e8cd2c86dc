package main

import (
	"encoding/csv"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/experiment"
	"github.com/ebb-ml/ebb/modelfile"
	"github.com/ebb-ml/ebb/tensor"
)

// trainAnswer has the keys of `train --json` that others rely on.
type trainAnswer struct {
	Run      string
	Epochs   int
	Steps    int
	Seconds  float64
	Training struct{ Loss, Accuracy, R2, MAE *float64 }

	Validation struct{ Loss, Accuracy, R2, MAE *float64 }
	Findings   []any
	Flow       []struct {
		Where, Stage string
		Gain         *float64
		Decades      *float64
		Bound        *float64
	}
	Reaches []struct {
		Where string
		Ratio float64
		Bound *float64
	}
	Updates []struct {
		Name     string
		Frozen   float64
		Relative *float64
	}
}

// check checks what every answer of a finished run must have.
func (a *trainAnswer) check(t *testing.T) {
	t.Helper()
	if a.Run == "" || a.Epochs == 0 || a.Steps == 0 || a.Seconds <= 0 || a.Training.Loss == nil || a.Validation.Loss == nil {
		t.Errorf("a key is missing: %+v", a)
	}
	if a.Findings == nil || len(a.Findings) != 0 {
		t.Errorf("findings: got %v, want []", a.Findings)
	}
	if len(a.Flow) == 0 {
		t.Error("no flow")
	}
	for _, r := range a.Flow {
		if r.Where == "" || r.Stage == "" || r.Gain == nil || r.Decades == nil {
			t.Errorf("flow row %+v", r)
			continue
		}
		if want := math.Log10(*r.Gain); math.Abs(want-*r.Decades) > 1e-3 {
			t.Errorf("%s %s: gain %g, decades %g, want %g", r.Where, r.Stage, *r.Gain, *r.Decades, want)
		}
		// The gain is the mean of an epoch, the bound that of its last weights.
		if r.Bound != nil && *r.Gain > *r.Bound*1.05 && r.Stage != "loss" {
			t.Errorf("%s %s: gain %g above its bound %g", r.Where, r.Stage, *r.Gain, *r.Bound)
		}
	}
}

// The built-in example: the first act does not learn, and the flow says why;
// the second learns.
func TestBuiltInExample(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	var a struct {
		trainAnswer
		Before trainAnswer
		Change [2]string
	}
	mustJSON(t, &a, "train", "--out", t.TempDir())
	a.check(t)
	a.Before.check(t)
	if v := *a.Before.Validation.Accuracy; v >= 0.2 {
		t.Errorf("act 1 has accuracy %g, want less than 0.2", v)
	}
	if v := *a.Validation.Accuracy; v <= 0.9 {
		t.Errorf("act 2 has accuracy %g, want more than 0.9", v)
	}
	first := a.Before.Reaches[len(a.Before.Reaches)-1]
	if first.Where != "dense_1" || first.Ratio >= 1e-4 || first.Bound == nil || *first.Bound < first.Ratio || *first.Bound > 0.1 {
		t.Errorf("what reaches the first layer of act 1: %+v", first)
	}
	for _, u := range a.Before.Updates {
		if u.Name == "0.weight" && u.Frozen == 0 && tensor.FloatBits == 32 {
			t.Errorf("act 1: no frozen weights in dense_1: %+v", u)
		}
	}
	if a.Change[0] == a.Change[1] || !strings.Contains(a.Change[0], "sigmoid") {
		t.Errorf("change: %q", a.Change)
	}
}

func TestExampleForAPerson(t *testing.T) {
	out := must(t, "train", "--epochs", "1", "--out", t.TempDir())
	narrow(t, "train", out)
	// The flow comes first, then the metrics, in both acts.
	order := []string{"Act 1", "activation: sigmoid", "the error that flows back", "sigmoid", "dense_1 gets", "The bound proves it",
		"validation", "run:", "Act 2", "-   - dense", "+   - dense", "the error that flows back", "tanh", "validation", "run:"}
	rest := out
	for _, w := range order {
		i := strings.Index(rest, w)
		if i < 0 {
			t.Fatalf("%q does not follow; the report is\n%s", w, out)
		}
		rest = rest[i+len(w):]
	}
}

func TestRegressionAnswers(t *testing.T) {
	dir := inDir(t)
	spec := write(t, dir, "mass.yaml", "data: {source: penguins, target: body_mass_g}\nmodel:\n  - dense: {units: 32, activation: relu}\n  - dense: {units: 1}\ntrain: {epochs: 40}\n")
	var a trainAnswer
	mustJSON(t, &a, "train", spec)
	a.check(t)
	if a.Run != filepath.Join("runs", "mass-1") {
		t.Errorf("run directory %q, want runs/mass-1", a.Run)
	}
	if a.Validation.R2 == nil || a.Validation.MAE == nil || a.Validation.Accuracy != nil {
		t.Errorf("metrics of a regression: %+v", a.Validation)
	}
	narrow(t, "train", must(t, "train", spec, "--epochs", "2", "--seed", "3"))
	rows := write(t, dir, "rows.csv", "sex,island,bill_length_mm,bill_depth_mm,flipper_length_mm,species,note\nMALE,Biscoe,46,15,215,Gentoo,x\n,Dream,,18,190,Adelie,y\n")
	var p struct {
		Predictions []experiment.Prediction
	}
	mustJSON(t, &p, "predict", a.Run, rows)
	if len(p.Predictions) != 2 || p.Predictions[0].Values["body_mass_g"] < 1000 || p.Predictions[0].Values["body_mass_g"] > 9000 {
		t.Errorf("predictions: %+v", p)
	}
	table := readCSV(t, must(t, "predict", a.Run, rows))
	if len(table) != 3 || table[0][0] != "body_mass_g" {
		t.Errorf("predictions as CSV: %v", table)
	}
}

func readCSV(t *testing.T, text string) [][]string {
	t.Helper()
	table, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestClassificationAnswers(t *testing.T) {
	dir := inDir(t)
	spec := write(t, dir, "net.yaml", penguinsSpec)
	var a trainAnswer
	mustJSON(t, &a, "train", spec, "--out", "run", "--seed", "18446744073709551615")
	a.check(t)
	if a.Validation.Accuracy == nil || a.Validation.R2 != nil {
		t.Errorf("metrics of a classification: %+v", a.Validation)
	}
	must(t, "export", "run", "-o", "model.safetensors")
	var e struct{ File, Format string }
	mustJSON(t, &e, "export", "run", "--format", "safetensors", "-o", "copy.safetensors")
	if e.File != "copy.safetensors" || e.Format != "safetensors" {
		t.Errorf("export: %+v", e)
	}
	sameWeights(t, "model.safetensors", "copy.safetensors")
	f, err := modelfile.Read("model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"0.weight", "0.bias", "2.weight", "2.bias"} {
		if f.Tensor(name) == nil {
			t.Errorf("no tensor %q", name)
		}
	}
	rows := write(t, dir, "rows.csv", "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,species\nBiscoe,46,15,215,5000,MALE,Gentoo\nDream,38,18,190,3500,FEMALE,Adelie\n")
	// The run and the exported file say the same.
	run, model := must(t, "predict", "run", rows), must(t, "predict", "model.safetensors", rows)
	if run != model {
		t.Errorf("the run predicts\n%sthe model\n%s", run, model)
	}
	table := readCSV(t, run)
	if len(table) != 3 || len(table[0]) != 4 || table[0][0] != "species" {
		t.Errorf("predictions as CSV: %v", table)
	}
	var m struct {
		Loss      float64
		Rows      int
		Accuracy  *float64
		Confusion [][]int
	}
	mustJSON(t, &m, "evaluate", "run", rows)
	if m.Rows != 2 || m.Accuracy == nil || len(m.Confusion) != 3 {
		t.Errorf("evaluate: %+v", m)
	}
	narrow(t, "evaluate", must(t, "evaluate", "model.safetensors", rows))
}

const penguinsSpec = "data: {source: penguins}\nmodel:\n  - dense: {units: 16, activation: relu}\n  - dense: {units: 3}\ntrain: {epochs: 3}\n"

// The example writes over no picture.
func TestExampleKeepsOtherPictures(t *testing.T) {
	dir := inDir(t)
	write(t, dir, "flow.svg", "mine")
	before := tree(t, dir)
	refused(t, exitUsage, []string{"train", "--epochs", "1", "--out", dir}, "flow.svg")
	unchanged(t, dir, before)
}

func TestDescribeSchemaList(t *testing.T) {
	dir := inDir(t)
	specs := map[string]string{"penguins": penguinsSpec, "all": `
data: {source: penguins, target: species, validation: 0.25}
model:
  - dense: {units: 512, activation: {leaky_relu: {slope: 0.123456}}, init: {normal: {std: 0.0512345}}, bias_init: {constant: {value: -0.5}}}
  - residual:
      - layer_norm: {}
      - parallel: [[{dense: {units: 500}}], [{dense: {units: 12}}, {batch_norm: {}}, {dropout: 0.25}]]
      - residual: [{residual: [{residual: [{dense: {units: 512, init: orthogonal}}, {activation: hard_sigmoid}]}]}]
  - dense: {units: 3}
loss: cross_entropy
optimizer: {name: adamw, lr: 0.000123456, weight_decay: 0.0123456, beta1: 0.912345, beta2: 0.998765, eps: 1.23456e-7}
train: {epochs: 200000, batch: full, seed: 9223372036854775807, clip_norm: 1.5, clip_value: 0.25, schedule: {name: plateau, factor: 0.123456, patience: 12, min_lr: 1.23456e-6, warm_up: 12345}, early_stopping: {patience: 123, min_delta: 0.00012345}}
`}
	for name, text := range specs {
		spec := write(t, dir, name+".yaml", text)
		out := must(t, "describe", spec)
		narrow(t, "describe "+name, out)
		var d experiment.Description
		mustJSON(t, &d, "describe", spec)
		sum := 0
		for _, l := range d.Layers {
			sum += l.Params
		}
		if d.Params == 0 || d.Loss != "cross_entropy" || len(d.Data.Classes) != 3 || sum < d.Params {
			t.Errorf("describe: %+v", d)
		}
		t.Logf("\n%s", out)
	}
	// Every default that applied is told.
	for _, w := range []string{"he_uniform", "bias zeros", "relu", "adam", "0.001", "1e-08", "cross_entropy", "batch 32", "seed 1"} {
		if out := must(t, "describe", "penguins.yaml"); !strings.Contains(out, w) {
			t.Errorf("describe does not tell %q:\n%s", w, out)
		}
	}
	var schema map[string]any
	mustJSON(t, &schema, "schema")
	if schema["$schema"] == nil || schema["properties"] == nil {
		t.Errorf("schema: %v", schema)
	}
	var list struct{ Sets []map[string]any }
	mustJSON(t, &list, "data", "list")
	if len(list.Sets) < 6 {
		t.Errorf("data list: %v", list)
	}
	narrow(t, "data list", must(t, "data", "list"))
	narrow(t, "help", must(t))
	for _, c := range []string{"train", "predict", "evaluate", "describe", "schema", "data", "export"} {
		narrow(t, c+" --help", must(t, c, "--help"))
	}
}

// A run that explodes ends with exit code 1, one sentence, and its answer.
func TestExplodedRun(t *testing.T) {
	dir := inDir(t)
	for _, lr := range []string{"1e3", "1e10", "1e30", "1e38", "1e300"} {
		for _, loss := range []string{"mse", "huber", "mae"} {
			spec := write(t, dir, "net.yaml", "data: {source: penguins, target: body_mass_g}\nmodel:\n  - dense: {units: 32, activation: relu}\n  - dense: {units: 32, activation: relu}\n  - dense: {units: 1}\nloss: "+loss+"\noptimizer: {name: sgd, lr: "+lr+"}\ntrain: {epochs: 1, batch: full}\n")
			c := ebb(t, "train", spec, "--json")
			var a map[string]any
			decodeOne(t, c.out, &a)
			t.Logf("%s %s: %d %s", loss, lr, c.code, c.stderr)
			if (c.code == exitFailed) != (a["non_finite"] != nil) || c.code == exitUsage || strings.Contains(c.stderr, "json:") {
				t.Errorf("%s %s: exit code %d: %s", loss, lr, c.code, c.stderr)
			}
			c = ebb(t, "train", spec, "--epochs", "5")
			narrow(t, "exploded", c.out)
			if strings.Contains(c.out, "NaN") {
				t.Errorf("%s %s: a page of NaN:\n%s", loss, lr, c.out)
			}
		}
	}
}

// Rows too large for the model are refused, not answered with Inf.
func TestOverflowingRows(t *testing.T) {
	dir := inDir(t)
	write(t, dir, "net.yaml", "data: {source: penguins, target: body_mass_g}\nmodel:\n  - dense: {units: 16, activation: relu}\n  - dense: {units: 1}\ntrain: {epochs: 3}\n")
	must(t, "train", "net.yaml", "--out", "run")
	const header = "island,bill_length_mm,bill_depth_mm,flipper_length_mm,species,sex,body_mass_g\n"
	write(t, dir, "rows.csv", header+"Biscoe,40,15,200,Adelie,MALE,3000\nBiscoe,3e38,-3e38,3e38,Adelie,MALE,3000\n")
	before := tree(t, dir)
	for _, command := range []string{"predict", "evaluate"} {
		for _, json := range []string{"--json", "--json=false"} {
			c := ebb(t, command, "run", "rows.csv", json)
			// Whether a finite sum comes out depends on the number type.
			if strings.Contains(c.out, "Inf") || strings.Contains(c.out, "NaN") || strings.Contains(c.stderr, "json:") {
				t.Errorf("%s %s: %d %q %q", command, json, c.code, c.out, c.stderr)
			}
		}
	}
	if tensor.FloatBits == 32 {
		refused(t, exitUsage, []string{"predict", "run", "rows.csv"}, "rows.csv", "row 2")
	}
	unchanged(t, dir, before)
}
