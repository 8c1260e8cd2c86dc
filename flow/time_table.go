package flow

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
)

// TimeTable writes the flow through time for a person, at most 80 columns wide:
// of the layer with the shortest memory a line for the lags 0, 1, 2, 5, 10, 20,
// 50, …, then what became of the gradient; of the others a sentence each.
//
// The bar is what reaches the lag, on a logarithmic scale. gain is that of the
// step from there to the one before. For an rnn bound is what no input can
// exceed in it, and φ′ and W_hhᵀ are the decades that went in each on the way
// from lag 0. For cells with gates path is what the cell alone keeps.
func TimeTable(w io.Writer, curves []TimeCurve) error {
	var b bytes.Buffer
	timeSection(&b, curves)
	_, err := w.Write(b.Bytes())
	return err
}

func timeSection(b *bytes.Buffer, curves []TimeCurve) {
	lead := LeadingTime(curves)
	if lead == nil {
		if len(curves) > 0 {
			wrap(b, "No gradient comes to the last step of "+curves[0].name()+".")
		}
		return
	}
	lead.table(b)
	for _, s := range lead.sentences() {
		wrap(b, s)
	}
	for i := range curves {
		if c := &curves[i]; c != lead && len(c.Points) > 0 {
			wrap(b, c.brief())
		}
	}
}

// name is the site, or the kind of a layer that is the whole model.
func (c *TimeCurve) name() string {
	if strings.Trim(c.Where, "/") == "" || strings.HasPrefix(c.Where, "/") {
		return c.Cell + c.Where
	}
	return c.Where
}

// shownLags returns 0, 1, 2, 5, 10, … below n, and the last lag.
func shownLags(n int) []int {
	list := []int{0}
	for i, lag := 0, 1; lag < n; i++ {
		list = append(list, lag)
		lag = lag * []int{2, 5, 2}[i%3] / []int{1, 2, 1}[i%3]
	}
	if last := n - 1; list[len(list)-1] != last {
		list = append(list, last)
	}
	return list
}

func (c *TimeCurve) table(b *bytes.Buffer) {
	heads := [3]string{"bound", "φ′", "W_hhᵀ"}
	switch c.Cell {
	case "lstm":
		heads = [3]string{"path", "h", "c"}
	case "gru":
		heads = [3]string{"path", "gates", "W_hhᵀ+z"}
	}
	put(b, "steps back in "+c.name(), "gain", heads[0], heads[1], heads[2], "reaches")
	lags := shownLags(len(c.Points))
	low, high := 0.0, 0.0
	for _, lag := range lags {
		if d := c.Points[lag].Decades; finite(d) {
			low, high = math.Min(low, d), math.Max(high, d)
		}
	}
	next, phi, w := 0, 0.0, 0.0
	for _, lag := range lags {
		for ; next < lag; next++ {
			phi += math.Log10(c.Points[next].Phi)
			w += math.Log10(c.Points[next].W)
		}
		p := c.Points[lag]
		second, x, y := measure(p.Path), decades(phi), decades(w)
		switch {
		case c.Cell == "lstm":
			start := math.Log10(c.Points[0].Norm)
			x, y = decades(math.Log10(p.Hidden)-start), decades(math.Log10(p.Cell)-start)
			if p.Cell == 0 {
				y = ""
			}
		case c.Cell == "rnn":
			second = ""
			if c.Limits != nil {
				second = measure(c.Limits.Gain)
			}
		case math.IsNaN(p.Path):
			second = ""
		}
		if lag == 0 && c.Cell != "lstm" {
			x, y = "", ""
		}
		reaches := power(math.Pow(10, p.Decades))
		if !finite(p.Norm) {
			reaches, x, y = "overflow", "", ""
		}
		put(b, fmt.Sprintf("%6d  %s", lag, bar(p.Decades, low, high)), measure(p.Gain), second, x, y, reaches)
		if p.Norm == 0 || !finite(p.Norm) || p.faint {
			break // and so it stays, or what follows is rounding
		}
	}
}

// barWidth is the number of columns of the longest bar.
const barWidth = 22

// bar draws a level on the scale from low, a single stroke, to high.
func bar(level, low, high float64) string {
	if math.IsNaN(level) || math.IsInf(level, 0) {
		return ""
	}
	eighths := 8 * barWidth
	if high > low {
		eighths = 1 + int(math.Round((level-low)/(high-low)*float64(eighths-1)))
	}
	s := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		s += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return s
}
