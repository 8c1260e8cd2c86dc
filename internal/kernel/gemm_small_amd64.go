//go:build amd64 && !purego && !float64

package kernel

// small computes a product that one tile holds, and reports whether it is one:
// in networks of a few units the way through the loops of [tileSet.product]
// takes longer than the product. The tile, and so the bits, are the same.
func (t *tileSet) small(op Op, m, n, k int, a []Float, lda int, b []Float, ldb int, c []Float, ldc int, e Epilogue) bool {
	if n > t.cols || m > t.rows || k > blockK || k == 0 || !t.cutPanels {
		return false
	}
	tiles := t.byRows
	switch narrow := n <= t.cols/2; {
	case op == TN && narrow:
		tiles = t.narrowByCols
	case op == TN:
		tiles = t.byCols
	case narrow:
		tiles = t.narrowByRows
	}
	var bias *float32
	if e.Bias != nil {
		bias = &e.Bias[0]
	}
	flags := e.tileFlags(true, true)
	if op != NT {
		tiles[m](k, &a[0], lda, &b[0], ldb, &c[0], ldc, bias, n, flags)
		return true
	}
	s := takeScratch()
	for x := 0; x < n; x += t.lanes {
		t.transpose(&s.b[x], t.cols, &b[x*ldb], ldb, min(t.lanes, n-x), k)
	}
	tiles[m](k, &a[0], lda, &s.b[0], t.cols, &c[0], ldc, bias, n, flags)
	s.giveBack()
	return true
}

func avx512Small(op Op, m, n, k int, a []Float, lda int, b []Float, ldb int, c []Float, ldc int, e Epilogue) bool {
	return avx512Tiles.small(op, m, n, k, a, lda, b, ldb, c, ldc, e)
}
