package experiment

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/nn"
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

	defaultValidation = 0.2
	defaultBatch      = 32
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

func dataFields(s *DataSpec) []field {
	pair := []field{
		textField("images", "IDX file of images", &s.Images),
		textField("labels", "IDX file of labels", &s.Labels),
	}
	for i := range pair {
		pair[i].required = true
	}
	return []field{
		{name: "source", required: true,
			doc: "a built-in set, a path relative to the spec (.csv, .npy, .npz, a folder of IDX files), or {images: …, labels: …}",
			schema: &jsonschema.Schema{OneOf: []*jsonschema.Schema{
				{Type: "string", MinLength: ptr(1)}, objectSchema(pair)}},
			set: func(d *decoder, n *yaml.Node) (err error) {
				if n.Kind == yaml.MappingNode {
					return d.mapping(n, "source", pair)
				}
				s.Source, err = d.text(n)
				return err
			}},
		textField("target", "the column to predict", &s.Target),
		shareField("validation", "share of the rows held out, split by the seed", "nothing would be left to train on", &s.Validation),
		boolField("standardize", "bring inputs, and a regression's target, to mean 0 and deviation 1, fitted on the training rows", &s.Standardize),
	}
}

func checkSource(d *decoder, n *yaml.Node, s *DataSpec) error {
	if s.Source == "" && s.Images == "" {
		return d.fail(n, "data: source is empty")
	}
	return nil
}

func optimizerFields(o *OptimizerSpec) []field {
	inf := math.Inf(1)
	name := enumField("name", "the update rule", optim.Names(), &o.Name)
	name.required = true
	return []field{
		name,
		numberField("lr", "learning rate; by default PyTorch's for the rule", 0, inf, true, &o.LR),
		numberField("momentum", "sgd and rmsprop: share of the last update that is kept", 0, 1, false, &o.Momentum),
		boolField("nesterov", "sgd: look ahead by the momentum", &o.Nesterov),
		numberField("weight_decay", "pull of the weights towards zero", 0, inf, false, &o.WeightDecay),
		numberField("alpha", "rmsprop: memory of the squared gradient", 0, 1, false, &o.Alpha),
		shareField("beta1", "adam, adamw: memory of the gradient", "nothing new would be remembered", &o.Beta1),
		shareField("beta2", "adam, adamw: memory of the squared gradient", "nothing new would be remembered", &o.Beta2),
		numberField("eps", "adagrad, rmsprop, adam, adamw: added to the denominator", 0, inf, false, &o.Eps),
	}
}

// settingsOf lists the keys that an update rule takes.
var settingsOf = map[string][]string{
	"sgd":     {"momentum", "nesterov", "weight_decay"},
	"adagrad": {"weight_decay", "eps"},
	"rmsprop": {"alpha", "momentum", "weight_decay", "eps"},
	"adam":    {"beta1", "beta2", "weight_decay", "eps"},
	"adamw":   {"beta1", "beta2", "weight_decay", "eps"},
}

func (d *decoder) optimizer(n *yaml.Node, o *OptimizerSpec) error {
	n, err := d.resolve(n)
	if err != nil {
		return err
	}
	// The defaults of weight_decay and eps depend on the rule's name.
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == "name" && slices.Contains(optim.Names(), n.Content[i+1].Value) {
				o.Name = n.Content[i+1].Value
			}
		}
	}
	o.applyDefaults()
	if err := d.mapping(n, "optimizer", optimizerFields(o)); err != nil {
		return err
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if k := key.Value; k != "name" && k != "lr" && !slices.Contains(settingsOf[o.Name], k) {
			return d.fail(key, "optimizer: %s has no %q; it takes lr, %s", o.Name, k, strings.Join(settingsOf[o.Name], ", "))
		}
	}
	if o.Nesterov && o.Momentum == 0 {
		return d.fail(n, "optimizer: nesterov needs a momentum above 0")
	}
	return nil
}

// applyDefaults sets what depends on the rule: PyTorch's weight_decay and eps.
func (o *OptimizerSpec) applyDefaults() {
	o.WeightDecay, o.Eps = 0, 1e-8
	switch o.Name {
	case "adamw":
		o.WeightDecay = 0.01
	case "adagrad":
		o.Eps = 1e-10
	}
}

