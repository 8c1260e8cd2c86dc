package experiment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ebb-ml/ebb/data"
)

// leastText is the shortest text that a network is chosen for.
const leastText = 99

// autoWindow returns the window for a built-in series that is kept as a table: a
// year of weeks and a little more, or a tenth of a short series. It is 0 for anything else.
func autoWindow(source string) int {
	sets := data.BuiltIn()
	i := slices.IndexFunc(sets, func(s data.Info) bool { return s.Name == source })
	if i < 0 || !sets[i].Series || sets[i].Layout != data.Rows {
		return 0
	}
	return min(60, max(sets[i].Rows/10, 1))
}

// autoSequences is [AutoSpec] for what has steps: a linear recurrent layer
// for a series, an LSTM for sequences and for a text, with the gradient's norm
// limited.
func autoSequences(d *data.Dataset, source, target string, window int) (*Spec, error) {
	if d.Layout == data.Stream && d.Len() < leastText {
		return nil, fmt.Errorf("%s: a text of %d characters is too short to learn from: expected at least %d", d.Name, d.Len()+1, leastText+1)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "data:\n  source: %s\n", yamlText(source))
	if target != "" {
		fmt.Fprintf(&b, "  target: %s\n", yamlText(target))
	}
	outputs, lossName := len(d.Targets), "mse"
	if d.Task == data.Classification {
		outputs, lossName = len(d.Classes), "cross_entropy"
	}
	if window > 0 {
		fmt.Fprintf(&b, "  window: %d\n", window)
	}
	batch := 32
	if d.Layout == data.Stream {
		for batch > 1 && d.Len() < 100*batch {
			batch /= 2
		}
		units, epochs := textSize(d.Len())
		fmt.Fprintf(&b, "  validation: 0.1\nmodel:\n  - embedding: {units: 64}\n  - lstm: {units: %d}\n  - dense: {units: %d}\n", units, outputs)
		fmt.Fprintf(&b, "loss: %s\noptimizer: {name: adam, lr: 0.003}\n", lossName)
		fmt.Fprintf(&b, "train:\n  {epochs: %d, batch: %d, bptt: %d, seed: 1, clip_norm: 1,\n", epochs, batch, defaultTextWindow)
		fmt.Fprintf(&b, "   schedule: {name: cosine}, early_stopping: {patience: %d}}\n", max(3, epochs/5))
		return ParseSpec("", []byte(b.String()))
	}
	for batch > 1 && d.Len() < 8*batch {
		batch /= 2
	}
	layer, rate, planned := "lstm: {units: 64}", 0.005, 4000
	if d.Window > 0 {
		// Linear: what goes on growing leaves the range that the network was trained
		// in, where one that saturates knows nothing.
		layer, rate, planned = "rnn: {units: 32, activation: identity}", 0.002, 8000
	}
	updates := (d.Len() + batch - 1) / batch
	epochs := min(max(planned/updates, 5), 150)
	b.WriteString("  validation: 0.2\n  standardize: true\nmodel:\n")
	if d.IDs > 0 {
		b.WriteString("  - embedding: {units: 32}\n")
	}
	fmt.Fprintf(&b, "  - %s\n  - dense: {units: %d}\n", layer, outputs)
	fmt.Fprintf(&b, "loss: %s\noptimizer: {name: adam, lr: %g}\n", lossName, rate)
	fmt.Fprintf(&b, "train:\n  {epochs: %d, batch: %d, seed: 1, clip_norm: 1,\n", epochs, batch)
	fmt.Fprintf(&b, "   schedule: {name: cosine}, early_stopping: {patience: %d}}\n", max(5, epochs/5))
	return ParseSpec("", []byte(b.String()))
}

// textSize returns the units for a text of so many characters, and the epochs: a
// few thousand updates of minutes, and more often through a short text.
func textSize(characters int) (units, epochs int) {
	units = 64
	for units < 256 && characters > 1000*units {
		units *= 2
	}
	updates := max(characters/(32*defaultTextWindow), 1)
	return units, min(max(4000/updates, 5), 50)
}
