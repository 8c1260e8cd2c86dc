package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
)

// The measures of the picture, in pixels.
const (
	pictureWidth = 960
	pictureLeft  = 300 // where the bars start
	pictureRight = 890
	barHeight    = 13
	barGap       = 3
	rowGap       = 13
)

// bar is one ratio; group is the bars of one workload.
type bar struct {
	class, note string // colour, and what is said on it
	value       float64
}

type group struct {
	label string
	floor float64
	bars  []bar
}

type panel struct {
	title  string
	groups []group
}

// drawPicture draws the ratios as an SVG that follows the reader's light or dark
// colour scheme. The same results give the same bytes.
func drawPicture(w io.Writer, r *Results) {
	panels := picturePanels(r)
	scale := newLogScale(panels)
	var b bytes.Buffer
	y := 112.0
	for _, p := range panels {
		fmt.Fprintf(&b, "<text class=\"h\" x=\"24\" y=\"%.0f\">%s</text>\n", y, escape(p.title))
		y += 14
		top := y
		var bars bytes.Buffer
		for _, g := range p.groups {
			y = drawGroup(&bars, g, scale, y)
		}
		scale.grid(&b, top, y)
		b.Write(bars.Bytes())
		y += 44
	}
	fmt.Fprintf(w, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\" role=\"img\" aria-labelledby=\"title desc\">\n",
		pictureWidth, y+8, pictureWidth, y+8)
	fmt.Fprintf(w, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n<style>%s</style>\n", pictureTitle, escape(describe(panels)), pictureStyle)
	fmt.Fprintf(w, "<rect class=\"paper\" width=\"%d\" height=\"%.0f\" rx=\"10\"/>\n", pictureWidth, y+8)
	fmt.Fprintf(w, "<text class=\"h1\" x=\"24\" y=\"38\">%s</text>\n", pictureTitle)
	fmt.Fprintf(w, "<text class=\"note\" x=\"24\" y=\"60\">%s</text>\n", escape(fmt.Sprintf("%s, %d cores, %s. A tick is the floor that Ebb has set itself on one thread.", orUnknown(r.Machine.CPU), r.Machine.Cores, r.Date)))
	drawKeys(w, panels)
	w.Write(b.Bytes())
	fmt.Fprintln(w, "</svg>")
}

const pictureTitle = "How many times as long as Ebb the others take"

// drawGroup draws the bars of a workload below y and returns where they end.
func drawGroup(w io.Writer, g group, s logScale, y float64) float64 {
	y += rowGap / 2.0
	height := float64(len(g.bars)*(barHeight+barGap) - barGap)
	fmt.Fprintf(w, "<text class=\"end\" x=\"%d\" y=\"%.1f\">%s</text>\n", pictureLeft-14, y+height/2+4, escape(shorten(g.label, 44)))
	one := s.x(1)
	for i, b := range g.bars {
		top := y + float64(i*(barHeight+barGap))
		at := s.x(b.value)
		fmt.Fprintf(w, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"2\"><title>%s</title></rect>\n",
			b.class, min(one, at), top, max(math.Abs(at-one), 1), barHeight, escape(b.note+": "+times(b.value)))
		fmt.Fprintf(w, "<text class=\"value\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", max(one, at)+6, top+barHeight-2.5, times(b.value))
		if g.floor > 0 && b.class == "p1" {
			fmt.Fprintf(w, "<line class=\"floor\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", s.x(g.floor), s.x(g.floor), top-2, top+barHeight+2)
		}
	}
	return y + height + rowGap/2.0
}

// logScale puts ratios on a logarithmic axis.
type logScale struct{ low, high float64 } // powers of ten

func newLogScale(panels []panel) logScale {
	s := logScale{low: math.Log10(0.8), high: math.Log10(4)}
	for _, p := range panels {
		for _, g := range p.groups {
			for _, b := range g.bars {
				s.low = min(s.low, math.Log10(b.value)-0.05)
				s.high = max(s.high, math.Log10(b.value)+0.02, math.Log10(max(g.floor, 1)))
			}
		}
	}
	return s
}

func (s logScale) x(ratio float64) float64 {
	return pictureLeft + (math.Log10(ratio)-s.low)/(s.high-s.low)*(pictureRight-pictureLeft)
}

// grid draws the lines of 1, 2, 5, 10 and so on, and their names below.
func (s logScale) grid(w io.Writer, top, bottom float64) {
	last := math.Inf(-1)
	for power := math.Floor(s.low); power <= s.high; power++ {
		for _, step := range []float64{1, 2, 5} {
			v := step * math.Pow(10, power)
			x := s.x(v)
			if l := math.Log10(v); l < s.low-1e-9 || l > s.high+1e-9 || x-last < 34 {
				continue
			}
			last = x
			class, name := "grid", fmt.Sprintf("%g×", v)
			if math.Abs(v-1) < 1e-9 {
				class, name = "one", "Ebb"
			}
			fmt.Fprintf(w, "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", class, x, x, top, bottom)
			fmt.Fprintf(w, "<text class=\"tick mid\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", x, bottom+15, name)
		}
	}
}

// keys names the colours, in the order of the legend.
var keys = []struct{ class, name string }{
	{"p1", "PyTorch, 1 thread"}, {"p2", "PyTorch, more threads"}, {"sk", "scikit-learn"}, {"gx", "gomlx"},
	{"ob", "OpenBLAS"}, {"mk", "MKL"}, {"ke", "Keras"},
}

func drawKeys(w io.Writer, panels []panel) {
	used := map[string]bool{}
	for _, p := range panels {
		for _, g := range p.groups {
			for _, b := range g.bars {
				used[b.class] = true
			}
		}
	}
	x := 24
	for _, k := range keys {
		if !used[k.class] {
			continue
		}
		fmt.Fprintf(w, "<rect class=\"%s\" x=\"%d\" y=\"73\" width=\"12\" height=\"12\" rx=\"2\"/><text x=\"%d\" y=\"83\">%s</text>\n", k.class, x, x+18, k.name)
		x += 34 + 7*len([]rune(k.name))
	}
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
