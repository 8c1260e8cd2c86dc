//go:build !purego && !float64

package kernel

// empty is what a tile reads of a product with k = 0: nothing.
var empty Float

// A tile reads the floats of its rows side by side for each p, and the columns
// of its panel likewise. Where an operand is not laid out so, it is copied.

// leftInPlace tells whether a tile can read the left operand where it is: one row
// can always, eight where they stand beside each other.
func leftInPlace(j *gemmJob, rows, real int) bool {
	return rows == 1 || j.op == TN && rows == real
}

// packLeft copies a tile's part p..p+k of the left operand, with zeros for the
// rows that are not real.
func packLeft(j *gemmJob, dst []Float, i, rows, real, p, k int) {
	if j.op == TN {
		for q := range k {
			d := dst[q*rows : q*rows+rows]
			at := (p+q)*j.lda + i
			clear(d[copy(d, j.a[at:at+real]):])
		}
		return
	}
	for r := 0; r < rows; r += 4 {
		packTransposed(dst[r:], rows, j.a, j.lda, i+r, min(real-r, 4), p, k)
	}
}

// leftTile returns where a tile finds the left operand, and the step in bytes
// from one p to the next.
func leftTile(j *gemmJob, s *gemmScratch, lo, i, rows, real, p int) (*Float, int) {
	switch {
	case j.k == 0:
		return &empty, 0
	case !leftInPlace(j, rows, real):
		return &s.left[(i-lo)*blockK], 4 * rows
	case j.op == TN:
		return &j.a[p*j.lda+i], 4 * j.lda
	}
	return &j.a[i*j.lda+p], 4
}

// packRight returns where tiles of some rows find columns of the right operand,
// and the step in bytes from one p to the next.
func packRight(j *gemmJob, s *gemmScratch, col, columns, p, k, rows int) (*Float, int) {
	if k == 0 {
		return &empty, 0
	}
	width := (columns + 3) &^ 3
	switch {
	case j.op == NT:
		for c := 0; c < width; c += 4 {
			packTransposed(s.right[c:], width, j.b, j.ldb, col+c, min(columns-c, 4), p, k)
		}
	// Rows of b that are far apart use few sets of the first cache and a page
	// each: worth a copy that many rows read.
	case columns%4 != 0 || j.ldb >= 512 && rows >= 32:
		for q := range k {
			d := s.right[q*width : q*width+width]
			at := (p+q)*j.ldb + col
			clear(d[copy(d, j.b[at:at+columns]):])
		}
	default:
		return &j.b[p*j.ldb+col], 4 * j.ldb
	}
	return &s.right[0], 4 * width
}

// packTransposed copies columns p..p+k of four rows of src to dst, the four side
// by side and step apart, with zeros for rows beyond real.
func packTransposed(dst []Float, step int, src []Float, stride, row, real, p, k int) {
	q := 0
	if real == 4 && k >= 4 {
		q = k &^ 3
		packColumns(&dst[0], 4*step, &src[row*stride+p], 4*stride, k/4)
	}
	for ; q < k; q++ {
		d := dst[q*step : q*step+4]
		clear(d)
		for r := range real {
			d[r] = src[(row+r)*stride+p+q]
		}
	}
}
