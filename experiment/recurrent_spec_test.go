package experiment

import (
	"errors"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/nn"
)

func TestEveryRecurrentSetting(t *testing.T) {
	s, err := ParseSpec("net.yaml", []byte(`
data: {source: adding, length: 20, samples: 40}
model:
  - rnn: {units: 8, activation: relu, recurrent_init: {identity: {gain: 1.1}}, init: {normal: {std: 0.01}}, bias_init: {constant: {value: 0.1}}}
    repeat: 2
  - lstm: {units: 6, layers: 2, bidirectional: true, forget_bias: 3}
  - gru: {units: 4, return: all, recurrent_init: {orthogonal: {gain: 0.9}}}
  - rnn: {units: 4, recurrent_init: orthogonal}
  - dense: {units: 1}
train: {epochs: 1, batch: 8}
`))
	if err != nil {
		t.Fatal(err)
	}
	if s.Data.Length != 20 || s.Data.Samples != 40 {
		t.Errorf("data: %+v", s.Data)
	}
	e, err := Build(s)
	if err != nil {
		t.Fatal(err)
	}
	d, err := e.Describe()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range d.Layers {
		got = append(got, l.Site+" "+shapeText(l.Output)+": "+l.Settings)
	}
	want := []string{
		"rnn_1 20×8: relu, return all, init normal(0.01), recurrent identity(1.1), bias constant(0.1)",
		"rnn_2 20×8: relu, return all, init normal(0.01), recurrent identity(1.1), bias constant(0.1)",
		"lstm_1 20×12: 2 layers, bidirectional, return all, init glorot_uniform, recurrent orthogonal, bias zeros, forget bias 3",
		"gru_1 20×4: return all, init glorot_uniform, recurrent orthogonal(0.9), bias zeros",
		"rnn_3 4: tanh, return last, init glorot_uniform, recurrent orthogonal, bias zeros",
		"dense_1 1: glorot_uniform, bias zeros",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if d.Data.Steps != 20 || d.Data.Layout != "sequences" {
		t.Errorf("data: %+v", d.Data)
	}
	if w := e.Model.Children()[0].Params()[1].Value; w.Row(3)[3] != nn.NewParam("", 1).Value.Data[0]+1.1 || w.Row(3)[2] != 0 {
		t.Errorf("the recurrent weights are not 1.1 on the diagonal")
	}
	var text strings.Builder
	if err := d.Write(&text); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text.String()) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// What is wrong is told with its line and what was expected.
func TestWrongRecurrentSpecs(t *testing.T) {
	adding := func(model string) string {
		return "data: {source: adding, length: 9, samples: 50}\nmodel:\n" + model
	}
	copying := "data: {source: copy, length: 9, samples: 50}\nmodel:\n"
	for _, c := range []struct{ name, spec, want string }{
		{"key", adding("  - lstm: {units: 1, activation: relu}\n"), `net.yaml:3: lstm: unknown key "activation"`},
		{"return", adding("  - lstm: {units: 1, return: lats}\n"), `net.yaml:3: lstm.return: unknown name "lats", did you mean "last"?`},
		{"activation", adding("  - rnn: {units: 1, activation: gelu}\n"), `net.yaml:3: rnn.activation: unknown name "gelu"`},
		{"units", adding("  - gru: {}\n"), `net.yaml:3: gru: the key "units" is missing`},
		{"layers", adding("  - gru: {units: 1, layers: 0}\n"), "gru.layers: expected a whole number from 1"},
		{"gain", adding("  - gru: {units: 1, recurrent_init: {orthogonal: {gain: 0}}}\n"), "gain: expected a factor that is not 0"},
		{"gain of another", adding("  - gru: {units: 1, recurrent_init: {he_normal: {gain: 2}}}\n"), "he_normal takes no settings"},
		{"window", "data: {source: co2, window: 0}\nmodel: [{gru: {units: 1}}]\n", "net.yaml:1: data.window: expected a whole number from 1"},
		{"bptt", adding("  - gru: {units: 1}\n") + "train: {bptt: -1}\n", "net.yaml:4: train.bptt: expected a whole number from 0"},
		{"window too long", "data: {source: sunspots, window: 400}\nmodel: [{gru: {units: 2}}, {dense: {units: 1}}]\n", "window"},
		{"length of a table", "data: {source: digits, length: 4}\nmodel: [{dense: {units: 10}}]\n", "length"},
		{"rows", "data: {source: xor, validation: 0}\nmodel:\n  - lstm: {units: 2}\n", "net.yaml:3: lstm: the data has rows and no steps"},
		{"bptt of rows", "data: {source: xor, validation: 0}\nmodel:\n  - dense: {units: 2}\ntrain: {bptt: 3}\n", "net.yaml:4: train.bptt: xor has rows"},
		{"all for one target", adding("  - gru: {units: 2, return: all}\n  - dense: {units: 1}\n"), "net.yaml:4: model: an output for each step, but adding has one target for a sequence: give the last recurrent layer return: last"},
		{"nothing recurrent", adding("  - dense: {units: 1}\n"), "expected a recurrent layer"},
		{"flatten", adding("  - flatten: {}\n  - dense: {units: 1}\n"), "net.yaml:3: flatten: it joins what one example has"},
		{"last for each", copying + "  - gru: {units: 2, return: last}\n  - dense: {units: 9}\n", "net.yaml:4: model: one output for a sequence, but copy has a target for each step"},
		{"text of numbers", "data: {source: adding, samples: 0}\nmodel: [{gru: {units: 1}}]\n", "data.samples: expected a whole number from 1"},
		{"last before another", adding("  - gru: {units: 2, return: last}\n  - dense: {units: 2}\n  - gru: {units: 2}\n"), "net.yaml:5: gru: the layer before gives the last state alone"},
		{"branches", adding("  - parallel: [[{gru: {units: 2}}], [{dense: {units: 2}}]]\n"), "net.yaml:3: parallel: branch 2 makes [9, 2], expected as many dimensions as branch 1 makes, 1"},
		{"bidirectional bptt", adding("  - gru: {units: 2, bidirectional: true}\n  - dense: {units: 1}\n") + "train: {bptt: 4}\n", "net.yaml:3: gru: bidirectional has to see the whole sequence"},
		{"units out", adding("  - gru: {units: 2}\n"), "net.yaml:3: model: 2 output units, but adding has 1 target(s)"},
		{"huge", adding("  - lstm: {units: 100000}\n  - dense: {units: 1}\n"), "more than 536870912 parameters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := ParseSpec("net.yaml", []byte(c.spec))
			if err == nil {
				_, err = Build(s)
			}
			if err == nil {
				t.Fatal("was accepted")
			}
			var at *SpecError
			if strings.HasPrefix(c.want, "net.yaml") && !errors.As(err, &at) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			t.Log(err)
		})
	}
}
