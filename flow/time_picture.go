package flow

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// TimePanel is one recurrent layer in a [TimePicture].
type TimePanel struct {
	Title string // such as the network's name
	Note  string // one more line; may be empty
	Curve *TimeCurve
}

const timePictureTitle = "The error that flows back through time"

// linePoints is how many points of a curve are drawn; a longer one is thinned.
const linePoints = 400

// TimePicture draws the flow back through time of each panel as one SVG, two
// panels a row: what reaches each lag from the last step (left) to the first
// (right), in decades relative to lag 0, the same scale in all panels. The thin
// lines are what the cell alone keeps, ρ(W_hh)^lag, and (sup|φ′|·σ_max(W_hh))^lag,
// which no input can exceed; the dot is the memory horizon, at 1 %.
//
// It is made as [Picture] is: nothing beside itself, light or dark, in words
// too, the same bytes for the same curves.
func TimePicture(w io.Writer, panels ...TimePanel) error {
	levels := make([]stream, len(panels))
	for i, p := range panels {
		for _, q := range p.Curve.Points {
			if finite(q.Decades) || q.Norm == 0 {
				level := math.Pow(10, q.Decades)
				levels[i].segments = append(levels[i].segments, segment{a: level, b: level, boundB: 1})
			}
		}
		if p.Curve.Horizon > 0 && finite(p.Curve.Horizon) && !p.Curve.Extrapolated {
			levels[i].segments = append(levels[i].segments, segment{a: horizonShare, b: horizonShare})
		}
	}
	columns := max(1, min(2, len(panels)))
	rows := (len(panels) + columns - 1) / columns
	d := drawing{
		scale: newScale(levels),
		width: float64(pictureWidth-plotLeft-sideMargin-(columns-1)*panelGap) / float64(columns),
	}
	keys := timeLegend(panels)
	height := headHeight + rows*panelHeight + (keys[len(keys)-1].row+1)*legendRow + 16
	d.head(timePictureTitle, describeTime(panels), pictureStyle+timeStyle, height)
	for i, p := range panels {
		d.left = plotLeft + float64(i%columns)*(d.width+panelGap)
		d.top = float64(headHeight + i/columns*panelHeight + plotTop)
		d.timePanel(i, p, i%columns == 0)
	}
	d.legend(float64(headHeight+rows*panelHeight+8), keys)
	d.printf("</svg>\n")
	_, err := w.Write(d.Bytes())
	return err
}

// describeTime tells the picture in words.
func describeTime(panels []TimePanel) string {
	parts := []string{"How much of the gradient at the last step of a sequence reaches the steps before it, on a logarithmic scale."}
	for _, p := range panels {
		s := p.Title
		if p.Note != "" {
			s += " (" + p.Note + ")"
		}
		parts = append(parts, s+": "+strings.ReplaceAll(strings.Join(p.Curve.summary(), " "), "\u00a0", " "))
	}
	return strings.Join(parts, " ")
}

// summary is the curve in a few sentences, in the words of [TimeTable].
func (c *TimeCurve) summary() []string {
	if len(c.Points) == 0 || c.Points[0].Norm == 0 {
		return []string{"No gradient comes to the last step."}
	}
	list := []string{c.where() + c.remembers()}
	for _, s := range []string{c.certificate(), c.cellPath()} {
		if s != "" && len(list) < 2 || c.Cell == "rnn" && s != "" {
			list = append(list, s)
		}
	}
	return list
}

