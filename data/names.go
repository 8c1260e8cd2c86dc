package data

import "strings"

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
