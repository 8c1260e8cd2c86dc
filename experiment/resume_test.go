package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebb-ml/ebb/train"
)

// stateful has everything with a state of its own that a checkpoint must keep,
// each in the ways it can be had.
var stateful = map[string]string{
	"adam, plateau": `
data: {source: penguins, validation: 0.2}
model:
  - dense: {units: 12}
  - batch_norm: {}
  - activation: relu
  - dropout: 0.4
  - residual: [{layer_norm: {}}, {dense: {units: 12, activation: tanh}}, {dropout: 0.2}]
  - dense: {units: 3}
optimizer: {name: adam, lr: 0.01}
train: {epochs: 12, batch: 10, seed: 3, clip_norm: 0.5, schedule: {name: plateau, patience: 1, factor: 0.5, warm_up: 9}}
`,
	"sgd, cosine, early stopping": `
data: {source: penguins, target: body_mass_g, validation: 0.3}
model:
  - parallel: [[{dense: {units: 5, activation: relu}}, {dropout: 0.1}], [{dense: {units: 4, activation: sigmoid}}]]
  - batch_norm: {}
  - dense: {units: 1}
loss: huber
optimizer: {name: sgd, lr: 0.2, momentum: 0.9, nesterov: true, weight_decay: 0.001}
train: {epochs: 60, batch: 16, seed: 4, schedule: {name: cosine, min_lr: 0.0001}, early_stopping: {patience: 4, min_delta: 0.01}}
`,
	"rmsprop, no validation": `
data: {source: xor, validation: 0}
model: [{dense: {units: 6, activation: tanh}}, {dropout: 0.1}, {dense: {units: 2}}]
optimizer: {name: rmsprop, momentum: 0.5}
train: {epochs: 50, batch: 3, seed: 5, schedule: {name: step, every: 7, gamma: 0.5}}
`,
	"adagrad": `
data: {source: xor, validation: 0}
model: [{dense: {units: 6, activation: tanh}}, {dense: {units: 1}}]
loss: binary_cross_entropy
optimizer: {name: adagrad, lr: 0.1}
train: {epochs: 40, batch: full, seed: 5}
`,
	"adamw": `
data: {source: two_spirals, validation: 0.25}
model: [{dense: {units: 8, activation: gelu}}, {layer_norm: {}}, {dense: {units: 2}}]
optimizer: {name: adamw, lr: 0.01}
train: {epochs: 8, batch: 13, seed: 6, clip_value: 0.01}
`,
	"sequences": `
data: {source: adding, length: 9, samples: 60}
model: [{rnn: {units: 5, layers: 2}}, {dropout: 0.2}, {gru: {units: 4, bidirectional: true}}, {dense: {units: 1}}]
loss: mse
optimizer: {name: adam, lr: 0.01}
train: {epochs: 8, batch: 7, seed: 6, clip_norm: 1}
`,
	"truncated": `
data: {source: copy, length: 4, samples: 40}
model: [{lstm: {units: 6}}, {dense: {units: 9}}]
optimizer: {name: adam, lr: 0.01}
train: {epochs: 6, batch: 7, seed: 6, bptt: 5}
`,
	"truncated, one target": `
data: {source: sunspots, window: 20}
model: [{gru: {units: 6}}, {dense: {units: 1}}]
optimizer: {name: adam, lr: 0.01}
train: {epochs: 4, batch: 32, seed: 6, bptt: 5, clip_norm: 1}
`,
	"text": `
data: {source: testdata/tide.txt, validation: 0.1}
model: [{embedding: {units: 4}}, {lstm: {units: 6}}, {dropout: 0.1}, {gru: {units: 6, layers: 2}}, {dense: {units: 61}}]
optimizer: {name: adam, lr: 0.01}
train: {epochs: 3, batch: 4, bptt: 20, seed: 2, clip_norm: 1}
`,
}

