package flow

import (
	"fmt"
	"math"
	"strconv"

	"github.com/ebb-ml/ebb/nn"
)

// sentences says what became of the gradient on its way through time.
func (c *TimeCurve) sentences() []string {
	list := []string{c.where() + c.remembers()}
	if !c.AtLast {
		list[0] = "Each step has a loss of its own, so that what comes to a step is a sum over those after it. " + list[0]
	}
	for _, s := range []string{c.ends(), c.certificate(), c.cellPath(), c.grows(), c.sums()} {
		if s != "" {
			list = append(list, s)
		}
	}
	return list
}

// where says in which factors the decades went.
func (c *TimeCurve) where() string {
	var total, phi, w float64
	n := 0
	for _, p := range c.Points {
		if positive(p.Gain) && !p.rough {
			total, phi, w = total+math.Log10(p.Gain), phi+math.Log10(p.Phi), w+math.Log10(p.W)
			n++
		}
	}
	if n == 0 {
		return ""
	}
	shares := []Share{{nn.StageActivation, Number(phi)}, {"W_hhᵀ", Number(w)}}
	if c.Cell != "rnn" { // gates and the matrix are side by side, not one after the other
		shares = nil
	}
	return splitOver(total, shares, "over "+strconv.Itoa(n)+" "+plural(n, "step")) + " "
}

// remembers tells the memory horizon beside the length of the sequence.
func (c *TimeCurve) remembers() string {
	steps := c.Steps()
	length := fmt.Sprintf("the sequence has %d.", steps)
	switch {
	case math.IsNaN(c.Horizon):
		return "No gradient reaches this layer at all, so that it has no memory horizon; " + length
	case math.IsInf(c.Horizon, 1):
		return fmt.Sprintf("It does not fall to 1 %% within the %d %s of the sequence.", steps, plural(steps, "step"))
	case c.Extrapolated:
		return fmt.Sprintf("Memory horizon (1 %% of the gradient): %s steps, extrapolated; %s", stepsBack(c.Horizon), length)
	}
	return fmt.Sprintf("Memory horizon (1 %% of the gradient): %s %s; %s", stepsBack(c.Horizon), plural(int(math.Round(c.Horizon)), "step"), length)
}

// stepsBack writes a number of steps: tenths where there are few.
func stepsBack(x float64) string {
	switch {
	case x >= 1e6:
		return fraction(x)
	case x < 10 && x != math.Trunc(x):
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 0, 64)
}

// ends says from where on nothing is left.
func (c *TimeCurve) ends() string {
	if c.Ends < 0 {
		k := len(c.Points)
		for k > 0 && c.Points[k-1].faint {
			k--
		}
		if k == len(c.Points) {
			return ""
		}
		return fmt.Sprintf("From %d %s back on it is too small for floating point: what is left is rounding.", k, plural(k, "step"))
	}
	why := ""
	if before := c.Points[c.Ends-1]; before.faint {
		why = ": floating point holds nothing smaller"
	}
	return fmt.Sprintf("From %d %s back on it is exactly zero%s.", c.Ends, plural(c.Ends, "step"), why)
}

// certificate sets the measured gain beside what bounds it.
func (c *TimeCurve) certificate() string {
	b := c.Limits
	switch {
	case b == nil || c.Cell != "rnn":
		return c.average()
	case b.Proves():
		return fmt.Sprintf("Proved: σ_max(W_hh)\u00a0=\u00a0%s and |φ′|\u00a0≤\u00a0%s, so that no input lets more than %s of it through a step. %s",
			short(b.SigmaMax), plain(b.Phi), percent(b.Gain), c.average())
	case math.IsInf(b.Gain, 0) || math.IsNaN(b.Gain):
		return c.average()
	}
	return fmt.Sprintf("%s No input can make that more than %s (|φ′|\u00a0≤\u00a0%s, σ_max(W_hh)\u00a0=\u00a0%s); ρ(W_hh)\u00a0=\u00a0%s.",
		c.average(), short(b.Gain), plain(b.Phi), short(b.SigmaMax), short(b.Rho))
}

// average tells the Lyapunov exponent.
func (c *TimeCurve) average() string {
	if !finite(c.Lambda) {
		return ""
	}
	return fmt.Sprintf("A step multiplies it by %s on average (λ\u00a0=\u00a0%s).", short(math.Exp(c.Lambda)), decades(c.Lambda))
}

// short writes a number with three significant digits.
func short(x float64) string {
	if x >= 0.001 && x < 1000 {
		return strconv.FormatFloat(x, 'f', max(0, 2-int(math.Floor(math.Log10(x)))), 64)
	}
	if x == 0 || !finite(x) {
		return measure(x)
	}
	return fraction(x)
}

func plain(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }

// cellPath says what the cell alone keeps.
func (c *TimeCurve) cellPath() string {
	if len(c.Points) < 2 {
		return ""
	}
	last := c.Points[len(c.Points)-1]
	gates := "forget gates"
	if c.Cell == "gru" {
		gates = "gates z"
	}
	if !(last.Path >= 0) {
		return ""
	}
	keep := percent(last.Path)
	if last.Path == 0 {
		keep = "less than floating point holds"
	}
	return fmt.Sprintf("Past W_hh, the %s alone keep %s over %d steps.", gates, keep, last.Lag)
}

// grows says how far it is to the end of the range, or where that was.
func (c *TimeCurve) grows() string {
	g := c.Growth()
	switch {
	case c.Overflow >= 0 && g.PerStage > 1:
		return fmt.Sprintf("It grows %s-fold a step, and %d %s back it is no longer finite.", short(g.PerStage), c.Overflow, plural(c.Overflow, "step"))
	case c.Overflow >= 0:
		return fmt.Sprintf("%d %s back it is no longer finite.", c.Overflow, plural(c.Overflow, "step"))
	case !(c.Total() >= explosion) || g.Left > 9999:
		return ""
	}
	n := int(math.Ceil(g.Left))
	return fmt.Sprintf("It grows %s-fold a step; %d more such %s and it leaves the range of float32.", short(g.PerStage), n, plural(n, "step"))
}

// sums says which steps make the gradient of W_hh.
func (c *TimeCurve) sums() string {
	half, most := c.Reached(0.5), c.Reached(0.99)
	if half == 0 || c.Steps() < 3 {
		return ""
	}
	return fmt.Sprintf("Half of the sum that makes the gradient of W_hh comes from the last %s, 99 %% from the last %s.", lastSteps(half), lastSteps(most))
}

func lastSteps(n int) string {
	if n == 1 {
		return "step"
	}
	return strconv.Itoa(n) + " steps"
}

// brief is one sentence for a layer that is not shown.
func (c *TimeCurve) brief() string {
	s := c.name() + ": " + lower(c.remembers())
	if a := c.average(); a != "" {
		s += " " + a
	}
	return s
}

func lower(s string) string {
	if len(s) > 0 && s[0] >= 'A' && s[0] <= 'Z' {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}
