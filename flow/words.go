package flow

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ebb-ml/ebb/nn"
)

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
	case x >= 0.01 && x < 99.995:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case x >= 99.995 && x < 999.5:
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return power(x)
}

func decades(x float64) string {
	switch {
	case math.IsNaN(x):
		return ""
	case math.IsInf(x, 0):
		return "all"
	}
	if math.Abs(x) < 0.005 {
		return "0.00"
	}
	return strings.Replace(fmt.Sprintf("%+.2f", x), "-", "−", 1)
}

// percent writes a share with two significant digits and no exponent. What is
// close to all of it is not called all.
func percent(x float64) string {
	p := 100 * x
	switch {
	case p == 0 || math.IsNaN(p):
		return "0 %"
	case p >= 99.5 && p < 100:
		return "more than 99 %"
	}
	digits := max(0, 1-int(math.Floor(math.Log10(p))))
	if digits > 12 {
		return power(x)
	}
	return strconv.FormatFloat(p, 'f', digits, 64) + " %"
}

// fraction writes a small number with two significant digits: 0.00015, 2.6·10⁻⁹.
func fraction(x float64) string {
	if x >= 1e-5 && x < 1000 {
		return strconv.FormatFloat(x, 'f', max(0, 1-int(math.Floor(math.Log10(x)))), 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', 1, 64), "e")
	e, _ := strconv.Atoi(exponent)
	return mantissa + "·10" + superscript.Replace(strconv.Itoa(e))
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

// and joins what is listed: "a", "a and b", "a, b and c".
func and(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// wrap writes a sentence in lines of at most 80 columns. A number stays with its
// per cent sign.
func wrap(b *bytes.Buffer, s string) {
	if s == "" {
		return
	}
	n := 0
	for _, word := range strings.Split(strings.TrimSpace(strings.ReplaceAll(s, " %", "\u00a0%")), " ") {
		word = strings.ReplaceAll(word, "\u00a0", " ")
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
