package flow

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// enough is the share of the error from which on the table speaks of all layers
// rather than of the one that gets the least.
const enough = 0.1

// sentences says what became of the error, and of the weights.
func (r *Report) sentences(b *bytes.Buffer, effects []Effect) {
	least := r.Least()
	if least == nil {
		return
	}
	total := r.Total()
	switch end := r.ending(); {
	case end != "":
		wrap(b, end)
	case math.IsInf(total, 0) || math.IsNaN(total):
		wrap(b, r.arrives(least))
	default:
		s := r.arrives(least)
		if len(r.Rows) > 0 {
			s += " " + split(total, r.ByStage()) + r.explodes(total)
		}
		wrap(b, s)
	}
	if least.Ratio < enough && least.Bound < enough {
		wrap(b, fmt.Sprintf("The bound proves it: no input can give this layer more than %s of the error.", percent(least.Bound)))
	}
	if r.Broken > 0 {
		wrap(b, fmt.Sprintf("Left out: %d %s in which the gradient was zero or not finite.", r.Broken, plural(r.Broken, "step")))
	}
	if least.Ratio == 0 {
		wrap(b, moves(effectOn(effects, least.Where), "the weights of "+least.Where))
	} else if least.Ratio < enough {
		wrap(b, moves(effectOn(effects, least.Where), "its weights"))
	} else if e := slowest(effects); e != nil {
		wrap(b, moves(e, "the weights of "+e.Where))
	}
}

// arrives says how much of the error comes to the weights.
func (r *Report) arrives(least *Reach) string {
	switch {
	case len(r.Reach) == 1 && least.Ratio == 1:
		return least.Where + " gets the error at the output as it is."
	case least.Ratio >= 0.995:
		return "Every layer's weights get the whole error at the output, or more."
	case least.Ratio >= enough:
		return fmt.Sprintf("Every layer's weights get at least %s of the error at the output.", percent(least.Ratio))
	}
	return fmt.Sprintf("%s gets %s of the error at the output.", least.Where, percent(least.Ratio))
}

// ending says where in the main chain the gradient became zero; empty if it did
// not.
func (r *Report) ending() string {
	for _, row := range r.Rows {
		if row.Depth != 0 || row.Out != 0 {
			continue
		}
		n := 0
		for _, re := range r.Reach {
			if re.Ratio == 0 {
				n++
			}
		}
		if n == 0 {
			break
		}
		return fmt.Sprintf("The error ends in %s of %s: nothing of it reaches the weights of %d %s.",
			stageName(row.Stage), row.Where, n, plural(n, "layer"))
	}
	return ""
}

// split says where the decades of the main chain went, the largest part first.
func split(total float64, shares []Share) string { return splitOver(total, shares, "on the way") }

// splitOver is split of another way.
func splitOver(total float64, shares []Share, way string) string {
	shares = slices.Clone(shares)
	slices.SortStableFunc(shares, func(a, b Share) int {
		return cmp.Compare(math.Abs(float64(b.Decades)), math.Abs(float64(a.Decades)))
	})
	var took, gave, signed []string
	for _, s := range shares {
		amount, name := tenths(float64(s.Decades)), stageName(s.Stage)
		switch {
		case amount == "0.0":
		case s.Decades < 0:
			if took = append(took, amount+" in "+name); len(took) == 1 {
				took[0] = amount + " went in " + name
			}
			signed = append(signed, name+" −"+amount)
		default:
			if gave = append(gave, name+" "+amount); len(gave) == 1 {
				gave[0] = name + " gave " + amount
			}
			signed = append(signed, name+" +"+amount)
		}
	}
	amount := tenths(total)
	if total < 0 && amount != "0.0" && took != nil {
		s := fmt.Sprintf("Of the %s decades lost %s, %s", amount, way, and(took))
		if gave != nil {
			s += "; " + and(gave) + " back"
		}
		return s + "."
	}
	s := capital(way) + " it keeps its size"
	if amount != "0.0" {
		verb := "grows"
		if total < 0 {
			verb = "shrinks"
		}
		s = fmt.Sprintf("%s it %s by %s decades", capital(way), verb, amount)
	}
	if signed != nil {
		s += " (" + strings.Join(signed, ", ") + ")"
	}
	return s + "."
}

func tenths(x float64) string { return strconv.FormatFloat(math.Abs(x), 'f', 1, 64) }

// explosion is how many decades the error grows from end to end before the
// table says where that leads.
const explosion = 2

// explodes says how fast the error grows along the main chain, and how far it is
// to the range of float32; empty if it does not.
func (r *Report) explodes(total float64) string {
	if total < explosion {
		return ""
	}
	layers, norm := 0, r.Norm
	for _, l := range r.lines() {
		if !math.IsNaN(l.gain) {
			layers++
		}
	}
	for _, row := range r.Rows {
		if row.Depth == 0 {
			norm = row.Out
		}
	}
	perLayer := total / float64(layers) // decades
	left := max(0, math.Log10(math.MaxFloat32/norm)/perLayer)
	if left > 999 {
		return ""
	}
	n := int(math.Ceil(left))
	return fmt.Sprintf(" The error grows %s-fold per layer; %d more such %s and it leaves the range of float32.",
		fraction(math.Pow(10, perLayer)), n, plural(n, "layer"))
}

// effectOn returns the effect on a layer's weights: on the largest of its
// parameters, not on the bias. Nil if there is none.
func effectOn(effects []Effect, where string) *Effect {
	var most *Effect
	for i := range effects {
		if e := &effects[i]; e.Where == where && e.Steps > 0 && (most == nil || e.Elements > most.Elements) {
			most = e
		}
	}
	return most
}

// slowest returns the effect on the weights that move least for their size.
func slowest(effects []Effect) *Effect {
	var least *Effect
	for i := range effects {
		e := effectOn(effects, effects[i].Where)
		switch {
		case e == nil || math.IsNaN(e.MeanRelative) || math.IsInf(e.MeanRelative, 0):
		case least == nil || e.MeanRelative < least.MeanRelative:
			least = e
		}
	}
	return least
}

// moves is the sentence on the update of one layer's weights.
func moves(e *Effect, whose string) string {
	if e == nil {
		return ""
	}
	steps := "step"
	if e.Steps > 1 {
		steps = strconv.Itoa(e.Steps) + " steps"
	}
	if math.IsNaN(e.MeanRelative) {
		return capital(whose) + " are no longer finite numbers."
	}
	s, them := "", whose
	if e.MeanRelative > 0 && !math.IsInf(e.MeanRelative, 0) { // infinite where they began at zero
		s, them = whose+" move by "+fraction(e.MeanRelative)+" of their size per step; ", "them"
	}
	switch e.Frozen {
	case 0:
		s += "all of " + them + " changed in the last " + steps
	case 1:
		s += "none of " + them + " changed by a single bit in the last " + steps
	default:
		s += percent(e.Frozen) + " of " + them + " did not change by a single bit in the last " + steps
	}
	return capital(s) + "."
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
