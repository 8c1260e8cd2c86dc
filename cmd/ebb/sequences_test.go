package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/tensor"
)

// recurrentZoo are networks over sequences, sick and healthy: each trains.
var recurrentZoo = map[string]string{
	"gru on sine":     "data: {source: sine, window: 32, samples: 300}\nmodel: [{gru: {units: 8}}, {dense: {units: 1}}]\nloss: mse\n",
	"lstm on adding":  "data: {source: adding, length: 30, samples: 300}\nmodel: [{lstm: {units: 8}}, {dense: {units: 1}}]\nloss: mse\ntrain: {clip_norm: 1}\n",
	"sigmoid latch":   "data: {source: latch, length: 60, samples: 300}\nmodel: [{rnn: {units: 8, activation: sigmoid}}, {dense: {units: 2}}]\nloss: cross_entropy\noptimizer: {name: sgd, lr: 0.1}\n",
	"identity":        "data: {source: adding, length: 50, samples: 300}\nmodel: [{rnn: {units: 8, activation: relu, recurrent_init: identity}}, {dense: {units: 1}}]\nloss: mse\n",
	"temporal order":  "data: {source: temporal_order, length: 40, samples: 300}\nmodel: [{lstm: {units: 8, layers: 2, bidirectional: true}}, {dense: {units: 4}}]\n",
	"copy, truncated": "data: {source: copy, length: 10, samples: 300}\nmodel: [{gru: {units: 8}}, {dense: {units: 9}}]\ntrain: {bptt: 8}\n",
	"co2":             "data: {source: co2, window: 12}\nmodel: [{gru: {units: 8}}, {layer_norm: {}}, {dense: {units: 1}}]\ntrain: {bptt: 5}\n",
	"branches":        "data: {source: sunspots, window: 20}\nmodel: [{parallel: [[{rnn: {units: 4, activation: identity}}], [{gru: {units: 4}}]]}, {dense: {units: 1}}]\n",
	"residual":        "data: {source: adding, length: 20, samples: 300}\nmodel: [{dense: {units: 8}}, {residual: [{gru: {units: 8}}, {dropout: 0.1}]}, {lstm: {units: 8}}, {dense: {units: 1}}]\nloss: mse\n",
}

// succeeded runs a command that must.
func succeeded(t *testing.T, args ...string) call {
	t.Helper()
	c := ebb(t, args...)
	if c.code != exitDone {
		t.Fatalf("ebb %s: exit code %d: %s", strings.Join(args, " "), c.code, c.stderr)
	}
	return c
}

func TestSequencesTrain(t *testing.T) {
	for name, spec := range recurrentZoo {
		t.Run(name, func(t *testing.T) {
			dir := inDir(t)
			write(t, dir, "net.yaml", spec)
			narrow(t, "describe", succeeded(t, "describe", "net.yaml").out)
			out := succeeded(t, "train", "net.yaml", "--epochs", "2", "--out", "run").out
			narrow(t, "train", out)
			if !strings.Contains(out, "ck in ") {
				t.Errorf("the report has no flow through time:\n%s", out)
			}
			if svg, err := os.ReadFile("run/time.svg"); err != nil || !strings.Contains(string(svg), "through time") {
				t.Errorf("no picture of the flow through time: %v", err)
			}
			var answer struct {
				Time []struct {
					Where  string
					Points []struct{ Lag int }
				}
				Training, Validation struct{ Loss float64 }
			}
			text := succeeded(t, "train", "net.yaml", "--epochs", "1", "--out", "json", "--json").out
			if err := json.Unmarshal([]byte(text), &answer); err != nil {
				t.Fatal(err)
			}
			if len(answer.Time) == 0 || len(answer.Time[0].Points) < 5 || !(answer.Validation.Loss > 0) {
				t.Errorf("%+v", answer)
			}
			source := strings.Split(strings.Split(spec, "source: ")[1], ",")[0]
			narrow(t, "evaluate", succeeded(t, "evaluate", "run", source).out)
			lines := strings.Count(succeeded(t, "predict", "run", source).out, "\n")
			if lines < 200 {
				t.Errorf("predictions have %d lines", lines)
			}
			succeeded(t, "export", "run", "-o", "model.safetensors")
			if a, b := succeeded(t, "predict", "run", source).out, succeeded(t, "predict", "model.safetensors", source).out; a != b && tensor.FloatBits == 32 { // a file for others is float32
				t.Error("an exported model predicts otherwise than its run")
			}
		})
	}
}

// poem is a text in Korean and English with little to learn.
var poem = strings.Repeat("나 보기가 역겨워 가실 때에는\n말없이 고이 보내 드리우리다.\nwave and tide, tide and wave;\n", 60)

const textSpec = `data: {source: poem.txt, validation: 0.1}
model:
  - embedding: {units: 12}
  - lstm: {units: 48}
  - dense: {units: %d}
optimizer: {name: adam, lr: 0.01}
train: {epochs: 14, batch: 8, bptt: 16, clip_norm: 1}
`

