package experiment

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// settingsText writes settings as "name value, …", the first ones in the given
// order, the rest by name; it breaks the line before column 80.
func settingsText(m map[string]any, first ...string) string {
	keys := slices.Sorted(maps.Keys(m))
	keys = slices.DeleteFunc(keys, func(k string) bool { return slices.Contains(first, k) })
	var b strings.Builder
	column := 0
	for i, k := range append(slices.Clone(first), keys...) {
		item := fmt.Sprintf("%s %v", k, m[k])
		if sub, ok := m[k].(map[string]any); ok {
			item = k + " {" + settingsText(sub) + "}"
		}
		if i > 0 {
			b.WriteString(",")
			if column += 2; column+len(item) > 67 {
				b.WriteString("\n           ")
				column = 0
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString(item)
		column += len(item)
	}
	return b.String()
}

// Wrap yields the lines of a text broken at spaces so that each has at most
// width runes, where its words allow it.
func Wrap(s string, width int) iter.Seq[string] {
	return func(yield func(string) bool) {
		line, n := "", 0
		for _, word := range strings.Fields(s) {
			w := utf8.RuneCountInString(word)
			if n > 0 && n+1+w > width {
				if !yield(line) {
					return
				}
				line, n = "", 0
			}
			if n > 0 {
				line, n = line+" ", n+1
			}
			line, n = line+word, n+w
		}
		if n > 0 {
			yield(line)
		}
	}
}
