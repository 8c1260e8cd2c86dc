//go:build !purego && !float64

package kernel

var neonGemm = gemmLoops{gemm: gemmNeon, speed: 20_000, peak: peakNeon}

// peakNeon returns the number of operations it has done in n rounds.
func peakNeon(n int) float64 {
	multiplyAdds(n)
	return float64(n) * 48 * 4 * 2
}

func multiplyAdds(rounds int)

// The sizes of what a product works on at a time: a block of blockRows × blockK
// of the left operand stays in the second cache, a panel of blockK × panel of
// the right one in the first. blockK is part of the result: the sum of an
// element is rounded once more for each block.
const (
	blockRows = 128
	blockK    = 256
	panel     = 12 // columns: three vectors
	widePanel = 24 // where a tile is one row
	tileRows  = 8
)

// Flags of gemmTile.
const (
	tileAdd  = 1 << iota // to what c holds
	tileReLU             // last
)

//go:noescape
func gemmTile(rows, vectors, k int, a *Float, astep int, b *Float, bstep int, c *Float, cstep int, bias *Float, flags int)

//go:noescape
func packColumns(dst *Float, dstep int, src *Float, sstep int, quads int)

// gemmScratch holds packed parts of the operands of one product.
type gemmScratch struct {
	left  [(blockRows + tileRows) * blockK]Float
	right [widePanel * blockK]Float
	bias  [widePanel]Float
	c     [tileRows * widePanel]Float
}

// freeScratch keeps what products have used: as many as ever ran at once.
var freeScratch = make(chan *gemmScratch, 64)

// gemmNeon computes rows lo..hi of c, tile by tile. A tile at an edge has its
// full size in scratch, so that every element takes the same path.
func gemmNeon(j gemmJob, lo, hi int) {
	var s *gemmScratch
	select {
	case s = <-freeScratch:
	default:
		s = new(gemmScratch)
	}
	for i := lo; i < hi; i += blockRows {
		for p := 0; p == 0 || p < j.k; p += blockK {
			gemmBlock(&j, s, i, min(i+blockRows, hi), p, min(p+blockK, j.k))
		}
	}
	select {
	case freeScratch <- s:
	default:
	}
}

// gemmBlock adds the part p..q of the sums of rows lo..hi.
func gemmBlock(j *gemmJob, s *gemmScratch, lo, hi, p, q int) {
	k, flags := q-p, 0
	if p > 0 || j.e.Accumulate {
		flags |= tileAdd
	}
	if q == j.k && j.e.ReLU {
		flags |= tileReLU
	}
	for i := lo; i < hi; {
		rows, real := tileAt(lo, hi, i)
		if !leftInPlace(j, rows, real) {
			packLeft(j, s.left[(i-lo)*blockK:], i, rows, real, p, k)
		}
		i += real
	}
	width := panel
	if hi-lo < 3 {
		width = widePanel
	}
	for col := 0; col < j.n; {
		columns := min(width, j.n-col)
		if j.op != NT && columns > 4 {
			columns &^= 3 // whole vectors can be read in place
		}
		vectors := (columns + 3) / 4
		b, bstep := packRight(j, s, col, columns, p, k, hi-lo)
		var bias *Float
		if q == j.k && j.e.Bias != nil {
			if bias = &j.e.Bias[col]; columns%4 != 0 {
				copy(s.bias[:], j.e.Bias[col:col+columns])
				bias = &s.bias[0]
			}
		}
		for i := lo; i < hi; {
			rows, real := tileAt(lo, hi, i)
			a, astep := leftTile(j, s, lo, i, rows, real, p)
			if real == rows && columns%4 == 0 {
				gemmTile(rows, vectors, k, a, astep, b, bstep, &j.c[i*j.ldc+col], 4*j.ldc, bias, flags)
			} else {
				for r := range real {
					copy(s.c[r*widePanel:], j.c[(i+r)*j.ldc+col:(i+r)*j.ldc+col+columns])
				}
				gemmTile(rows, vectors, k, a, astep, b, bstep, &s.c[0], 4*widePanel, bias, flags)
				for r := range real {
					copy(j.c[(i+r)*j.ldc+col:(i+r)*j.ldc+col+columns], s.c[r*widePanel:])
				}
			}
			i += real
		}
		col += columns
	}
}

// tileAt returns how many rows the tile at row i of the block lo..hi has, and
// how many of them are real.
func tileAt(lo, hi, i int) (rows, real int) {
	switch left := hi - i; {
	case left > 4:
		return 8, min(left, 8)
	case left == 1 || hi-lo < 3:
		return 1, 1
	default:
		return 4, left
	}
}
