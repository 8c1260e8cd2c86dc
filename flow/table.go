package flow

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// tableRows is how many lines the table shows before it leaves some out.
const tableRows = 24

// widest is the number of columns for a layer's name, size and kind.
const widest = 32

// Table writes the report for a person, at most 80 columns wide: a line for
// each layer from the output to the input, then what became of the error.
// effects may be nil.
//
// gain is what the layer as a whole does to the norm, bound what no input can
// exceed, φ′ and Wᵀ its factors in decades, reaches the share of the error that
// comes to its weights or, without weights, that leaves it. What is inside a
// container stands below it, indented. A long network is shown without what is
// inside containers, and without its middle. What [TimeTable] writes follows
// where there are recurrent layers.
func Table(w io.Writer, r *Report, effects []Effect) error {
	var b bytes.Buffer
	put(&b, "the error that flows back", "gain", "bound", "φ′", "Wᵀ", "reaches")
	lines := r.shown()
	first, rest := lines, []*line(nil)
	if len(lines) > tableRows {
		first, rest = lines[:tableRows/2], lines[len(lines)-tableRows/2:]
	}
	name, size := 0, 0
	for _, l := range append(first[:len(first):len(first)], rest...) {
		name = max(name, 2*l.depth+utf8.RuneCountInString(l.name))
		size = max(size, len(l.size))
	}
	for _, l := range first {
		l.put(&b, name, size)
	}
	if rest != nil {
		middle(lines[len(first):len(lines)-len(rest)]).put(&b, name, 0)
	}
	for _, l := range rest {
		l.put(&b, name, size)
	}
	r.sentences(&b, effects)
	if len(r.Time) > 0 {
		b.WriteByte('\n')
		timeSection(&b, r.Time)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// middle sums up the lines that are left out.
func middle(lines []*line) *line {
	nan := math.NaN()
	sum := &line{name: fmt.Sprintf("… %d more …", len(lines)), gain: 1, bound: 1, phi: nan, w: nan, reaches: nan}
	add := func(sum *float64, x float64) {
		switch {
		case math.IsNaN(x):
		case math.IsNaN(*sum):
			*sum = x
		default:
			*sum += x
		}
	}
	for _, l := range lines {
		add(&sum.phi, l.phi)
		add(&sum.w, l.w)
		sum.gain *= l.gain
		sum.bound = times(sum.bound, l.bound)
	}
	return sum
}

// put writes the line; name and size are the widths of its first two parts.
func (l *line) put(b *bytes.Buffer, name, size int) {
	title := strings.Repeat("  ", l.depth) + l.name
	if l.size != "" || l.kind != "" {
		title = fmt.Sprintf("%-*s  %*s  %s", name, title, size, l.size, l.kind)
	}
	gain, bound, reaches := measure(l.gain), measure(l.bound), power(l.reaches)
	if math.IsNaN(l.gain) { // not measured: the layer at the input
		gain, bound = "", ""
	}
	if math.IsNaN(l.reaches) {
		reaches = ""
	}
	put(b, title, gain, bound, decades(l.phi), decades(l.w), reaches)
}

func put(b *bytes.Buffer, name, gain, bound, phi, w, reaches string) {
	name = strings.TrimRight(name, " ")
	if n := utf8.RuneCountInString(name); n > widest {
		name = "…" + string([]rune(name)[n-widest+1:])
	}
	// fmt counts runes, so the columns hold for φ′ and superscripts too.
	s := fmt.Sprintf("%-*s %8s %8s %7s %7s   %s", widest, name, gain, bound, phi, w, reaches)
	b.WriteString(strings.TrimRight(s, " "))
	b.WriteByte('\n')
}
