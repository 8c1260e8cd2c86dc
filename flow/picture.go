package flow

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Panel is one network in a [Picture].
type Panel struct {
	Title  string // such as the network's name
	Note   string // one more line, such as its accuracy; may be empty
	Report *Report
}

const pictureTitle = "The error that flows back"

// The measures of the picture, in pixels.
const (
	pictureWidth = 960
	plotLeft     = 76 // of the first panel; for the names of the decades
	panelGap     = 40 // between two panels of a row
	headHeight   = 56 // the title of the whole
	plotTop      = 86 // below the title of a panel
	plotHeight   = 260
	panelHeight  = plotTop + plotHeight + 158
	legendRow    = 26
	sideMargin   = 24
	labelRoom    = 76 // of a value at the end of a line
	crowded      = 6  // pixels a layer below which dots and lines touch
)

// Picture draws the backward flow of each panel as one SVG, two panels a row:
// the level of the error from the output (left) to the input (right), in
// decades relative to the output, the same scale in all panels. The surface has
// the colour of the factor that moves it, a dot is what reaches the weights of
// a layer ([Reach]), and the dashed line is the bound ([Report.SetBounds]).
//
// The SVG needs nothing beside itself, follows the reader's light or dark
// colour scheme and tells its content in words (title, desc, and a title on
// every dot). The same reports give the same bytes.
func Picture(w io.Writer, panels ...Panel) error {
	streams := make([]stream, len(panels))
	for i, p := range panels {
		streams[i] = newStream(p.Report)
	}
	columns := max(1, min(2, len(panels)))
	rows := (len(panels) + columns - 1) / columns
	d := drawing{
		scale: newScale(streams),
		width: float64(pictureWidth-plotLeft-sideMargin-(columns-1)*panelGap) / float64(columns),
	}
	keys := legend(streams)
	height := headHeight + rows*panelHeight + (keys[len(keys)-1].row+1)*legendRow + 16
	d.head(pictureTitle, describe(panels), pictureStyle, height)
	for i, p := range panels {
		d.left = plotLeft + float64(i%columns)*(d.width+panelGap)
		d.top = float64(headHeight + i/columns*panelHeight + plotTop)
		d.panel(i, p, streams[i], i%columns == 0)
	}
	d.legend(float64(headHeight+rows*panelHeight+8), keys)
	d.printf("</svg>\n")
	_, err := w.Write(d.Bytes())
	return err
}

// head begins the document: its words, its colours, its title.
func (d *drawing) head(title, about, style string, height int) {
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title desc">`+"\n",
		pictureWidth, height, pictureWidth, height)
	d.printf("<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", title, escape(about))
	d.printf("<style>%s</style>\n", style)
	d.printf(`<defs><linearGradient id="water" x1="0" y1="0" x2="0" y2="1"><stop class="w0" offset="0"/><stop class="w1" offset="1"/></linearGradient>` +
		"</defs>\n")
	d.printf("<rect class=\"paper\" width=\"%d\" height=\"%d\" rx=\"10\"/>\n", pictureWidth, height)
	d.text("h1", plotLeft, 40, title)
}

// describe tells the picture in words.
func describe(panels []Panel) string {
	parts := []string{"How much of the error at the output reaches the weights of each layer, on a logarithmic scale."}
	for _, p := range panels {
		s := p.Title
		if p.Note != "" {
			s += " (" + p.Note + ")"
		}
		parts = append(parts, s+": "+strings.Join(summary(p.Report), " "))
	}
	return strings.Join(parts, " ")
}

// summary is the report in two or three sentences, in the words of [Table].
func summary(r *Report) []string {
	least := r.Least()
	if least == nil {
		return []string{"Nothing was measured."}
	}
	if end := r.ending(); end != "" {
		return []string{end}
	}
	list := []string{r.arrives(least)}
	if total := r.Total(); len(r.Rows) > 0 && !math.IsInf(total, 0) && !math.IsNaN(total) {
		list = append(list, split(total, r.ByStage()))
	}
	if least.Ratio < enough && least.Bound < enough {
		list = append(list, "Proved: no input can give it more than "+power(least.Bound)+" of it.")
	}
	return list
}