// A run that is cancelled at random steps and resumed each time ends with the
// same bits, history and report as one that never stopped.
func TestResume(t *testing.T) {
	for name, spec := range stateful {
		t.Run(name, func(t *testing.T) {
			whole, pieces := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
			want := trainIn(t, whole, spec, RunOptions{})
			if strings.Contains(name, "early") && (!want.StoppedEarly || want.Epochs == 60) {
				t.Fatalf("the case does not stop early: %d epochs", want.Epochs)
			}
			var got *Report
			runs := 0
			for got == nil || got.Interrupted {
				ctx, cancel := context.WithCancel(t.Context())
				// From 0: a run may be cancelled before it makes a step. Later runs
				// last longer, so that the test ends.
				left := rand.IntN(int(want.Steps)/6+1) + runs
				if left == 0 {
					cancel()
				}
				opt := RunOptions{Dir: pieces, OnStep: func(train.StepInfo) {
					if left--; left <= 0 {
						cancel()
					}
				}}
				if rand.IntN(2) == 0 {
					opt.SaveEvery = time.Nanosecond
				}
				var err error
				if runs == 0 {
					got, err = build(t, parse(t, spec)).Run(ctx, opt)
				} else {
					_, got, err = Resume(ctx, pieces, 0, opt)
				}
				cancel()
				if err != nil {
					t.Fatal(err)
				}
				runs++
				checkEvents(t, pieces, false)
			}
			t.Logf("%d runs, %d steps, %d epochs", runs, got.Steps, got.Epochs)
			if got.Steps != want.Steps || got.Epochs != want.Epochs || got.StoppedEarly != want.StoppedEarly ||
				asJSON(t, got.Training) != asJSON(t, want.Training) || asJSON(t, got.Validation) != asJSON(t, want.Validation) {
				t.Errorf("the report differs: %s\n%s", asJSON(t, got), asJSON(t, want))
			}
			sameBits(t, whole, pieces, lastFile, bestFile)
			if a, b := checkEvents(t, whole, true), checkEvents(t, pieces, true); a != b {
				t.Errorf("the epochs in events.jsonl differ:\n%s\n%s", a, b)
			}
			// Where nothing is left to do, resuming changes no weights and reports the
			// same metrics.
			_, again, err := Resume(t.Context(), pieces, 0, RunOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if asJSON(t, again.Training) != asJSON(t, want.Training) || asJSON(t, again.Validation) != asJSON(t, want.Validation) {
				t.Errorf("resumed after the end: %s", asJSON(t, again))
			}
			if err := again.Write(new(bytes.Buffer)); err != nil {
				t.Error(err)
			}
			sameBits(t, whole, pieces, lastFile, bestFile)
			checkEvents(t, pieces, true)
		})
	}
}

// More epochs than planned go on where the run ended.
func TestResumeForMoreEpochs(t *testing.T) {
	spec := stateful["adamw"]
	longer := strings.Replace(spec, "epochs: 8", "epochs: 11", 1)
	if longer == spec {
		t.Fatal("the spec has no epochs: 8")
	}
	whole, grown := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	want := trainIn(t, whole, longer, RunOptions{})
	trainIn(t, grown, spec, RunOptions{})
	_, got, err := Resume(t.Context(), grown, 11, RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Epochs != 11 || got.Steps != want.Steps {
		t.Errorf("%d epochs, %d steps, want 11 and %d", got.Epochs, got.Steps, want.Steps)
	}
	sameBits(t, whole, grown, lastFile, bestFile)
	checkEvents(t, grown, true)
	// What was asked for is remembered.
	if _, again, err := Resume(t.Context(), grown, 0, RunOptions{}); err != nil || again.Epochs != 11 {
		t.Errorf("%v, %v", again, err)
	}
}

// So are the epochs asked for when the run was killed before its first
// checkpoint and begins again.
func TestResumeFromTheStartForOtherEpochs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	trainIn(t, dir, stateful["adamw"], RunOptions{})
	for _, file := range []string{lastFile, bestFile} {
		if err := os.Remove(filepath.Join(dir, file)); err != nil {
			t.Fatal(err)
		}
	}
	if _, report, err := Resume(t.Context(), dir, 3, RunOptions{}); err != nil || report.Epochs != 3 {
		t.Fatalf("%v, %v", report, err)
	}
	if info, err := readRunInfo(dir); err != nil || info.Epochs != 3 {
		t.Errorf("run.json has %d epochs, %v", info.Epochs, err)
	}
}

// A run directory that cannot be gone on with says why, and stays as it is.
func TestResumeRefused(t *testing.T) {
	const spec = "data: {source: %s, target: y, validation: 0}\nmodel: [{dense: {units: 1}}]\ntrain: {epochs: 2}\n"
	for _, c := range []struct {
		name, file string
		change     func(b []byte) []byte
		want       string
	}{
		{"other data", "rows.csv", func(b []byte) []byte { return bytes.Replace(b, []byte("3.5"), []byte("3.6"), 1) }, "data has changed"},
		{"no data", "rows.csv", nil, "rows.csv"},
		{"run.json cut", "run/run.json", func(b []byte) []byte { return b[:len(b)/2] }, "run.json"},
		{"another format", "run/run.json", func(b []byte) []byte { return bytes.Replace(b, []byte(`"format": 1`), []byte(`"format": 2`), 1) }, "format 2"},
		{"another spec", "run/run.json", func(b []byte) []byte {
			return bytes.Replace(b, []byte("{dense: {units: 1}}"), []byte("{dense: {units: 3}}, {dense: {units: 1}}"), 1)
		}, lastFile},
		{"checkpoint cut", "run/" + lastFile, func(b []byte) []byte { return b[:len(b)-3] }, lastFile},
		{"checkpoint empty", "run/" + lastFile, func([]byte) []byte { return nil }, lastFile},
		{"position", "run/" + lastFile, func(b []byte) []byte { return bytes.Replace(b, []byte(`\"epoch\":2`), []byte(`\"epoch\":9`), 1) }, lastFile + ": state: epoch 9"},
		{"position negative", "run/" + lastFile, func(b []byte) []byte { return bytes.Replace(b, []byte(`\"epoch\":2`), []byte(`\"epoch\":-`), 1) }, lastFile},
		{"events cut", "run/" + eventsFile, func(b []byte) []byte { return b[:10] }, eventsFile},
		{"events lost", "run/" + eventsFile, nil, eventsFile},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			rows := filepath.Join(dir, "rows.csv")
			if err := os.WriteFile(rows, []byte("x,y\n1.5,2.5\n3.5,4\n5,7.25\n6,6.5\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			run := filepath.Join(dir, "run")
			trainIn(t, run, strings.Replace(spec, "%s", rows, 1), RunOptions{})
			path := filepath.Join(dir, c.file)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if c.change == nil {
				err = os.Remove(path)
			} else if changed := c.change(bytes.Clone(b)); bytes.Equal(changed, b) {
				t.Fatalf("the case changes nothing in %s", b)
			} else {
				err = os.WriteFile(path, changed, 0o666)
			}
			if err != nil {
				t.Fatal(err)
			}
			before := map[string]string{}
			list, _ := filepath.Glob(filepath.Join(run, "*"))
			for _, f := range list {
				b, _ := os.ReadFile(f)
				before[f] = string(b)
			}
			_, _, err = Resume(t.Context(), run, 0, RunOptions{})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %s", err, c.want)
			}
			t.Log(err)
			for f, text := range before {
				if c.name == "position" && strings.HasSuffix(f, eventsFile) {
					continue // found wrong after the log was opened, and logged
				}
				if b, err := os.ReadFile(f); err != nil || string(b) != text {
					t.Errorf("%s was changed: %v", f, err)
				}
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// checkEvents checks that the events of a run are JSON, line by line, with no
// step or epoch told twice or left out, and returns what they tell of the
// epochs, but for the time they took.
func checkEvents(t *testing.T, dir string, ended bool) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, eventsFile))
	if err != nil {
		t.Fatal(err)
	}
	var epochs []string
	last, lastType := 0.0, ""
	for line := range bytes.Lines(b) {
		var e map[string]any
		if err := json.Unmarshal(line, &e); err != nil || line[len(line)-1] != '\n' {
			t.Fatalf("%s: %v", line, err)
		}
		lastType = e["type"].(string)
		switch lastType {
		case "step":
			if s := e["step"].(float64); s != last+1 {
				t.Errorf("a step event of step %g after that of step %g", s, last)
			}
			last = e["step"].(float64)
		case "epoch":
			delete(e, "seconds")
			epochs = append(epochs, asJSON(t, e))
			if n := e["epoch"].(float64); n != float64(len(epochs)) {
				t.Errorf("epoch %g is told as number %d", n, len(epochs))
			}
		}
	}
	if ended && lastType != "end" {
		t.Errorf("the last event is %q", lastType)
	}
	return strings.Join(epochs, "\n")
}
