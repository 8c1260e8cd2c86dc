package experiment

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// minimal is the shortest spec that trains.
const minimal = "data: {source: xor, validation: 0}\nmodel:\n  - dense: {units: 2}\n"

func TestDefaults(t *testing.T) {
	s, err := ParseSpec("net.yaml", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	if s.Optimizer.Name != "adam" || s.Optimizer.LR != 0.001 || s.Train.Epochs != 20 || s.Train.Batch != 32 || s.Train.Seed != 1 {
		t.Errorf("defaults: %+v %+v", s.Optimizer, s.Train)
	}
	if !s.Data.Standardize || !s.Model[0].Bias || s.Model[0].Repeat != 1 || s.Model[0].Activation.Name != "identity" {
		t.Errorf("defaults: %+v %+v", s.Data, s.Model[0])
	}
}

func TestEverySetting(t *testing.T) {
	s, err := ParseSpec("net.yaml", []byte(`
data: {source: {images: a.gz, labels: b.gz}, validation: 0.3, standardize: false}
model:
  - embedding: {vocab: 96, units: 8}
  - flatten:
  - dense: {units: 64, activation: {leaky_relu: {slope: 0.3}}, init: {normal: {std: 0.05}}, bias: false}
    repeat: 3
  - batch_norm: {}
  - activation: {linear: {slope: 10}}
  - dropout: 0.2
  - residual: [{dense: {units: 64, activation: relu}}, {dense: {units: 64, bias_init: {constant: {value: -60}}}}]
  - parallel: [[{dense: {units: 3}}], [{dense: {units: 4}}, {layer_norm: {}}]]
loss: huber
optimizer: {name: sgd, lr: 1e-3, momentum: 0.9, nesterov: true, weight_decay: 0.0005}
train: {epochs: 7, batch: full, seed: 9, clip_norm: 1, clip_value: 0.5, schedule: {name: cosine, min_lr: 1e-5, warm_up: 100}, early_stopping: {patience: 3}}
`))
	if err != nil {
		t.Fatal(err)
	}
	d := s.Model[2]
	if d.Repeat != 3 || d.Activation != (ActivationSpec{"leaky_relu", 0.3}) || d.Init != (InitSpec{"normal", 0.05}) || d.Bias {
		t.Errorf("dense: %+v", d)
	}
	if s.Model[4].Activation.Slope != 10 || s.Model[5].Rate != 0.2 || s.Model[6].Body[1].BiasInit.Value != -60 || len(s.Model[7].Branches) != 2 {
		t.Errorf("model: %+v", s.Model)
	}
	if s.Train.Batch != 0 || s.Train.Schedule.WarmUp != 100 || s.Train.Early.Patience != 3 || !s.Optimizer.Nesterov || s.Data.Images != "a.gz" {
		t.Errorf("train: %+v %+v", s.Train, s.Optimizer)
	}
}

func TestWrongSpecs(t *testing.T) {
	for _, c := range []struct{ name, spec, want string }{
		{"empty", "", "the spec is empty"},
		{"not yaml", "data: [", "not valid YAML"},
		{"tabs", "data:\n\tsource: xor\n", "indent with spaces"},
		{"not a mapping", "- 1\n", "expected a mapping"},
		{"no model", "data: {source: xor}\n", `the key "model" is missing`},
		{"unknown key", strings.Replace(minimal, "units", "unit", 1), `net.yaml:3: dense: unknown key "unit", did you mean "units"?`},
		{"unknown top key", minimal + "optimiser: {}\n", `net.yaml:4: spec: unknown key "optimiser", did you mean "optimizer"?`},
		{"twice", minimal + "loss: mse\nloss: mae\n", "is there twice, first in line 4"},
		{"wrong type", strings.Replace(minimal, "units: 2", "units: many", 1), `net.yaml:3: dense.units: expected a whole number, got "many"`},
		{"quoted number", strings.Replace(minimal, "units: 2", "units: '2'", 1), `expected a whole number, got the text "2"`},
		{"units 0", strings.Replace(minimal, "units: 2", "units: 0", 1), "net.yaml:3: dense.units: expected a whole number from 1 to 1048576, got 0"},
		{"units huge", strings.Replace(minimal, "units: 2", "units: 99999999999999999999", 1), "from 1 to 1048576"},
		{"no units", "data: {source: xor}\nmodel: [{dense: {}}]\n", `the key "units" is missing`},
		{"unknown layer", "data: {source: xor}\nmodel: [{densee: {units: 1}}]\n", `unknown layer "densee", did you mean "dense"?`},
		{"two layers", "data: {source: xor}\nmodel: [{dense: {units: 1}, flatten: {}}]\n", "give each a dash of its own"},
		{"empty model", "data: {source: xor}\nmodel: []\n", "the list of layers is empty"},
		{"activation", strings.Replace(minimal, "units: 2", "units: 2, activation: sigmoyd", 1), `dense.activation: unknown name "sigmoyd", did you mean "sigmoid"?`},
		{"init without value", strings.Replace(minimal, "units: 2", "units: 2, init: normal", 1), "normal needs a setting: {normal: {std: 0.05}}"},
		{"loss", minimal + "loss: cross_entropi\n", `did you mean "cross_entropy"?`},
		{"negative rate", minimal + "optimizer: {name: sgd, lr: -1}\n", "expected a number above 0, got -1"},
		{"NaN rate", minimal + "optimizer: {name: sgd, lr: .nan}\n", "expected a number"},
		{"not its setting", minimal + "optimizer: {name: adam, momentum: 0.9}\n", `adam has no "momentum"; it takes lr, beta1, beta2`},
		{"nesterov", minimal + "optimizer: {name: sgd, nesterov: true}\n", "nesterov needs a momentum"},
		{"dropout 1", "data: {source: xor}\nmodel: [{dropout: 1}]\n", "nothing would get through"},
		{"validation", "data: {source: xor, validation: 1}\nmodel: [{dense: {units: 1}}]\n", "nothing would be left to train on"},
		{"bool", "data: {source: xor, standardize: yes}\nmodel: [{dense: {units: 1}}]\n", "expected true or false"},
		{"batch", minimal + "train: {batch: half}\n", "expected a whole number"},
		{"too many layers", strings.Replace(minimal, "units: 2}", "units: 2}\n    repeat: 10001", 1), "repeat: expected a whole number from 1 to 10000"},
		{"too many nested", "data: {source: xor}\nmodel: [{residual: [{dense: {units: 1}, repeat: 200}], repeat: 200}]\n", "more than 10000 layers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseSpec("net.yaml", []byte(c.spec))
			if err == nil {
				t.Fatal("was accepted")
			}
			var at *SpecError
			if !errors.As(err, &at) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// A hostile spec ends in an error within bounds, whatever its size.
func TestHostileSpecs(t *testing.T) {
	deep := "data: {source: xor}\nmodel: " + strings.Repeat("[{residual: ", 500) + "[]" + strings.Repeat("}]", 500)
	laughs := "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
	for i := range 10 {
		p, n := string(rune('a'+i)), string(rune('b'+i))
		laughs += n + ": &" + n + " [" + strings.Repeat("*"+p+",", 10) + "]\n"
	}
	for name, spec := range map[string]string{
		"deep": deep, "laughs": laughs, "big": strings.Repeat("#", maxSpecBytes+1),
		"zeros": "\x00\x00", "self": "data: &a {source: *a}\nmodel: *a\n",
	} {
		if _, err := ParseSpec("net.yaml", []byte(spec)); err == nil {
			t.Errorf("%s: was accepted", name)
		}
	}
}

func FuzzParseSpec(f *testing.F) {
	f.Add(minimal)
	f.Add(builtinExample)
	for _, text := range stateful {
		f.Add(text)
	}
	for _, text := range []string{"a: &a {<<: *a}", "data: {source: xor}\nmodel: &m [residual: *m]", "? [a]\n: b", "---\n---\n", "%YAML 9.9\n---\na",
		"data: {source: xor}\nmodel: [{dropout: !!float 0.5}]", strings.Repeat("- ", 5000)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSpec("", []byte(text))
		if (s == nil) == (err == nil) {
			t.Fatalf("spec %v, error %v", s, err)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("a message of more than one line: %q", err)
		}
	})
}

// The schema accepts what the parser accepts and refuses an unknown key.
func TestSchemaAgreesWithParser(t *testing.T) {
	schema, err := Schema().Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(text string) error {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		// YAML's whole numbers as JSON has them.
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var j any
		if err := json.Unmarshal(b, &j); err != nil {
			t.Fatal(err)
		}
		return schema.Validate(j)
	}
	for _, good := range []string{minimal, builtinExample,
		minimal + "optimizer: {name: adamw, lr: 0.1, eps: 1e-7}\ntrain: {batch: full, schedule: {name: step, every: 3}}\n",
		"data: {source: x.csv, target: y}\nmodel: [{dense: {units: 3, activation: {linear: {slope: 10}}, init: {constant: {value: 0.5}}}, repeat: 3}, {dropout: 0.5}, {residual: [{layer_norm: {}}]}]\n",
		"data: {source: x.txt, window: 3, length: 4, samples: 5}\nmodel: [{embedding: {units: 3}}, {rnn: {units: 2, activation: relu, recurrent_init: {identity: {gain: 1.1}}}, repeat: 2}, {lstm: {units: 3, layers: 2, bidirectional: true, return: all, forget_bias: -1}}, {gru: {units: 1, init: pytorch, bias_init: zeros}}]\ntrain: {bptt: 7}\n",
	} {
		if err := check(good); err != nil {
			t.Errorf("the schema refuses\n%s\n%v", good, err)
		}
		if _, err := ParseSpec("", []byte(good)); err != nil {
			t.Errorf("the parser refuses\n%s\n%v", good, err)
		}
	}
	for _, bad := range []string{
		minimal + "optimiser: {}\n", strings.Replace(minimal, "units: 2", "units: 0", 1),
		strings.Replace(minimal, "units", "unit", 1), minimal + "loss: xent\n",
		"data: {source: xor}\nmodel: [{dense: {units: 1}, flatten: {}}]\n",
		"data: {source: xor}\nmodel: []\n",
		"data: {source: adding}\nmodel: [{rnn: {units: 1, activation: gelu}}]\n",
		"data: {source: adding}\nmodel: [{gru: {units: 1, return: some}}]\n",
		"data: {source: adding}\nmodel: [{gru: {units: 1, recurrent_init: {orthogonal: {gain: 0}}}}]\n",
		"data: {source: adding, window: 0}\nmodel: [{gru: {units: 1}}]\n",
		"data: {source: adding}\nmodel: [{gru: {units: 1}}]\ntrain: {bptt: -1}\n",
	} {
		if check(bad) == nil {
			t.Errorf("the schema accepts\n%s", bad)
		}
	}
}
