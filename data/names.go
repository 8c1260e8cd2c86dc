package data

import (
	"fmt"
	"strings"
)

// nearest returns the name with the smallest edit distance (Levenshtein 1966)
// to want, ignoring case, or "" when even that one is more than half of want
// away.
func nearest(want string, names []string) string {
	best, name := min(max(len(want)/2, 1)+1, len(want)), ""
	for _, n := range names {
		if len(n) > 2*len(want)+8 { // cannot be near: keeps hostile names cheap
			continue
		}
		if d := editDistance(strings.ToLower(want), strings.ToLower(n)); d < best {
			best, name = d, n
		}
	}
	return name
}

func editDistance(a, b string) int {
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

// suggest ends an error message about an unknown name: with the nearest known
// one, or with the first few.
func suggest(want string, names []string) string {
	if n := nearest(want, names); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	list := make([]string, 0, 8)
	for i, n := range names {
		if i == 8 {
			list = append(list, "…")
			break
		}
		list = append(list, fmt.Sprintf("%q", clip(n)))
	}
	return "known are " + strings.Join(list, ", ")
}

// clip shortens text that came from a file, for an error message.
func clip(s string) string {
	if r := []rune(s[:min(len(s), 400)]); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// naturalCompare orders numbers by value before texts, and runs of digits in
// texts by value: "2" < "10" < "a2" < "a10".
func naturalCompare(a, b string) int {
	x, xok := number(a)
	y, yok := number(b)
	switch {
	case xok && yok && x != y:
		if x < y {
			return -1
		}
		return 1
	case xok != yok:
		if xok {
			return -1
		}
		return 1
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if digit(a[i]) && digit(b[j]) {
			p, q := i, j
			for i < len(a) && digit(a[i]) {
				i++
			}
			for j < len(b) && digit(b[j]) {
				j++
			}
			m, n := strings.TrimLeft(a[p:i], "0"), strings.TrimLeft(b[q:j], "0")
			if len(m) != len(n) {
				return len(m) - len(n)
			}
			if c := strings.Compare(m, n); c != 0 {
				return c
			}
			continue
		}
		if a[i] != b[j] {
			return int(a[i]) - int(b[j])
		}
		i++
		j++
	}
	if c := (len(a) - i) - (len(b) - j); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
