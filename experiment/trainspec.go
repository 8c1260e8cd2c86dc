package experiment

import (
	"math"

	"github.com/ebb-ml/ebb/optim"
	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v4"
)

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
		{name: "bptt", doc: "window of truncated backpropagation through time, in steps; 0 is the whole sequence, and 64 for a text",
			schema: &jsonschema.Schema{Type: "integer", Minimum: ptr(0.0), Maximum: ptr(float64(maxSteps))},
			set: func(d *decoder, n *yaml.Node) (err error) {
				s.bpttLine = n.Line
				s.BPTT, err = d.integer(n, 0, maxSteps)
				return err
			}},
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
