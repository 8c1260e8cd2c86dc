package flow

import (
	"encoding/json"
	"math"

	"github.com/ebb-ml/ebb/nn"
)

// Reach is what arrives at one layer's weights.
type Reach struct {
	Where string
	Kind  string
	Phi   string // kind of the activation that follows a dense layer, if any
	Out   int    // units of a dense layer, 0 for others
	// Ratio is ‖∂J/∂z_l‖ / ‖∂J/∂h_L‖: after φ′_l, before W_lᵀ. It is NaN if it was
	// not measured, as for the branches of an [nn.Parallel] that is the first layer.
	Ratio float64
	Bound float64 // what Ratio can't exceed for any input; +Inf if there is none
}

// reach fills Reach.
func (r *Report) reach(model nn.Layer) {
	f := reachFinder{report: r, rows: map[rowKey]*Row{}, phi: map[string]string{}}
	for i := range r.Rows {
		key := rowKey{r.Rows[i].Where, r.Rows[i].Stage}
		if f.rows[key] == nil {
			f.rows[key] = &r.Rows[i]
		}
	}
	f.visit(model, "", 1)
}

type rowKey struct {
	where string
	stage nn.Stage
}

// reachFinder goes through a model from the output to the input.
type reachFinder struct {
	report *Report
	rows   map[rowKey]*Row
	phi    map[string]string // kinds of the activations above, by site
}

// visit handles a layer that the share `in` of the error comes to, and returns
// the share that leaves it. The layers at the input return no gradient when
// training, so they have no row: what comes to such a layer is what left the
// one before it, or, at the top of a body, what came to the whole.
func (f *reachFinder) visit(l nn.Layer, site string, in float64) (out float64) {
	out = math.NaN()
	row := f.rows[rowKey{site, nn.StageOf(l)}]
	if row != nil {
		in, out = ratio(row.In, f.report.Norm), row.SoFar
	} else if nn.StageOf(l) == nn.StageShape {
		out = in
	}
	if c, ok := l.(nn.Container); ok {
		f.inside(c, site, in)
		return out
	}
	if nn.StageOf(l) == nn.StageActivation {
		f.phi[site] = nn.KindOf(l)
	}
	if trains(l) {
		re := Reach{Where: site, Kind: nn.KindOf(l), Phi: f.phi[site], Ratio: in, Bound: math.Inf(1)}
		if d, ok := l.(*nn.Dense); ok {
			re.Out = d.Out()
		}
		f.report.Reach = append(f.report.Reach, re)
	}
	return out
}

func (f *reachFinder) inside(c nn.Container, site string, in float64) {
	children, sites := c.Children(), sitesOf(c)
	for i := len(children) - 1; i >= 0; i-- {
		child := join(site, sites, i)
		switch c.(type) {
		case *nn.Sequential, *nn.Residual:
			in = f.visit(children[i], child, in)
		case *nn.Parallel:
			in = math.NaN() // a branch gets its columns only
			if row := f.rows[rowKey{child, nn.StageParallel}]; row != nil {
				in = ratio(row.In, f.report.Norm)
			}
			f.visit(children[i], child, in)
		default: // nobody knows the order
			f.visit(children[i], child, math.NaN())
		}
	}
}

// Least returns the layer whose weights get the smallest part of the error;
// nil when there is none with weights that was measured.
func (r *Report) Least() *Reach {
	var least *Reach
	for i := range r.Reach {
		if re := &r.Reach[i]; !math.IsNaN(re.Ratio) && (least == nil || re.Ratio < least.Ratio) {
			least = re
		}
	}
	return least
}

func sitesOf(l nn.Layer) []string {
	if s, ok := l.(interface{ Sites() []string }); ok {
		return s.Sites()
	}
	return nil
}

func join(site string, sites []string, i int) string {
	switch {
	case sites == nil:
		return site
	case site == "":
		return sites[i]
	}
	return site + "/" + sites[i]
}

func trains(l nn.Layer) bool {
	for _, p := range l.Params() {
		if p.Grad != nil {
			return true
		}
	}
	return false
}

// MarshalJSON writes null for what is not finite.
func (r Reach) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Where string `json:"where"`
		Kind  string `json:"kind"`
		Ratio Number `json:"ratio"`
		Bound Number `json:"bound"`
	}{r.Where, r.Kind, Number(r.Ratio), Number(r.Bound)})
}