// drawing is an SVG in the making, with the panel at hand.
type drawing struct {
	bytes.Buffer
	scale            scale
	left, top, width float64
	perSlot          float64
}

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(&d.Buffer, format, args...) }

// text writes one line of text.
func (d *drawing) text(class string, x, y float64, s string) {
	d.printf("<text class=%q x=\"%s\" y=\"%s\">%s</text>\n", class, px(x), px(y), raise(s))
}

func (d *drawing) x(slot float64) float64  { return d.left + slot*d.perSlot }
func (d *drawing) y(level float64) float64 { return d.top + plotHeight*(1-d.scale.at(level)) }
func (d *drawing) bottom() float64         { return d.top + plotHeight }

func (d *drawing) panel(i int, p Panel, s stream, first bool) {
	d.perSlot = d.width / float64(max(1, len(s.slots)))
	d.printf("<g>\n")
	d.text("h", d.left, d.top-54, fit(p.Title, d.width/9.2))
	d.text("note", d.left, d.top-33, fit(p.Note, d.width/6.6))
	d.axis(first, "‖∂J/∂z‖ relative to the output (decades)")
	d.printf("<clipPath id=\"plot%d\"><rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%d\"/></clipPath>\n",
		i, px(d.left), px(d.top), px(d.width), plotHeight)
	d.surface(s)
	d.boundLine(i, s)
	d.dots(s, p.Report.Least())
	d.layerNames(s)
	y := d.bottom() + 78
	for _, sentence := range summary(p.Report) {
		for _, line := range balance(sentence, int(d.width/6.4)) {
			d.text("say", d.left, y, line)
			y += 18
		}
	}
	d.printf("</g>\n")
}

// axis draws the decades; only the first panel of a row names them.
func (d *drawing) axis(named bool, name string) {
	for e := d.scale.hi; e >= d.scale.lo; e-- {
		if e%d.scale.step != 0 {
			continue
		}
		class, label, y := "grid", "10"+superscript.Replace(strconv.Itoa(e)), d.top+plotHeight*float64(d.scale.hi-e)/float64(d.scale.hi-d.scale.lo)
		if e == 0 {
			class = "grid one"
		}
		if d.scale.zero && e == d.scale.lo {
			label = "0"
		}
		d.printf("<path class=%q d=\"M%s %sh%s\"/>\n", class, px(d.left), px(y), px(d.width))
		if named {
			d.text("tick end", d.left-8, y+4, label)
		}
	}
	if named {
		x, y := px(d.left-52), px(d.top+plotHeight/2)
		d.printf("<text class=\"axis mid\" transform=\"translate(%s %s) rotate(-90)\">%s</text>\n", x, y, name)
	}
}

// surface draws the stream: its body, then each factor's part of its surface.
// A factor's part is a smooth step from the level before to the level after.
func (d *drawing) surface(s stream) {
	if len(s.segments) == 0 {
		return
	}
	d.printf("<path class=\"water\" d=\"M%s %s", px(d.x(0)), px(d.y(s.segments[0].a)))
	for _, g := range s.segments {
		d.printf("%s", d.curve(g.x0, g.x1, g.a, g.b))
	}
	d.printf("V%sH%sZ\"/>\n", px(d.bottom()), px(d.x(0)))
	for _, g := range s.segments {
		d.printf("<path class=\"s %s\" d=\"M%s %s%s\"/>\n", stageClass(g.stage), px(d.x(g.x0)), px(d.y(g.a)), d.curve(g.x0, g.x1, g.a, g.b))
	}
}

