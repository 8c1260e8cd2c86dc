package flow

import (
	"encoding/json"
	"math"
	"strings"

	"github.com/ebb-ml/ebb/nn"
)

// Report is the backward flow of one step, or its mean over several.
type Report struct {
	Steps  int     // steps that it speaks for
	Broken int     // steps left out because the gradient was zero or not finite
	Norm   float64 // ‖∂J/∂h_L‖, the error at the output
	Rows   []Row   // from the output to the input
	Reach  []Reach // the layers with weights, from the output to the input
}

// Reach is what arrives at one layer's weights.
type Reach struct {
	Where string
	Kind  string
	Phi   string  // kind of the activation that follows a dense layer, if any
	Out   int     // units of a dense layer, 0 for others
	Ratio float64 // ‖∂J/∂z_l‖ / ‖∂J/∂h_L‖: after φ′_l, before W_lᵀ; NaN if it was not measured
	Bound float64 // what Ratio can't exceed for any input; +Inf if there is none
}

// reach fills Reach. The first layer returns no gradient when training, so it
// has no event: what arrives there is what left the stage before it.
func (r *Report) reach(model nn.Layer) {
	phi := map[string]string{}
	walk(model, "", func(l nn.Layer, site string) {
		if _, ok := l.(*nn.Activation); ok {
			phi[site] = nn.KindOf(l)
		}
		if !trains(l) {
			return
		}
		re := Reach{Where: site, Kind: nn.KindOf(l), Phi: phi[site], Ratio: math.NaN(), Bound: math.Inf(1)}
		if d, ok := l.(*nn.Dense); ok {
			re.Out = d.Out()
		}
		stage := nn.StageOf(l)
		parent := site[:strings.LastIndexByte(site, '/')+1]
		if parent == "" {
			re.Ratio = 1
		}
		for _, row := range r.Rows {
			rest, ok := strings.CutPrefix(row.Where, parent)
			if !ok || strings.Contains(rest, "/") {
				continue
			}
			if row.Where == site && row.Stage == stage {
				re.Ratio = ratio(row.In, r.Norm)
				break
			}
			re.Ratio = row.SoFar
		}
		r.Reach = append(r.Reach, re)
	})
}

// SetBounds puts the bounds beside the measurements.
func (r *Report) SetBounds(list []Bound) {
	type key struct {
		where string
		stage nn.Stage
	}
	m := make(map[key]Bound, len(list))
	for _, b := range list {
		m[key{b.Where, b.Stage}] = b
	}
	for i := range r.Rows {
		if b, ok := m[key{r.Rows[i].Where, r.Rows[i].Stage}]; ok {
			r.Rows[i].Bound = b.Gain
		}
	}
	for i := range r.Reach {
		for _, b := range list {
			if b.Where == r.Reach[i].Where && b.Weights {
				r.Reach[i].Bound = b.Reaches
			}
		}
	}
}

// Total returns the decades between the error at the output and the last stage
// that was measured: the sum over the main chain, negative for a loss.
func (r *Report) Total() float64 {
	var sum float64
	for _, row := range r.Rows {
		if row.Depth == 0 {
			sum += row.Decades
		}
	}
	return sum
}

// Share is the decades that one kind of factor took.
type Share struct {
	Stage   nn.Stage `json:"stage"`
	Decades Number   `json:"decades"`
}

// ByStage splits [Report.Total] by factor, in the order of their appearance.
func (r *Report) ByStage() []Share {
	var list []Share
next:
	for _, row := range r.Rows {
		if row.Depth != 0 {
			continue
		}
		for i := range list {
			if list[i].Stage == row.Stage {
				list[i].Decades += Number(row.Decades)
				continue next
			}
		}
		list = append(list, Share{row.Stage, Number(row.Decades)})
	}
	return list
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

// Growth is how fast the gradient grows on its way back.
type Growth struct {
	PerStage float64 // geometric mean gain of the stages of the main chain
	Left     float64 // more such stages until a norm passes MaxFloat32; +Inf when it does not grow
}

// Growth extrapolates the main chain.
func (r *Report) Growth() Growth {
	n, norm := 0, r.Norm
	for _, row := range r.Rows {
		if row.Depth == 0 {
			n++
			norm = row.Out
		}
	}
	g := Growth{PerStage: 1, Left: math.Inf(1)}
	if n > 0 {
		g.PerStage = math.Pow(10, r.Total()/float64(n))
	}
	if g.PerStage > 1 {
		g.Left = math.Max(0, math.Log(math.MaxFloat32/norm)/math.Log(g.PerStage))
	}
	return g
}

// walk visits the leaves from the output to the input, with their sites.
func walk(l nn.Layer, site string, visit func(l nn.Layer, site string)) {
	c, ok := l.(nn.Container)
	if !ok {
		visit(l, site)
		return
	}
	children, sites := c.Children(), sitesOf(l)
	for i := len(children) - 1; i >= 0; i-- {
		walk(children[i], join(site, sites, i), visit)
	}
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
