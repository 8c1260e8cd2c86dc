package flow

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ebb-ml/ebb/nn"
)

// line is one line of the table: a layer with its activation, or another stage.
type line struct {
	site, name, kind string
	gain, bound      float64
	phi, w           float64 // decades; NaN where the layer has no such factor
	reaches          float64 // at the weights, or after the stage
}

// tableRows is how many layers the table shows before it leaves out the middle.
const tableRows = 24

// Table writes the report for a person, at most 80 columns wide: a line for
// each layer from the output to the input, then what became of the error.
// effects may be nil.
func Table(w io.Writer, r *Report, effects []Effect) error {
	var b bytes.Buffer
	put(&b, "the error that flows back", "gain", "bound", "φ′", "Wᵀ", "reaches")
	lines := r.lines()
	cut := len(lines) > tableRows
	for i, l := range lines {
		if cut && i == tableRows/2 {
			fmt.Fprintf(&b, "… %d more …\n", len(lines)-tableRows)
		}
		if cut && i >= tableRows/2 && i < len(lines)-tableRows/2 {
			continue
		}
		put(&b, l.name+l.kind, measure(l.gain), measure(l.bound), decades(l.phi), decades(l.w), power(l.reaches))
	}
	r.sentences(&b, effects)
	_, err := w.Write(b.Bytes())
	return err
}

// lines joins each dense layer with the activation that has its site. The
// layer's gain is the product of both.
func (r *Report) lines() []line {
	var list []line
	nan := math.NaN()
	size := map[string]Reach{}
	for _, re := range r.Reach {
		size[re.Where] = re
	}
	for i := 0; i < len(r.Rows); i++ {
		row := r.Rows[i]
		l := line{site: row.Where, name: row.Where, gain: row.Gain, bound: row.Bound, phi: nan, w: nan, reaches: row.SoFar}
		switch row.Stage {
		case nn.StageActivation:
			l.phi = row.Decades
			if i+1 < len(r.Rows) && r.Rows[i+1].Where == row.Where && r.Rows[i+1].Stage == nn.StageWeights {
				i++
				l.w = r.Rows[i].Decades
				l.gain, l.bound = row.Gain*r.Rows[i].Gain, times(row.Bound, r.Rows[i].Bound)
			}
		case nn.StageWeights:
			l.w = row.Decades
			l.reaches = ratio(row.In, r.Norm)
		}
		if re, ok := size[row.Where]; ok && re.Out > 0 {
			l.kind = "  " + strconv.Itoa(re.Out)
			if re.Phi != "" {
				l.kind += "  " + re.Phi
			}
		}
		l.name = strings.Repeat(" ", row.Depth) + l.name
		list = append(list, l)
	}
	return list
}

func put(b *bytes.Buffer, name, gain, bound, phi, w, reaches string) {
	const widest = 32
	if n := utf8.RuneCountInString(name); n > widest {
		name = "…" + string([]rune(name)[n-widest+1:])
	}
	// fmt counts runes, so the columns hold for φ′ and superscripts too.
	s := fmt.Sprintf("%-32s %8s %8s %7s %7s   %s", name, gain, bound, phi, w, reaches)
	b.WriteString(strings.TrimRight(s, " "))
	b.WriteByte('\n')
}

// sentences says what became of the error at the layer that gets the least.
func (r *Report) sentences(b *bytes.Buffer, effects []Effect) {
	least := r.Least()
	if least == nil {
		return
	}
	s := fmt.Sprintf("%s gets %s of the error at the output.", least.Where, percent(least.Ratio))
	if least.Ratio > 1 {
		s = fmt.Sprintf("The error grows on its way back: every layer gets at least %s× of it.", measure(least.Ratio))
	}
	if total := r.Total(); !math.IsInf(total, 0) && !math.IsNaN(total) && len(r.Rows) > 0 {
		s += " " + split(total, r.ByStage())
	}
	wrap(b, s)
	if least.Bound < 1 {
		wrap(b, fmt.Sprintf("The bound proves it: no input can give this layer more than %s of the error.", power(least.Bound)))
	}
	for _, e := range effects {
		if e.Where != least.Where || e.Steps == 0 {
			continue
		}
		wrap(b, fmt.Sprintf("Its weights moved %.2g of their size per step; %s of them did not change by a single bit in %d %s.",
			e.MeanRelative, percent(e.Frozen), e.Steps, plural(e.Steps, "step")))
		break
	}
}

