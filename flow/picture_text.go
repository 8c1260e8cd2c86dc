package flow

import (
	"bytes"
	"encoding/xml"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// px writes a coordinate to a tenth of a pixel.
func px(x float64) string {
	return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64)
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}

// fit cuts s to n characters.
func fit(s string, n float64) string {
	if r := []rune(s); len(r) > int(n) {
		return string(r[:int(n)-1]) + "…"
	}
	return s
}

// raise writes the exponents in s as raised text: few fonts have all the
// superscript characters.
func raise(s string) string {
	const super, plain = "⁻·⁰¹²³⁴⁵⁶⁷⁸⁹", "−.0123456789"
	var b strings.Builder
	up, wasUp := false, false
	for _, r := range s {
		i := slices.Index([]rune(super), r)
		if r == '·' && !up { // a dot between factors
			i = -1
		}
		switch {
		case i >= 0 && !up:
			if wasUp {
				b.WriteString(`</tspan>`)
			}
			b.WriteString(`<tspan class="up" dy="-5">`)
		case i < 0 && up && wasUp:
			b.WriteString(`</tspan><tspan dy="5">`)
		}
		if up = i >= 0; up {
			b.WriteRune([]rune(plain)[i])
			wasUp = true
			continue
		}
		b.WriteString(escape(string(r)))
	}
	if wasUp {
		b.WriteString("</tspan>")
	}
	return b.String()
}

// roundStep returns the least of 1, 2, 5, 10, 20, 50, … that is not below x.
func roundStep(x float64) int {
	step := 1
	for i := 0; float64(step) < x; i++ {
		step = step * []int{2, 5, 2}[i%3] / []int{1, 2, 1}[i%3]
	}
	return step
}

// balance breaks a sentence into as few lines of at most width characters as
// can be, of about the same length.
func balance(s string, width int) []string {
	list := lines(s, width)
	for width > 1 {
		width--
		shorter := lines(s, width)
		if len(shorter) > len(list) {
			break
		}
		list = shorter
	}
	return list
}

// lines breaks a sentence at width characters.
func lines(s string, width int) []string {
	var list []string
	line := ""
	for _, word := range strings.Split(s, " ") { // not at the spaces that join
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			list, line = append(list, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(list, line)
}
