package nn

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ebb-ml/ebb/tensor"
)

// Summary describes a model layer by layer, containers before what is in them.
type Summary []SummaryRow

// SummaryRow is one layer of a [Summary].
type SummaryRow struct {
	Site   string // "dense_1", "residual_1/dense_2"; an activation has the site of the dense layer before it
	Module string // the module's name in PyTorch's state_dict: "0", "3.1"
	Kind   string // "dense", "sigmoid"
	Depth  int    // containers around the layer
	Out    []int  // the output's shape for one example, [1, ...]; nil if the layer did not tell
	Params int    // trained parameters of the layer itself, without those of the layers in it
	Saved  int    // elements that are saved but not trained (running statistics)
}

// Summarize describes the model for inputs of the given shape without the batch
// dimension: Summarize(m, 784). It runs the model once, on one example of zeros.
// The error tells where the shapes don't fit together.
func Summarize(model Layer, in ...int) (s Summary, err error) {
	chain, ok := model.(*Sequential)
	if !ok {
		chain = NewSequential(model)
	}
	if len(in)+1 > tensor.MaxRank {
		return nil, fmt.Errorf("nn.Summarize: the input has %d dimensions, at most %d are possible", len(in), tensor.MaxRank-1)
	}
	for _, d := range in {
		if d <= 0 {
			return nil, fmt.Errorf("nn.Summarize: the input's dimensions must be positive, got %s", tensor.ShapeString(in))
		}
	}
	// Layers say what does not fit by panicking; here the model is what is
	// being asked about, so that becomes an answer.
	defer func() {
		if r := recover(); r != nil {
			s, err = nil, fmt.Errorf("%v", r)
		}
	}()
	w := summarizer{}
	pass := Pass{Trace: func(site string, _ Stage, out *tensor.Tensor) {
		w.traced = append(w.traced, tracedShape{site, append([]int(nil), out.Shape()...)})
	}}
	chain.Forward(&pass, tensor.New(append([]int{1}, in...)...))
	w.walk(chain, "", "", 0)
	return w.rows, nil
}

// summarizer puts the shapes that were traced, children before their container,
// beside the layers, containers first.
type summarizer struct {
	rows   Summary
	traced []tracedShape
}

type tracedShape struct {
	site  string
	shape []int
}

func (w *summarizer) walk(c Container, site, module string, depth int) {
	var sites []string
	if s, ok := c.(interface{ Sites() []string }); ok {
		sites = s.Sites()
	}
	for i, l := range c.Children() {
		row := SummaryRow{Site: KindOf(l), Module: module + strconv.Itoa(i), Kind: KindOf(l), Depth: depth}
		if sites != nil {
			row.Site = sites[i]
		}
		if site != "" {
			row.Site = site + "/" + row.Site
		}
		own := l.Params()
		inner, isContainer := l.(Container)
		if isContainer {
			own = ownParams(inner)
		}
		for _, p := range own {
			if p.Grad != nil {
				row.Params += p.Value.Len()
			} else {
				row.Saved += p.Value.Len()
			}
		}
		at := len(w.rows)
		w.rows = append(w.rows, row)
		if isContainer {
			w.walk(inner, row.Site, row.Module+".", depth+1)
		}
		if len(w.traced) > 0 && w.traced[0].site == row.Site {
			w.rows[at].Out = w.traced[0].shape
			w.traced = w.traced[1:]
		}
	}
}

// Params returns the number of trained parameters of the whole model.
func (s Summary) Params() int {
	n := 0
	for _, r := range s {
		n += r.Params
	}
	return n
}

// String returns the summary as a table of at most 80 columns.
func (s Summary) String() string {
	var b strings.Builder
	line := func(site, module, kind, out, params string) {
		fmt.Fprintf(&b, "%-28s %-9s %-13s %-15s %11s\n", clip(site, 28), clip(module, 9), clip(kind, 13), clip(out, 15), params)
	}
	line("layer", "module", "kind", "output", "parameters")
	for _, r := range s {
		out, params := "?", "-"
		if r.Out != nil {
			out = strings.Replace(tensor.ShapeString(r.Out), "[1", "[B", 1)
		}
		if r.Params > 0 {
			params = strconv.Itoa(r.Params)
		}
		line(strings.Repeat(" ", min(2*r.Depth, 8))+lastOf(r), r.Module, r.Kind, out, params)
	}
	line("total", "", "", "", strconv.Itoa(s.Params()))
	return b.String()
}

// lastOf returns the last part of the site: the indentation stands for the rest.
func lastOf(r SummaryRow) string { return r.Site[strings.LastIndexByte(r.Site, '/')+1:] }

// clip shortens s to n characters, keeping its end, which tells layers apart.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return "…" + string(r[len(r)-n+1:])
}
