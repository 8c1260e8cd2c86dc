package experiment

import (
	"fmt"
	"io"
	"os"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/optim"
	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v4"
)

// Limits of what a spec may ask for, so that a slip of the keyboard is an error
// message and not a machine without memory.
const (
	maxUnits  = 1 << 20
	maxLayers = 10_000
	maxNest   = 20
	maxBatch  = 1 << 24
	maxSteps  = 1_000_000

	maxSamples = 10_000_000

	defaultValidation = 0.2
	defaultBatch      = 32
	defaultTextWindow = 64 // steps of a window of a text
)

// MaxEpochs is the largest number of epochs that a run may be asked for: a
// checkpoint has a line of history for each, in a header that the safetensors
// format limits to 100 MB.
const MaxEpochs = 200_000

// ReadSpec reads a spec file.
func ReadSpec(path string) (*Spec, error) {
	text, err := readText(path, "a spec", maxSpecBytes)
	if err != nil {
		return nil, err
	}
	return ParseSpec(path, text)
}

// readText reads a file of at most limit bytes, whatever its size is said to
// be: a device has size 0 and no end.
func readText(path, what string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s: is a directory, expected %s", path, what)
	}
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%s: has more than %d bytes, the most that %s has", path, limit, what)
	}
	return text, err
}

// ParseSpec reads the text of a spec; path names it in messages and is what its
// data paths are relative to. Every error is a [*SpecError].
func ParseSpec(path string, text []byte) (*Spec, error) {
	d := &decoder{path: path}
	if path == "" {
		d.path = "spec"
	}
	root, err := d.parse(text)
	if err != nil {
		return nil, err
	}
	s := defaultSpec()
	s.Path, s.Text = path, string(text)
	if err := d.mapping(root, "spec", specFields(s)); err != nil {
		return nil, err
	}
	if s.Optimizer.LR == 0 {
		s.Optimizer.LR = optim.DefaultLR(s.Optimizer.Name)
	}
	return s, nil
}

func defaultSpec() *Spec {
	s := &Spec{
		Data:      DataSpec{Validation: -1, Standardize: true},
		Optimizer: OptimizerSpec{Name: "adam", Alpha: 0.99, Beta1: 0.9, Beta2: 0.999},
		Train:     TrainSpec{Epochs: 20, Batch: defaultBatch, Seed: 1, Schedule: defaultSchedule()},
	}
	s.Optimizer.applyDefaults()
	return s
}

// defaultSchedule has PyTorch's defaults.
func defaultSchedule() ScheduleSpec {
	return ScheduleSpec{Name: "constant", Every: 10, Gamma: 0.1, Factor: 0.1, Patience: 10}
}

func specFields(s *Spec) []field {
	items := itemSchema()
	return []field{
		{name: "data", doc: "where the examples come from, and how they are prepared", required: true,
			schema: objectSchema(dataFields(&DataSpec{})),
			set: func(d *decoder, n *yaml.Node) error {
				if err := d.mapping(n, "data", dataFields(&s.Data)); err != nil {
					return err
				}
				return checkSource(d, n, &s.Data)
			}},
		{name: "model", doc: "the layers, from top (input) to bottom (output)", required: true,
			schema: &jsonschema.Schema{Type: "array", MinItems: ptr(1), Items: items},
			set: func(d *decoder, n *yaml.Node) (err error) {
				count := 0
				s.Model, err = d.items(n, "model", 0, &count)
				return err
			}},
		enumField("loss", "what is made small; by default cross_entropy for classes and mse for numbers", loss.Names(), &s.Loss),
		{name: "optimizer", doc: "how a gradient becomes an update",
			schema: objectSchema(optimizerFields(&OptimizerSpec{})),
			set:    func(d *decoder, n *yaml.Node) error { return d.optimizer(n, &s.Optimizer) }},
		{name: "train", doc: "how long, and in what portions", schema: objectSchema(trainFields(&TrainSpec{})),
			set: func(d *decoder, n *yaml.Node) error { return d.mapping(n, "train", trainFields(&s.Train)) }},
	}
}

// suggestKind completes a message about a layer that does not exist.
func suggestKind(name string) string { return spelling.Suggest(name, kindNames()) }
