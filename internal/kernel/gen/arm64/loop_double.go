package main

// doubles returns the four floats of v in float64, two by two.
func (l *loop) doubles(v vec) (lo, hi vec) {
	lo, hi = l.tmp(), l.tmp()
	l.v("fcvtl %s.2d, %s.2s", lo, v)
	l.v("fcvtl2 %s.2d, %s.4s", hi, v)
	return lo, hi
}

// singles rounds them to float32.
func (l *loop) singles(lo, hi vec) vec {
	v := l.tmp()
	l.v("fcvtn %s.2s, %s.2d", v, lo)
	l.v("fcvtn2 %s.4s, %s.2d", v, hi)
	return v
}

// load64 and store64 move the elements of a slice of float64.
func (l *loop) load64(name string) (lo, hi vec) {
	lo, hi = l.tmp(), l.tmp()
	p, _ := l.pointer(name)
	if l.single {
		l.a.op("FMOVD (%s), F%d", p, lo)
		l.v("eor %[1]s.16b, %[1]s.16b, %[1]s.16b", hi)
	} else {
		l.a.op("FMOVQ %d(%s), F%d", 8*l.offset, p, lo)
		l.a.op("FMOVQ %d(%s), F%d", 8*l.offset+16, p, hi)
	}
	return lo, hi
}

func (l *loop) store64(lo, hi vec, name string) {
	p, _ := l.pointer(name)
	if l.single {
		l.a.op("FMOVD F%d, (%s)", lo, p)
	} else {
		l.a.op("FMOVQ F%d, %d(%s)", lo, 8*l.offset, p)
		l.a.op("FMOVQ F%d, %d(%s)", hi, 8*l.offset+16, p)
	}
}

// total is a sum in float64: four interleaved sums for each part of a round.
type total struct {
	l      *loop
	lo, hi []vec
}

func (l *loop) newTotal(unroll int, result string) total {
	t := total{l: l}
	for range unroll {
		t.lo, t.hi = append(t.lo, l.zeroed()), append(t.hi, l.zeroed())
	}
	l.finish = append(l.finish, func() {
		for u := 1; u < unroll; u++ {
			l.v("fadd %[1]s.2d, %[1]s.2d, %[2]s.2d", t.lo[0], t.lo[u])
			l.v("fadd %[1]s.2d, %[1]s.2d, %[2]s.2d", t.hi[0], t.hi[u])
		}
		l.v("faddp %[1]s.2d, %[1]s.2d, %[2]s.2d", t.lo[0], t.hi[0])
		l.v("faddp %[1]s.2d, %[1]s.2d, %[1]s.2d", t.lo[0])
		l.a.op("FMOVD F%d, %s+%d(FP)", t.lo[0], result, l.places[result])
	})
	return t
}

// add adds four values in float64, addProduct four products.
func (t total) add(u int, lo, hi vec) {
	if t.l.single {
		t.l.a.op("FMOVD F%[1]d, F%[1]d", lo) // clears the other lane
		t.l.v("fadd %[1]s.2d, %[1]s.2d, %[2]s.2d", t.lo[u], lo)
		return
	}
	t.l.v("fadd %[1]s.2d, %[1]s.2d, %[2]s.2d", t.lo[u], lo)
	t.l.v("fadd %[1]s.2d, %[1]s.2d, %[2]s.2d", t.hi[u], hi)
}

func (t total) addProduct(u int, aLo, aHi, bLo, bHi vec) {
	if t.l.single {
		for _, v := range []vec{aLo, bLo} {
			t.l.a.op("FMOVD F%[1]d, F%[1]d", v)
		}
		t.l.v("fmla %s.2d, %s.2d, %s.2d", t.lo[u], aLo, bLo)
		return
	}
	t.l.v("fmla %s.2d, %s.2d, %s.2d", t.lo[u], aLo, bLo)
	t.l.v("fmla %s.2d, %s.2d, %s.2d", t.hi[u], aHi, bHi)
}

// tally is a count, in four lanes.
type tally struct {
	l *loop
	n vec
}

func (l *loop) newTally(result string) tally {
	t := tally{l, l.zeroed()}
	l.finish = append(l.finish, func() {
		l.a.op("VADDV V%[1]d.S4, V%[1]d", t.n)
		l.a.op("VMOV V%d.S[0], %s", t.n, scratch)
		l.a.op("MOVD %s, %s+%d(FP)", scratch, result, l.places[result])
	})
	return t
}

// count counts the lanes where the mask is set.
func (t tally) count(mask vec) {
	t.l.cut(mask)
	t.l.v("sub %[1]s.4s, %[1]s.4s, %[2]s.4s", t.n, mask)
}
