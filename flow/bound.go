package flow

import (
	"math"
	"strings"

	"github.com/ebb-ml/ebb/nn"
)

// Bound is what the gain of one stage can't exceed, whatever the input.
type Bound struct {
	Where   string
	Stage   nn.Stage
	Weights bool        // the layer has weights of its own to train
	Gain    float64     // sup of the stage's gain; +Inf if there is none
	Reaches float64     // sup of ‖∂J/∂z_l‖/‖∂J/∂h_L‖: the product of all gains on the way to this layer
	Steps   []StepBound // of one step of a recurrent layer, for each of its directions
}

// Bounds returns the bound of every stage, from the output to the input:
// σ_max(W) for a dense layer ([SigmaMax]), [nn.Bounder] for other layers, and
// for containers the product of a chain, 1 + the body's bound of a residual
// join, √Σb² of branches side by side.
//
// Call it after a recorded step: a normalization's bound depends on its batch.
func Bounds(model nn.Layer) []Bound {
	var list []Bound
	bounds(&list, model, "", 1)
	for _, s := range StepBounds(model) {
		for i := range list {
			if b := &list[i]; b.Stage == nn.StageRecurrent && (s.Where == b.Where || strings.HasPrefix(s.Where, b.Where+"/")) {
				b.Steps = append(b.Steps, s)
				break
			}
		}
	}
	return list
}

// bounds appends the bounds of l and of what is in it, given what the gradient
// at its output can't exceed, and returns that of l itself.
func bounds(list *[]Bound, l nn.Layer, site string, reaches float64) float64 {
	c, ok := l.(nn.Container)
	if !ok {
		g := leafBound(l)
		*list = append(*list, Bound{Where: site, Stage: nn.StageOf(l), Weights: trains(l), Gain: g, Reaches: reaches})
		return g
	}
	at := len(*list)
	g := math.Inf(1)
	if site != "" {
		*list = append(*list, Bound{Where: site, Stage: nn.StageOf(l), Reaches: reaches})
	}
	children, sites := c.Children(), sitesOf(l)
	chain, squares := 1.0, 0.0
	for i := len(children) - 1; i >= 0; i-- {
		in := reaches
		switch l.(type) {
		case *nn.Sequential, *nn.Residual:
			in = times(reaches, chain)
		case *nn.Parallel:
		default:
			in = math.Inf(1)
		}
		b := bounds(list, children[i], join(site, sites, i), in)
		if _, ok := l.(*nn.Parallel); ok {
			*list = append(*list, Bound{Where: join(site, sites, i), Stage: nn.StageParallel, Gain: b, Reaches: reaches})
		}
		chain = times(chain, b)
		squares += b * b
	}
	switch l.(type) {
	case *nn.Sequential:
		g = chain
	case *nn.Residual:
		g = 1 + chain
		*list = append(*list, Bound{Where: site + "/body", Stage: nn.StageResidual, Gain: chain, Reaches: reaches},
			Bound{Where: site + "/skip", Stage: nn.StageResidual, Gain: 1, Reaches: reaches})
	case *nn.Parallel:
		g = math.Sqrt(squares)
	default:
		if b, ok := l.(nn.Bounder); ok {
			g = b.GainBound()
		}
	}
	if site != "" {
		(*list)[at].Gain = g
	}
	return g
}

func leafBound(l nn.Layer) float64 {
	if d, ok := l.(*nn.Dense); ok {
		_, upper := SigmaMax(d.W.Value.Data, d.In(), d.Out())
		return upper
	}
	if b, ok := l.(nn.Bounder); ok {
		return b.GainBound()
	}
	return math.Inf(1)
}

// times is a·b, where a factor of 0 stops even what has no bound.
func times(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	return a * b
}
