package experiment

import (
	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v4"
)

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
		intField("window", "for a series: how many past steps make one example", 1, maxSteps, &s.Window),
		intField("length", "for generated sequences: their steps", 1, maxSteps, &s.Length),
		intField("samples", "for a generated set: its examples", 1, maxSamples, &s.Samples),
	}
}

func checkSource(d *decoder, n *yaml.Node, s *DataSpec) error {
	if s.Source == "" && s.Images == "" {
		return d.fail(n, "data: source is empty")
	}
	return nil
}