// curve is the path of a smooth step from level a at x0 to level b at x1.
func (d *drawing) curve(x0, x1, a, b float64) string {
	mid, ya, yb := px(d.x((x0+x1)/2)), px(d.y(a)), px(d.y(b))
	if ya == yb {
		return "H" + px(d.x(x1))
	}
	return "C" + mid + " " + ya + " " + mid + " " + yb + " " + px(d.x(x1)) + " " + yb
}

// boundLine draws what no input can exceed. Where it ends above the plot, its
// last value is told there.
func (d *drawing) boundLine(i int, s stream) {
	var path strings.Builder
	drawn := false // up to this segment
	var last segment
	for _, g := range s.segments {
		if !positive(g.boundA) || !positive(g.boundB) {
			drawn = false
			continue
		}
		if !drawn {
			path.WriteString("M" + px(d.x(g.x0)) + " " + px(d.y(g.boundA)))
		}
		path.WriteString(d.curve(g.x0, g.x1, g.boundA, g.boundB))
		drawn, last = true, g
	}
	if path.Len() == 0 {
		return
	}
	d.printf("<path class=\"bound\" clip-path=\"url(#plot%d)\" d=%q/>\n", i, path.String())
	// The label stands above the highest point of the line below it.
	right := math.Max(d.x(last.x1), d.left+labelRoom)
	y := d.y(last.boundB)
	for _, g := range s.segments {
		if x := d.x(g.x1); x > right-labelRoom && x <= right+1 && positive(g.boundB) {
			y = math.Min(y, math.Min(d.y(g.boundA), d.y(g.boundB)))
		}
	}
	d.text("tick end", right, math.Max(y, d.top)-8, "bound "+power(last.boundB))
}

// dots marks what reaches the weights, with the value of the layer that gets the
// least.
func (d *drawing) dots(s stream, least *Reach) {
	r := math.Max(0.8, math.Min(4.5, d.perSlot/5))
	for _, p := range s.dots {
		class, value := "dot", power(p.y)
		switch {
		case p.y == 0:
			class = "dot none"
		case !positive(p.y):
			class, value = "dot none", "no finite part"
		}
		tip := p.where + ": " + value + " of the error reaches its weights"
		if positive(p.bound) {
			tip += ", at most " + power(p.bound) + " for any input"
		}
		if d.perSlot < crowded {
			class += " tiny"
		}
		d.printf("<circle class=%q cx=\"%s\" cy=\"%s\" r=\"%s\"><title>%s</title></circle>\n", class, px(d.x(p.x)), px(d.y(p.y)), px(r), escape(tip))
		if least != nil && p.where == least.Where && p.y < 1 {
			d.text("value end", d.x(p.x)-r-5, math.Min(d.y(p.y)+13, d.bottom()-6), value)
		}
	}
}

// layerNames names the layers, as many as there is room for: by their numbers
// alone where all are of one kind.
func (d *drawing) layerNames(s stream) {
	kind, same := "", true
	for i, site := range s.slots {
		k, _, _ := strings.Cut(site, "_")
		if i > 0 && k != kind {
			same = false
		}
		kind = k
	}
	room := 46.0 // of a slanted name
	if same && len(s.slots) > 0 {
		room = 8*float64(len(s.slots[0])-len(kind)) + 6
	}
	every := roundStep(room / d.perSlot)
	y := d.bottom() + 18
	for i, site := range s.slots {
		x := d.x(float64(i) + 0.5)
		if _, number, _ := strings.Cut(site, "_"); same {
			if n, err := strconv.Atoi(number); err != nil || n%every == 0 {
				d.text("tick mid", x, y, number)
			}
		} else if i%every == 0 {
			d.printf("<text class=\"tick end\" transform=\"translate(%s %s) rotate(-28)\">%s</text>\n", px(x+6), px(y-2), escape(fit(site, 13)))
		}
	}
	y += 20
	if same && kind != "" {
		d.text("axis mid", d.left+d.width/2, y, kind+" layer")
	} else {
		y += 18
	}
	d.text("axis", d.left, y, "← output")
	d.text("axis end", d.left+d.width, y, "input →")
}
