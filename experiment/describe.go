package experiment

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/nn"
)

// Description tells everything that will happen in a training: every layer,
// shape and count, and every default that applied.
type Description struct {
	Data struct {
		Source      string   `json:"source"`
		Task        string   `json:"task"`
		Rows        int      `json:"rows"`
		Validation  int      `json:"validation_rows"`
		Features    int      `json:"features"`
		Layout      string   `json:"layout"`
		Steps       int      `json:"steps,omitempty"` // of a sequence, the longest; of a window of a text
		Window      int      `json:"window,omitempty"`
		IDs         int      `json:"ids,omitempty"` // different ones, where the inputs are ids
		PerStep     bool     `json:"per_step,omitempty"`
		Targets     []string `json:"targets"`
		Classes     []string `json:"classes,omitempty"`
		Missing     int      `json:"missing_cells,omitempty"`
		Dropped     int      `json:"dropped_rows,omitempty"`
		Standardize bool     `json:"standardize"`
	} `json:"data"`
	Layers    []LayerDescription `json:"layers"`
	Params    int                `json:"params"`
	Loss      string             `json:"loss"`
	Optimizer map[string]any     `json:"optimizer"`
	Train     map[string]any     `json:"train"`
}

// LayerDescription is one layer of a [Description].
type LayerDescription struct {
	Site     string `json:"site"`
	Module   string `json:"module"` // its name in PyTorch's state_dict
	Kind     string `json:"kind"`
	Output   []int  `json:"output"` // of one example
	Params   int    `json:"params"`
	Settings string `json:"settings,omitempty"`
	depth    int
}

// Describe returns the description of an experiment.
func (e *Experiment) Describe() (*Description, error) {
	rows, err := nn.Summarize(e.Model, e.oneStep()...)
	if err != nil {
		return nil, err
	}
	d := &Description{Params: rows.Params(), Loss: e.Spec.Loss}
	d.Data.Source, d.Data.Task = e.Train.Name, e.Train.Task.String()
	d.Data.Rows, d.Data.Features = e.Train.Len(), len(e.Train.Features)
	if e.Validation != nil {
		d.Data.Validation = e.Validation.Len()
	}
	in := e.Spec.inputOf(e.Train)
	d.Data.Layout, d.Data.Steps, d.Data.Window = e.Train.Layout.String(), in.steps, e.Train.Window
	d.Data.IDs, d.Data.PerStep = e.Train.IDs, e.Train.PerStep
	d.Data.Targets, d.Data.Classes = e.Train.Targets, e.Train.Classes
	d.Data.Missing, d.Data.Dropped = e.missing, e.dropped
	d.Data.Standardize = e.Spec.Data.Standardize
	layers := preorder(nil, e.Model)
	for i, r := range rows {
		l := LayerDescription{Site: r.Site, Module: r.Module, Kind: r.Kind, Params: r.Params, depth: r.Depth}
		if r.Out != nil {
			l.Output = e.outputOf(r.Out)
		}
		l.Settings = e.settings[layers[i]]
		d.Layers = append(d.Layers, l)
	}
	d.Optimizer = e.Spec.Optimizer.asMap()
	d.Train = e.Spec.Train.asMap()
	return d, nil
}

// preorder lists the layers in the order of nn.Summarize: containers before
// what is in them.
func preorder(list []nn.Layer, c nn.Container) []nn.Layer {
	for _, l := range c.Children() {
		list = append(list, l)
		if inner, ok := l.(nn.Container); ok {
			list = preorder(list, inner)
		}
	}
	return list
}

func (o OptimizerSpec) asMap() map[string]any {
	all := map[string]any{"momentum": o.Momentum, "nesterov": o.Nesterov, "weight_decay": o.WeightDecay,
		"alpha": o.Alpha, "beta1": o.Beta1, "beta2": o.Beta2, "eps": o.Eps}
	m := map[string]any{"name": o.Name, "lr": o.LR}
	for _, k := range settingsOf[o.Name] {
		m[k] = all[k]
	}
	return m
}