func (d *drawing) timePanel(i int, p TimePanel, first bool) {
	c := p.Curve
	d.perSlot = d.width / float64(max(1, len(c.Points)-1))
	d.printf("<g>\n")
	d.text("h", d.left, d.top-54, fit(p.Title, d.width/9.2))
	d.text("note", d.left, d.top-33, fit(p.Note, d.width/6.6))
	d.axis(first, "‖∂J/∂h‖ relative to the last step (decades)")
	d.printf("<clipPath id=\"plot%d\"><rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%d\"/></clipPath>\n",
		i, px(d.left), px(d.top), px(d.width), plotHeight)
	d.timeCurves(i, c)
	d.horizonDot(c)
	d.lagNames(len(c.Points))
	y := d.bottom() + 62
	for _, sentence := range c.summary() {
		for _, line := range balance(sentence, int(d.width/6.4)) {
			d.text("say", d.left, y, strings.ReplaceAll(line, "\u00a0", " "))
			y += 18
		}
	}
	d.printf("</g>\n")
}

// timeCurves draws the lines of one panel.
func (d *drawing) timeCurves(i int, c *TimeCurve) {
	points := Thin(c.Points, linePoints)
	line := func(value func(TimePoint) float64) string {
		var b strings.Builder
		verb := "M"
		for _, p := range points {
			v := value(p)
			if math.IsNaN(v) {
				break
			}
			fmt.Fprintf(&b, "%s%s %s", verb, px(d.x(float64(p.Lag))), px(d.bounded(v)))
			if verb = "L"; v == 0 || math.IsInf(v, 0) {
				break // and so it stays
			}
		}
		return b.String()
	}
	stroke := func(class, path string) {
		if strings.Contains(path, "L") {
			d.printf("<path class=%q clip-path=\"url(#plot%d)\" d=%q/>\n", class, i, path)
		}
	}
	state := line(func(p TimePoint) float64 {
		switch {
		case c.Points[0].Norm == 0:
			return math.NaN()
		case !finite(p.Norm):
			return math.Inf(1)
		}
		return math.Pow(10, p.Decades)
	})
	if strings.Contains(state, "L") {
		d.printf("<path class=\"water\" clip-path=\"url(#plot%d)\" d=\"%sV%sH%sZ\"/>\n", i, state, px(d.bottom()), px(d.left))
	}
	if b := c.Limits; b != nil {
		power := func(base float64) func(TimePoint) float64 {
			return func(p TimePoint) float64 {
				if !finite(base) {
					return math.NaN()
				}
				return math.Pow(base, float64(p.Lag))
			}
		}
		stroke("bound", line(power(b.Gain)))
		stroke("rho", line(power(b.Rho)))
	}
	stroke("keep", line(func(p TimePoint) float64 { return p.Path }))
	stroke("s st-recurrent", state)
}

// bounded is the place of a level, near enough to the plot for any reader of
// SVG; what lies outside of it is clipped.
func (d *drawing) bounded(level float64) float64 {
	return math.Max(d.top-4*plotHeight, math.Min(d.bottom()+4*plotHeight, d.y(level)))
}

// horizonDot marks where 1 % is left.
func (d *drawing) horizonDot(c *TimeCurve) {
	if d.scale.lo > -2 {
		return
	}
	y := d.y(horizonShare)
	d.printf("<path class=\"limit\" d=\"M%s %sh%s\"/>\n", px(d.left), px(y), px(d.width))
	if c.Extrapolated || !finite(c.Horizon) {
		return
	}
	x, label := d.x(c.Horizon), "1 % after "+stepsBack(c.Horizon)+" "+plural(int(math.Round(c.Horizon)), "step")
	d.printf("<circle class=\"dot\" cx=\"%s\" cy=\"%s\" r=\"4.5\"><title>%s</title></circle>\n", px(x), px(y), escape(label))
	class, shift := "value", 10.0
	if x > d.left+d.width-130 {
		class, shift = "value end", -10
	}
	d.text(class, x+shift, y-8, label)
}

// lagNames writes the lags below the axis.
func (d *drawing) lagNames(n int) {
	every := roundStep(44 / d.perSlot)
	for lag := 0; lag < n; lag += every {
		d.text("tick mid", d.x(float64(lag)), d.bottom()+18, fmt.Sprint(lag))
	}
	y := d.bottom() + 38
	d.text("axis", d.left, y, "← last step")
	d.text("axis end", d.left+d.width, y, "steps back →")
}
