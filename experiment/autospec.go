package experiment

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ebb-ml/ebb/data"
	"go.yaml.in/yaml/v4"
)

// AutoSpec chooses a network, a loss and a budget for a data set, and returns
// them as a spec whose Text is what a person would have written. source is a
// built-in set, a file or a folder, relative to the working directory.
//
// The choice is plain on purpose: two relu layers twice as wide as the inputs
// (32 to 256 units), Adam, about 8,000 updates, and early stopping; a recurrent
// layer for a built-in series, sequences and a text.
func AutoSpec(source, target string) (*Spec, error) {
	window := autoWindow(source)
	d, test, _, err := data.Open(data.Source{Path: source}, data.Options{Target: target, Seed: 1, Window: window})
	if err != nil {
		return nil, err
	}
	if d.Layout != data.Rows {
		return autoSequences(d, source, target, window)
	}
	units := 32
	for units < 2*d.X.Cols() && units < 256 {
		units *= 2
	}
	outputs, lossName := len(d.Targets), "mse"
	if d.Task == data.Classification {
		outputs, lossName = len(d.Classes), "cross_entropy"
	}
	batch := 16
	for batch < 256 && d.Len() > 50*batch {
		batch *= 2
	}
	batch = min(batch, max(1, d.Len()/2))
	updates := (d.Len() + batch - 1) / batch
	epochs := min(max(8000/updates, 5), 200)

	var b strings.Builder
	fmt.Fprintf(&b, "data:\n  source: %s\n", yamlText(source))
	if target != "" {
		fmt.Fprintf(&b, "  target: %s\n", yamlText(target))
	}
	if test == nil {
		share := defaultValidation
		if float64(d.Len())*share < 0.5 {
			share = 0 // too few rows to hold one out
		}
		fmt.Fprintf(&b, "  validation: %g\n", share)
	}
	fmt.Fprintf(&b, "  standardize: true\nmodel:\n")
	fmt.Fprintf(&b, "  - dense: {units: %d, activation: relu}\n    repeat: 2\n  - dense: {units: %d}\n", units, outputs)
	fmt.Fprintf(&b, "loss: %s\noptimizer: {name: adam, lr: 0.001}\n", lossName)
	fmt.Fprintf(&b, "train: {epochs: %d, batch: %d, seed: 1, early_stopping: {patience: %d}}\n", epochs, batch, max(5, epochs/5))
	// The empty directory makes relative paths relative to the working directory.
	spec, err := ParseSpec("", []byte(b.String()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(source), err)
	}
	return spec, nil
}

// yamlText writes a text so that YAML reads it back as that text.
func yamlText(s string) string {
	out, err := yaml.Marshal(s)
	if err != nil {
		return fmt.Sprintf("%q", s)
	}
	return strings.TrimSpace(string(out))
}