func (t TrainSpec) asMap() map[string]any {
	m := map[string]any{"epochs": t.Epochs, "batch": t.Batch, "seed": t.Seed, "clip_norm": t.ClipNorm,
		"clip_value": t.ClipValue, "schedule": t.Schedule.Name, "warm_up": t.Schedule.WarmUp}
	if t.Batch == 0 {
		m["batch"] = "full"
	}
	if t.BPTT > 0 {
		m["bptt"] = t.BPTT
	}
	switch s := t.Schedule; s.Name {
	case "step":
		m["every"], m["gamma"] = s.Every, s.Gamma
	case "cosine":
		m["min_lr"] = s.MinLR
	case "plateau":
		m["factor"], m["patience"], m["min_lr"] = s.Factor, s.Patience, s.MinLR
	}
	if t.Early.Patience > 0 {
		m["early_stopping"] = map[string]any{"patience": t.Early.Patience, "min_delta": t.Early.MinDelta}
	}
	return m
}

// Write prints the description at 80 columns.
func (d *Description) Write(w io.Writer) error {
	var b strings.Builder
	target := strings.Join(d.Data.Targets, ", ")
	d.writeSize(&b)
	if d.Data.Task == data.Classification.String() {
		fmt.Fprintf(&b, "           predicts %s, one of %d classes\n", target, len(d.Data.Classes))
	} else {
		fmt.Fprintf(&b, "           predicts %s, a number\n", target)
	}
	if d.Data.PerStep && d.Data.Layout != data.Stream.String() {
		b.WriteString("           at every step\n")
	}
	scale := "values as they are"
	if d.Data.IDs > 0 {
		scale = fmt.Sprintf("inputs are ids of %d different things", d.Data.IDs)
	} else if d.Data.Standardize {
		scale = "values standardized on the training rows"
	}
	if d.Data.Missing > 0 {
		scale += fmt.Sprintf("; %d empty cells filled with the mean", d.Data.Missing)
	}
	if d.Data.Dropped > 0 {
		scale += fmt.Sprintf("; %d rows without a target left out", d.Data.Dropped)
	}
	for line := range Wrap(scale, 69) {
		fmt.Fprintf(&b, "           %s\n", line)
	}
	b.WriteByte('\n')
	d.writeLayers(&b)
	fmt.Fprintf(&b, "loss       %s\n", d.Loss)
	fmt.Fprintf(&b, "optimizer  %s\n", settingsText(d.Optimizer, "name", "lr"))
	fmt.Fprintf(&b, "train      %s\n", settingsText(d.Train, "epochs", "batch", "seed"))
	_, err := io.WriteString(w, b.String())
	return err
}

// writeLayers prints the table of layers. Its columns are as wide as they need
// to be; settings that find no room beside them go below, to the right.
func (d *Description) writeLayers(b *strings.Builder) {
	rows := [][]string{{"layer", "module", "kind", "output", "params", "settings"}}
	for _, l := range d.Layers {
		name := strings.Repeat("  ", min(l.depth, 4)) + l.Site[strings.LastIndexByte(l.Site, '/')+1:]
		params := "-"
		if l.Params > 0 {
			params = fmt.Sprint(l.Params)
		}
		rows = append(rows, []string{name, l.Module, l.Kind, shapeText(l.Output), params, l.Settings})
	}
	rows = append(rows, []string{"all", "", "", "", fmt.Sprint(d.Params), ""})
	width := make([]int, 5)
	for _, r := range rows {
		for i := range width {
			width[i] = max(width[i], utf8.RuneCountInString(r[i]))
		}
	}
	for _, r := range rows {
		line := fmt.Sprintf("%-*s  %-*s  %-*s  %-*s  %*s", width[0], r[0], width[1], r[1], width[2], r[2], width[3], r[3], width[4], r[4])
		edge := utf8.RuneCountInString(line) + 2
		for _, setting := range strings.SplitAfter(r[5], ", ") {
			n := utf8.RuneCountInString(strings.TrimRight(setting, " "))
			used := utf8.RuneCountInString(line)
			if used < edge {
				used = edge
			}
			if used+n > 80 {
				fmt.Fprintln(b, strings.TrimRight(line, " "))
				line, used = "", min(edge, 80-n)
			}
			line += strings.Repeat(" ", max(0, used-utf8.RuneCountInString(line))) + setting
		}
		fmt.Fprintln(b, strings.TrimRight(line, " "))
	}
	b.WriteByte('\n')
}

func shapeText(dims []int) string {
	parts := make([]string, len(dims))
	for i, n := range dims {
		parts[i] = fmt.Sprint(n)
	}
	return strings.Join(parts, "×")
}
