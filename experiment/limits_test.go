package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// A spec of a few lines can't make layers that no memory holds: branches double
// the width without a parameter.
func TestWidthIsBounded(t *testing.T) {
	const double = "  - parallel: [[{activation: relu}], [{activation: relu}]]\n    repeat: "
	for model, want := range map[string]string{
		double + "62\n" + double + "1\n  - dense: {units: 2}\n":                      "spec:3: activation: the layers make more than",
		double + "18\n  - activation: relu\n    repeat: 9000\n  - dense: {units: 2}": "values of one example",
		double + "14\ntrain: {batch: full}\n":                                        "expected at most",
	} {
		s := parse(t, "data: {source: digits}\nmodel:\n"+model)
		if _, err := Build(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", model, err, want)
		}
	}
}

// A device has size 0 and no end.
func TestReadingIsBounded(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("no endless file here")
	}
	dir := t.TempDir()
	for _, name := range []string{"net.yaml", runFile} {
		if err := os.Symlink("/dev/zero", filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	_, spec := ReadSpec(filepath.Join(dir, "net.yaml"))
	_, run := readRunInfo(dir)
	for _, err := range []error{spec, run} {
		if err == nil || !strings.Contains(err.Error(), " bytes, the most that a ") {
			t.Errorf("an endless file: %v", err)
		}
	}
}

// With a memory of 1 the first update of Adam is 0/0.
func TestMemoryBelowOne(t *testing.T) {
	for _, key := range []string{"beta1", "beta2"} {
		_, err := ParseSpec("", []byte("data: {source: xor}\nmodel: [{dense: {units: 2}}]\noptimizer: {name: adam, "+key+": 1}\n"))
		if want := "spec:3: optimizer." + key + ": expected a share below 1"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A slope of 0 is what it says, not a default.
func TestSlopeOfZero(t *testing.T) {
	for _, activation := range []string{"{linear: {slope: 0}}", "{leaky_relu: {slope: 0}}"} {
		s := parse(t, "data: {source: xor}\nmodel:\n  - dense: {units: 3, activation: "+activation+"}\n  - activation: "+activation+"\n  - dense: {units: 2}\n")
		for _, l := range build(t, s).Model.Children() {
			if _, ok := l.(*nn.Activation); !ok {
				continue
			}
			var p nn.Pass
			if h := l.Forward(&p, tensor.From([]tensor.Float{-1}, 1, 1)); h.Data[0] != 0 {
				t.Errorf("%s of −1 is %v", activation, h.Data[0])
			}
		}
	}
}

// A model file whose schema promises other answers than its network gives is
// refused when it is opened.
func TestOpenChecksTheOutputs(t *testing.T) {
	dir := t.TempDir()
	run := filepath.Join(dir, "run")
	trainIn(t, run, "data: {source: penguins}\nmodel: [{dense: {units: 3}}]\ntrain: {epochs: 1}\n", RunOptions{})
	for _, classes := range [][]string{{"a", "b"}, {"a", "b", "c", "d"}} {
		m := openModel(t, run)
		m.Schema.Target.Classes = classes
		file := filepath.Join(dir, "model.safetensors")
		if err := m.Export(file); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(file); err == nil || !strings.Contains(err.Error(), "3 output units, but ebb.schema has") {
			t.Errorf("%d classes for 3 outputs: %v", len(classes), err)
		}
	}
}
