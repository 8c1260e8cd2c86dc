//go:build amd64 && !purego && !float64

package kernel

// panelWork is one block of k, rows and a panel of columns.
type panelWork struct {
	k, rows, cols  int
	a              []float32
	lda            int
	byRows, packed bool
	height         int // of the tiles
	b              *float32
	ldb            int
	c              []float32
	ldc            int
	bias           *float32
	flags          int
}

// panel computes all rows of at most one tile's columns.
func (t *tileSet) panel(w *panelWork) {
	tiles, height := t.byCols, w.height
	if narrow := w.cols <= t.cols/2; narrow {
		tiles = t.narrowByCols
		if w.byRows {
			tiles = t.narrowByRows
		}
		if !w.packed {
			height = t.height(w.rows, t.narrowRows)
		}
	} else if w.byRows {
		tiles = t.byRows
	}
	step := height
	switch {
	case w.packed:
		step = t.area(w.k)
	case w.byRows:
		step = height * w.lda
	}
	for i, at := 0, 0; i < w.rows; i, at = i+height, at+step {
		tiles[min(height, w.rows-i)](w.k, &w.a[at], w.lda, w.b, w.ldb, &w.c[i*w.ldc], w.ldc, w.bias, w.cols, w.flags)
	}
}

// height is that of the tiles into which rows are cut, as even as possible.
func (t *tileSet) height(rows, most int) int {
	n := (rows + most - 1) / most
	return (rows + n - 1) / n
}

// fewRows computes as many columns as the wide tiles do, and returns their
// number.
func (t *tileSet) fewRows(w *panelWork, j *gemmJob, p, row int) int {
	x := 0
	for _, wide := range t.wide[w.rows] {
		for ; x+wide.cols <= j.n; x += wide.cols {
			var bias *float32
			if p == 0 && j.e.Bias != nil {
				bias = &j.e.Bias[x]
			}
			wide.run(w.k, &w.a[0], w.lda, &j.b[p*j.ldb+x], j.ldb, &j.c[row*j.ldc+x], j.ldc, bias, wide.cols, w.flags)
		}
	}
	return x
}
