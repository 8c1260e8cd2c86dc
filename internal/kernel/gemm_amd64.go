//go:build amd64 && !purego && !float64

package kernel

// tile computes one tile of c, as many rows as its name says and cols columns,
// whose sums stay in registers:
//
//	c = relu(c + bias + Σ a·b)
//
// Each sum is one chain of FMAs that starts at zero and follows k.
type tile func(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, bias *float32, cols, flags int)

// Flags of a tile.
const (
	tileAdd  = 1 << iota // to what c holds
	tileReLU             // last
)

// tileSet is the assembly of one instruction set.
type tileSet struct {
	rows, cols int // of the largest tile
	narrowRows int // of the largest one with half the columns

	// Tiles by their height: those that read the left operand by rows, a[r*lda+k],
	// and those that read it by columns, a[k*lda+r]; and the same ones with half
	// the columns.
	byRows, byCols, narrowByRows, narrowByCols []tile
	wide                                       [][]wideTile // by height, widest first: for products of few rows

	turned []tile // by height, of all columns: b is transposed, and read in place

	cutPanels bool // a tile can read b where it has fewer columns than the tile

	// Packing: whole vectors are written, of which the first cols or rows hold
	// something.
	copyPanel func(dst *float32, dstStride int, src *float32, srcStride, cols, k int) // at most cols columns
	copyRows  func(dst *float32, dstStride int, src *float32, srcStride, cols, k int) // at most lanes columns
	transpose func(dst *float32, dstStride int, src *float32, srcStride, rows, k int) // at most lanes rows
	lanes     int
}

// wideTile is a tile of all its columns, read by rows.
type wideTile struct {
	cols int
	run  tile
}

// The sum of an element over k is cut into blocks of at most blockK, each of
// which is added to c, so that a panel of b stays in the first caches. This is
// part of the result's bits: it depends on k alone.
const blockK = 512

// blockLength is the length of all blocks of a sum but the last, which may be a
// little shorter.
func blockLength(k int) int {
	blocks := (k + blockK - 1) / blockK
	return ((k+blocks-1)/blocks + 3) &^ 3
}

// How much is packed at a time: of the left operand all rows, where they fit in
// the second cache beside a few panels of the right one, otherwise fewer, and
// more of the right one, for every block of columns packs those rows again.
const (
	allRows, fewCols   = 448, 128
	someRows, manyCols = 224, 1024
)

// product computes rows lo..hi of c. What is packed, and into which tiles c is
// cut, changes nothing but the time.
func (t *tileSet) product(j gemmJob, lo, hi int) {
	if j.k == 0 || lo >= hi {
		gemmGo(j, lo, hi)
		return
	}
	if j.op == NT && hi-lo < len(t.turned) {
		if cols := j.n / t.cols * t.cols; cols > 0 {
			t.turn(&j, lo, hi-lo, cols)
			if cols == j.n {
				return
			}
			j = j.columns(cols, j.n)
		}
	}
	packA, packB := t.packs(&j, hi-lo)
	edge := j.n % t.cols
	if !packA && !packB && (t.cutPanels || edge == 0) {
		t.blocks(&j, lo, hi, nil, false, false)
		return
	}
	s := takeScratch()
	t.blocks(&j, lo, hi, s, packA, packB)
	s.giveBack()
}

// turn computes the first cols columns of a few rows, all of which are used up by
// one tile: then it is faster not to pack.
func (t *tileSet) turn(j *gemmJob, row, rows, cols int) {
	run, deep := t.turned[rows], blockLength(j.k)
	for p := 0; p < j.k; p += deep {
		k := min(deep, j.k-p)
		flags := j.e.tileFlags(p == 0, p+k == j.k)
		for x := 0; x < cols; x += t.cols {
			var bias *float32
			if p == 0 && j.e.Bias != nil {
				bias = &j.e.Bias[x]
			}
			run(k, &j.a[row*j.lda+p], j.lda, &j.b[x*j.ldb+p], j.ldb, &j.c[row*j.ldc+x], j.ldc, bias, t.cols, flags)
		}
	}
}

// tileFlags are what a tile of a sum's first and last block does beside.
func (e *Epilogue) tileFlags(first, last bool) (flags int) {
	if !first || e.Accumulate {
		flags |= tileAdd
	}
	if last && e.ReLU {
		flags |= tileReLU
	}
	return flags
}

// packs decides which operands are copied into the order in which the tiles
// read them. Reading in place is faster wherever the caches hold what is read
// more than once.
func (t *tileSet) packs(j *gemmJob, rows int) (a, b bool) {
	depth := min(j.k, blockK)
	const a2, b2 = 1 << 19, 3 << 19 // bytes that the second cache holds, more or less
	switch {
	case j.op == NT:
		b = true
	case rows > 2*t.rows:
		b = depth*j.ldb*4 > b2 || crowded(j.ldb) && depth > 32
	}
	if j.n > t.cols {
		if j.op == TN {
			a = depth > 128 || crowded(j.lda) && depth > 32
		} else {
			a = rows > 4 && crowded(j.lda) && depth > 64 || rows*depth*4 > a2
		}
	}
	return a, b
}

// crowded tells that rows this far apart fall on few sets of the caches.
func crowded(stride int) bool { return stride%1024 == 0 }

// blocks computes rows lo..hi of c, block by block.
func (t *tileSet) blocks(j *gemmJob, lo, hi int, s *scratch, packA, packB bool) {
	deep := blockLength(j.k)
	down, across := hi-lo, j.n
	if packB {
		across = fewCols
	}
	if packA && down > allRows {
		down = someRows
		if packB {
			across = manyCols
		}
	}
	for p := 0; p < j.k; p += deep {
		w := panelWork{k: min(deep, j.k-p), ldc: j.ldc}
		w.flags = j.e.tileFlags(p == 0, p+w.k == j.k)
		for col := 0; col < j.n; col += across {
			cols := min(across, j.n-col)
			if packB {
				t.packRight(s.b, j, p, w.k, col, cols)
			}
			for row := lo; row < hi; row += down {
				w.rows = min(down, hi-row)
				w.height = t.height(w.rows, t.rows)
				w.packed = packA
				w.byRows = j.op != TN && !packA
				switch {
				case packA:
					w.a, w.lda = s.a, t.rows
					if col == 0 || hi-lo > down {
						t.packLeft(s.a, j, p, w.k, row, w.rows, w.height)
					}
				case j.op == TN:
					w.a, w.lda = j.a[p*j.lda+row:], j.lda
				default:
					w.a, w.lda = j.a[row*j.lda+p:], j.lda
				}
				x := 0
				if !packB && w.byRows && w.rows < len(t.wide) {
					x = t.fewRows(&w, j, p, row)
				}
				for ; x < cols; x += t.cols {
					w.cols = min(t.cols, cols-x)
					w.c = j.c[row*j.ldc+col+x:]
					w.bias = nil
					if p == 0 && j.e.Bias != nil {
						w.bias = &j.e.Bias[col+x]
					}
					switch {
					case packB:
						w.b, w.ldb = &s.b[x*w.k], t.cols
					case w.cols == t.cols || t.cutPanels:
						w.b, w.ldb = &j.b[p*j.ldb+x], j.ldb
					default:
						t.packRight(s.b, j, p, w.k, x, w.cols)
						w.b, w.ldb = &s.b[0], t.cols
					}
					t.panel(&w)
				}
			}
		}
	}
}