// split says where the decades of the main chain went, the largest part first.
func split(total float64, shares []Share) string {
	verb, went := "lost", "went in"
	if total > 0 {
		verb, went = "gained", "came from"
	}
	if math.Abs(total) < 0.05 {
		return "Over all layers it keeps its size."
	}
	var parts []string
	for range shares {
		best := 0
		for i := range shares {
			if math.Abs(float64(shares[i].Decades)) > math.Abs(float64(shares[best].Decades)) {
				best = i
			}
		}
		d := float64(shares[best].Decades)
		if math.Abs(d) < 0.05 {
			break
		}
		amount := strconv.FormatFloat(math.Abs(d), 'f', 1, 64)
		switch name := stageName(shares[best].Stage); {
		case (d > 0) == (total > 0):
			parts = append(parts, fmt.Sprintf("%s %s %s", amount, went, name))
		case d > 0:
			parts = append(parts, fmt.Sprintf("%s gave %s back", name, amount))
		default:
			parts = append(parts, fmt.Sprintf("%s took %s away", name, amount))
		}
		shares[best].Decades = 0
	}
	return fmt.Sprintf("Of the %.1f decades %s on the way, %s.", math.Abs(total), verb, strings.Join(parts, ", "))
}

func stageName(s nn.Stage) string {
	switch s {
	case nn.StageActivation:
		return "φ′"
	case nn.StageWeights:
		return "Wᵀ"
	}
	return string(s)
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// measure writes a gain in at most eight columns.
func measure(x float64) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "—"
	case x == 0:
		return "0"
	case x >= 0.01 && x < 100:
		return strconv.FormatFloat(x, 'f', 2, 64)
	}
	return strconv.FormatFloat(x, 'g', 2, 64)
}

func decades(x float64) string {
	switch {
	case math.IsNaN(x):
		return ""
	case math.IsInf(x, 0):
		return "all"
	}
	return strings.Replace(fmt.Sprintf("%+.2f", x), "-", "−", 1)
}

// percent writes a share with two significant digits and no exponent.
func percent(x float64) string {
	p := 100 * x
	if p == 0 || math.IsNaN(p) {
		return "0 %"
	}
	digits := max(0, 1-int(math.Floor(math.Log10(p))))
	if digits > 12 {
		return power(x)
	}
	return strconv.FormatFloat(p, 'f', digits, 64) + " %"
}

// power writes x as a power of ten with a superscript exponent.
func power(x float64) string {
	switch {
	case x == 0:
		return "0"
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "—"
	}
	s := strconv.FormatFloat(math.Log10(x), 'f', 1, 64)
	if s == "-0.0" {
		s = "0.0"
	}
	return "10" + superscript.Replace(s)
}

var superscript = strings.NewReplacer("-", "⁻", ".", "·", "0", "⁰", "1", "¹", "2", "²", "3", "³",
	"4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")

// wrap writes a sentence in lines of at most 80 columns.
func wrap(b *bytes.Buffer, s string) {
	n := 0
	for _, word := range strings.Fields(s) {
		w := utf8.RuneCountInString(word)
		if n > 0 && n+1+w > 80 {
			b.WriteByte('\n')
			n = 0
		} else if n > 0 {
			b.WriteByte(' ')
			n++
		}
		b.WriteString(word)
		n += w
	}
	b.WriteByte('\n')
}
