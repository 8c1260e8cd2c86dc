//go:build amd64 && !purego && !float64

package kernel

import (
	"sync"
	"unsafe"
)

// scratch is what one product packs its operands into. A vector more than they
// need is there for the lanes that a packing loop writes beyond the last row.
type scratch struct {
	next *scratch
	a    []float32 // tiles of the left operand, one after the other: by columns
	b    []float32 // panels of the right one: by rows
}

// idle keeps what is not in use. There are as many as products ever ran at the
// same time; a sync.Pool would be emptied by every garbage collection.
var idle struct {
	sync.Mutex
	first *scratch
}

func takeScratch() *scratch {
	idle.Lock()
	s := idle.first
	if s != nil {
		idle.first = s.next
	}
	idle.Unlock()
	if s == nil {
		s = &scratch{a: aligned(allRows * blockK * 5 / 4), b: aligned(manyCols*blockK + 16)}
	}
	return s
}

func (s *scratch) giveBack() {
	idle.Lock()
	s.next = idle.first
	idle.first = s
	idle.Unlock()
}

// aligned returns n values from the start of a cache line on.
func aligned(n int) []float32 {
	const line = 64
	s := make([]float32, n+line/4)
	skip := -int(uintptr(unsafe.Pointer(&s[0]))/4) & (line/4 - 1)
	return s[skip : skip+n]
}

// packRows is how many rows of a matrix are packed at a time over its whole
// width, so that it is read along its rows: tile by tile, or panel by panel,
// every row would be on another page.
const packRows = 16

// packLeft copies k columns from p on of rows rows from row on of op(a), tile by
// tile: element (r,q) of a tile is dst[q*t.rows+r]. A tile is no higher than a
// vector.
func (t *tileSet) packLeft(dst []float32, j *gemmJob, p, k, row, rows, height int) {
	if j.op != TN {
		for i := 0; i < rows; i += height {
			t.transpose(&dst[i/height*t.area(k)], t.rows, &j.a[(row+i)*j.lda+p], j.lda, min(height, rows-i), k)
		}
		return
	}
	for q := 0; q < k; q += packRows {
		for i := 0; i < rows; i += height {
			deep := min(packRows, k-q)
			d := dst[i/height*t.area(k)+q*t.rows:]
			t.copyRows(&d[0], t.rows, &j.a[(p+q)*j.lda+row+i], j.lda, min(height, rows-i), deep)
		}
	}
}

// area is the room of a packed tile: the last vector that is written into it
// does not reach the next one.
func (t *tileSet) area(k int) int { return t.rows*k + 16 }

// packRight copies k rows from p on of cols columns from col on of op(b), panel
// by panel: element (q,x) of a panel is dst[q*t.cols+x].
func (t *tileSet) packRight(dst []float32, j *gemmJob, p, k, col, cols int) {
	if j.op == NT {
		for x := 0; x < cols; x += t.lanes {
			d := dst[x/t.cols*t.cols*k+x%t.cols:]
			t.transpose(&d[0], t.cols, &j.b[(col+x)*j.ldb+p], j.ldb, min(t.lanes, cols-x), k)
		}
		return
	}
	for q := 0; q < k; q += packRows {
		for x := 0; x < cols; x += t.cols {
			t.copyPanel(&dst[x*k+q*t.cols], t.cols, &j.b[(p+q)*j.ldb+col+x], j.ldb, min(t.cols, cols-x), min(packRows, k-q))
		}
	}
}
