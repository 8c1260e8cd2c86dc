// Package spelling finds the known name that a wrong one was probably meant to
// be, for error messages.
package spelling

import (
	"fmt"
	"strings"
)

// Nearest returns the name with the smallest edit distance (Levenshtein 1966)
// to want, ignoring case, or "" when even that one is more than half of want
// away.
func Nearest(want string, names []string) string {
	best, name := min(max(len(want)/2, 1)+1, len(want)), "" // never as far as replacing all of want
	for _, n := range names {
		if len(n) > 2*len(want)+8 || len(want) > 2*len(n)+8 { // cannot be near: keeps hostile names cheap
			continue
		}
		if d := distance(strings.ToLower(want), strings.ToLower(n)); d < best {
			best, name = d, n
		}
	}
	return name
}

func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

// Suggest ends a message about an unknown name: with the nearest known one, or
// with the first few.
func Suggest(want string, names []string) string {
	if n := Nearest(want, names); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	list := make([]string, 0, 20)
	for i, n := range names {
		if i == 20 {
			list = append(list, "…")
			break
		}
		list = append(list, fmt.Sprintf("%q", Clip(n)))
	}
	return "known are " + strings.Join(list, ", ")
}

// Clip shortens text from outside to what a message can hold.
func Clip(s string) string {
	if r := []rune(s[:min(len(s), 400)]); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