func trainFields(s *TrainSpec) []field {
	inf := math.Inf(1)
	seed := 0
	return []field{
		intField("epochs", "times through the training rows", 1, MaxEpochs, &s.Epochs),
		{name: "batch", doc: "rows per update: full (batch gradient descent), 1 (SGD), N (mini-batch)",
			schema: &jsonschema.Schema{OneOf: []*jsonschema.Schema{
				{Type: "integer", Minimum: ptr(1.0), Maximum: ptr(float64(maxBatch))}, enumSchema([]string{"full"})}},
			set: func(d *decoder, n *yaml.Node) (err error) {
				s.batchLine = n.Line
				if n.Kind == yaml.ScalarNode && n.Value == "full" {
					s.Batch = 0
					return nil
				}
				s.Batch, err = d.integer(n, 1, maxBatch)
				return err
			}},
		{name: "seed", doc: "of everything random", schema: &jsonschema.Schema{Type: "integer", Minimum: ptr(0.0)},
			set: func(d *decoder, n *yaml.Node) (err error) {
				seed, err = d.integer(n, 0, math.MaxInt)
				s.Seed = uint64(seed)
				return err
			}},
		numberField("clip_norm", "largest norm of the whole gradient; 0 is none", 0, inf, false, &s.ClipNorm),
		numberField("clip_value", "largest size of one element of the gradient; 0 is none", 0, inf, false, &s.ClipValue),
		{name: "schedule", doc: "how the learning rate changes", schema: objectSchema(scheduleFields(&ScheduleSpec{})),
			set: func(d *decoder, n *yaml.Node) error { return d.mapping(n, "schedule", scheduleFields(&s.Schedule)) }},
		{name: "early_stopping", doc: "stop when the validation loss no longer falls", schema: objectSchema(earlyFields(&EarlySpec{})),
			set: func(d *decoder, n *yaml.Node) error { return d.mapping(n, "early_stopping", earlyFields(&s.Early)) }},
	}
}

func scheduleFields(s *ScheduleSpec) []field {
	return []field{
		enumField("name", "the shape of the schedule", optim.ScheduleNames(), &s.Name),
		intField("every", "step: epochs between two drops", 1, MaxEpochs, &s.Every),
		numberField("gamma", "step: factor of a drop", 0, 1, false, &s.Gamma),
		numberField("min_lr", "cosine and plateau: the lowest rate", 0, math.Inf(1), false, &s.MinLR),
		numberField("factor", "plateau: factor of a drop", 0, 1, true, &s.Factor),
		intField("patience", "plateau: epochs without improvement before a drop", 0, MaxEpochs, &s.Patience),
		intField("warm_up", "updates of linear warm-up before the schedule", 0, math.MaxInt32, &s.WarmUp),
	}
}

func earlyFields(s *EarlySpec) []field {
	patience := intField("patience", "epochs without improvement before stopping", 1, MaxEpochs, &s.Patience)
	patience.required = true
	return []field{patience,
		numberField("min_delta", "what counts as an improvement", 0, math.Inf(1), false, &s.MinDelta)}
}

func (d *decoder) activation(n *yaml.Node) (ActivationSpec, error) {
	name, settings, err := d.one(n, "an activation")
	if err != nil {
		return ActivationSpec{}, err
	}
	a := ActivationSpec{Slope: 1}
	if a.Name, err = d.enum(name, nn.ActivationNames()); err != nil {
		return a, err
	}
	if a.Name == "leaky_relu" {
		a.Slope = 0.01
	}
	if settings != nil {
		if a.Name != "linear" && a.Name != "leaky_relu" {
			return a, d.fail(settings, "%s takes no settings", a.Name)
		}
		err = d.mapping(settings, a.Name, []field{slopeField(&a.Slope)})
	}
	return a, err
}

func slopeField(v *float64) field {
	return numberField("slope", "factor of z", math.Inf(-1), math.Inf(1), false, v)
}

// valueOf names the setting of each init that has one.
var valueOf = map[string]string{"constant": "value", "normal": "std", "uniform": "limit"}

func (d *decoder) init(n *yaml.Node) (InitSpec, error) {
	name, settings, err := d.one(n, "an init")
	if err != nil {
		return InitSpec{}, err
	}
	var s InitSpec
	if s.Name, err = d.enum(name, nn.InitNames()); err != nil {
		return s, err
	}
	key, has := valueOf[s.Name]
	switch {
	case has && settings == nil:
		return s, d.fail(n, "%s needs a setting: {%s: {%s: 0.05}}", s.Name, s.Name, key)
	case !has && settings != nil:
		return s, d.fail(settings, "%s takes no settings", s.Name)
	case has:
		err = d.mapping(settings, s.Name, []field{initField(s.Name, &s.Value)})
	}
	return s, err
}

func initField(name string, v *float64) field {
	low := 0.0
	if name == "constant" {
		low = math.Inf(-1)
	}
	f := numberField(valueOf[name], "of the "+name+" init", low, math.Inf(1), false, v)
	f.required = true
	return f
}

// suggestKind completes a message about a layer that does not exist.
func suggestKind(name string) string { return spelling.Suggest(name, kindNames()) }