func characters(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

func TestTextGenerates(t *testing.T) {
	dir := inDir(t)
	write(t, dir, "poem.txt", poem)
	write(t, dir, "net.yaml", fmt.Sprintf(textSpec, characters(poem)))
	narrow(t, "describe", succeeded(t, "describe", "net.yaml").out)
	narrow(t, "train", succeeded(t, "train", "net.yaml", "--out", "run").out)

	// It has learned the text by heart.
	want := "wave and tide, tide and wave;\n나 보기가 역겨워"
	if out := succeeded(t, "predict", "run", want[:8], "--generate", "31", "--temperature", "0").out; !strings.HasPrefix(out, want) {
		t.Errorf("got %q, expected it to begin with %q", out, want)
	}
	one := succeeded(t, "predict", "run", "나 ", "--generate", "200", "--seed", "7", "--temperature", "2").out
	two := succeeded(t, "predict", "run", "나 ", "--generate", "200", "--seed", "7", "--temperature", "2").out
	if one != two {
		t.Error("the same seed gives another text")
	}
	if n := len([]rune(one)); n != 203 {
		t.Errorf("%d characters, expected the prompt's 2, 200 and a line end", n)
	}
	if other := succeeded(t, "predict", "run", "나 ", "--generate", "200", "--seed", "8", "--temperature", "2").out; one == other {
		t.Error("another seed gives the same text")
	}
	var answer generation
	if err := json.Unmarshal([]byte(succeeded(t, "predict", "run", "나 ", "--generate", "200", "--seed", "7", "--temperature", "2", "--json").out), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Prompt+answer.Text+"\n" != one {
		t.Errorf("JSON has another text: %+v", answer)
	}
	succeeded(t, "predict", "run", "--generate", "3")
	narrow(t, "evaluate", succeeded(t, "evaluate", "run", "poem.txt").out)
	succeeded(t, "export", "run", "-o", "model.safetensors")
	if out := succeeded(t, "predict", "model.safetensors", "나 ", "--generate", "200", "--seed", "7", "--temperature", "2").out; out != one && tensor.FloatBits == 32 {
		t.Error("the exported model gives another text")
	}

	refused(t, exitUsage, []string{"predict", "run", "poem.txt"}, "character by character")
	refused(t, exitUsage, []string{"predict", "run", "Zürich", "--generate", "3"}, "prompt", "Z", "ü")
	refused(t, exitUsage, []string{"predict", "run", "--generate", "0"}, "expected a number of characters from 1")
	refused(t, exitUsage, []string{"predict", "run", "--generate", "-2"}, "from 1")
	refused(t, exitUsage, []string{"predict", "run", "--generate", "5", "--temperature", "-1"}, "temperature", "-1")
	refused(t, exitUsage, []string{"predict", "run", "--generate", "5", "--temperature", "NaN"}, "temperature")
	refused(t, exitUsage, []string{"predict", "run", "a", "b", "--generate", "5"}, "got 3 arguments")
	refused(t, exitUsage, []string{"predict", "run", "poem.txt", "--seed", "5"}, "--seed goes with --generate")
	write(t, dir, "xor.yaml", "data: {source: xor, validation: 0}\nmodel: [{dense: {units: 2}}]\n")
	succeeded(t, "train", "xor.yaml", "--out", "xor")
	refused(t, exitUsage, []string{"predict", "xor", "a", "--generate", "5"}, "was not trained on a text")
}

func TestBadText(t *testing.T) {
	dir := inDir(t)
	write(t, dir, "poem.txt", poem)
	n := characters(poem)
	spec := func(s string) string { return write(t, dir, "net.yaml", s) }
	good := fmt.Sprintf(textSpec, n)
	for _, c := range []struct{ spec, want string }{
		{fmt.Sprintf(textSpec, n+1), fmt.Sprintf("expected units: %d", n)},
		{strings.Replace(good, "batch: 8", "batch: full", 1), "net.yaml:7: train.batch: a text is read in parts side by side"},
		{strings.Replace(good, "batch: 8", "batch: 100000", 1), "net.yaml:7: train.batch"},
		{strings.Replace(good, "embedding: {units: 12}", "dense: {units: 12}", 1), "net.yaml:3: model: "},
		{strings.Replace(good, "embedding: {units: 12}", "embedding: {units: 12, vocab: 3}", 1), "net.yaml:3: embedding: vocab"},
		{strings.Replace(good, "units: 48}", "units: 48, bidirectional: true}", 1), "net.yaml:4: lstm: bidirectional"},
		{strings.Replace(good, "units: 48}", "units: 48, return: last}", 1), "return: all"},
		{strings.Replace(good, "validation", "window: 3, validation", 1), "poem.txt"},
		{strings.Replace(good, "validation", "length: 3, validation", 1), "length"},
	} {
		if got := ebb(t, "describe", spec(c.spec)); got.code != exitUsage || !strings.Contains(got.stderr, c.want) {
			t.Errorf("%s\ngot %d, %q; expected %q", c.spec, got.code, got.stderr, c.want)
		}
	}
	write(t, dir, "bad.txt", "abc\xff\xfe")
	write(t, dir, "bad.yaml", strings.Replace(good, "poem", "bad", 1))
	refused(t, exitUsage, []string{"train", "bad.yaml"}, "bad.txt", "UTF-8")
	write(t, dir, "short.txt", "ab")
	refused(t, exitUsage, []string{"train", "short.txt"}, "short.txt: a text of 2 characters is too short")
}

// AutoSpec chooses something for a series and a text, and prints it.
func TestAutoOfSequences(t *testing.T) {
	dir := inDir(t)
	write(t, dir, "poem.txt", poem)
	for source, want := range map[string]string{"co2": "window: 60", "sine": "activation: identity", "latch": "lstm", "copy": "dense: {units: 9}", "poem.txt": "embedding"} {
		out := succeeded(t, "train", source, "--epochs", "1").out
		narrow(t, source, out)
		if !strings.Contains(out, want) {
			t.Errorf("%s: no %q in\n%s", source, want, out)
		}
	}
}
