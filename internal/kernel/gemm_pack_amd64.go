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
		s = &scratch{a: aligned((blockRows+16)*blockK + 16), b: aligned(blockCols*blockK + 16)}
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

// packLeft copies k columns from p on of rows rows from row on of op(a), tile by
// tile: element (r,q) of a tile is dst[q*t.rows+r].
func (t *tileSet) packLeft(dst []float32, j *gemmJob, p, k, row, rows, height int) {
	for i := 0; i < rows; i += height {
		h := min(height, rows-i)
		d := dst[i/height*t.rows*k:]
		for r := 0; r < h; r += t.lanes { // AVX2's tiles are lower than a vector, AVX-512's too
			if j.op == TN {
				t.copyRows(&d[r], t.rows, &j.a[p*j.lda+row+i+r], j.lda, min(t.lanes, h-r), k)
			} else {
				t.transpose(&d[r], t.rows, &j.a[(row+i+r)*j.lda+p], j.lda, min(t.lanes, h-r), k)
			}
		}
	}
}

// packRight copies k rows from p on of cols columns from col on of op(b), panel
// by panel: element (q,x) of a panel is dst[q*t.cols+x].
func (t *tileSet) packRight(dst []float32, j *gemmJob, p, k, col, cols int) {
	for x := 0; x < cols; x += t.cols {
		w := min(t.cols, cols-x)
		d := dst[x*k:]
		if j.op != NT {
			t.copyPanel(&d[0], t.cols, &j.b[p*j.ldb+col+x], j.ldb, w, k)
			continue
		}
		for v := 0; v < w; v += t.lanes {
			t.transpose(&d[v], t.cols, &j.b[(col+x+v)*j.ldb+p], j.ldb, min(t.lanes, w-v), k)
		}
	}
}
