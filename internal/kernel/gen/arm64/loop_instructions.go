package main

import "fmt"

// do writes an instruction on four floats or integers, the result first.
func (l *loop) do(name string, to vec, from ...vec) {
	text := fmt.Sprintf("%s %s.4s", name, to)
	for _, v := range from {
		text += fmt.Sprintf(", %s.4s", v)
	}
	l.v("%s", text)
}

// doubled does the same to pairs of float64.
func (l *loop) doubled(name string, to vec, from ...vec) {
	text := fmt.Sprintf("%s %s.2d", name, to)
	for _, v := range from {
		text += fmt.Sprintf(", %s.2d", v)
	}
	l.v("%s", text)
}

// notAbove returns where v ≤ 0, which NaN is not.
func (l *loop) notAbove(v vec) vec {
	m := l.tmp()
	l.v("fcmle %s.4s, %s.4s, #0.0", m, v)
	return m
}

// negative returns where the sign of v is set.
func (l *loop) negative(v vec) vec {
	m := l.tmp()
	l.v("sshr %s.4s, %s.4s, #31", m, v)
	return m
}

// choose makes the mask a where it is set and b elsewhere.
func (l *loop) choose(mask, a, b vec) vec {
	l.v("bsl %s.16b, %s.16b, %s.16b", mask, a, b)
	return mask
}

// clear makes v 0 where the mask is set.
func (l *loop) clear(v, mask vec) { l.v("bic %[1]s.16b, %[1]s.16b, %[2]s.16b", v, mask) }
