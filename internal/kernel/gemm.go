package kernel

import "runtime"

// Op says which operand of a matrix product is read transposed.
type Op int

const (
	NN Op = iota // c = a·b,  a is [m,k], b is [k,n]: a layer's forward product
	NT           // c = a·bᵀ, a is [m,k], b is [n,k]: the gradient of a layer's input
	TN           // c = aᵀ·b, a is [k,m], b is [k,n]: the gradient of a layer's weights
)

// Epilogue says what a product does beside multiplying, while its results are
// still in registers: c = ReLU(c + bias + op(a, b)), each part where asked for.
type Epilogue struct {
	Accumulate bool    // add to what c holds
	Bias       []Float // n values, added to every row; nil for none
	ReLU       bool    // then take max(·, 0); NaN stays NaN
}

// Gemm computes c = op(a, b) and the epilogue e for row-major matrices with row
// strides lda, ldb and ldc. c is [m,n] and must not overlap a, b or the bias.
//
// The sum of every element of c runs over k in ascending order and its roundings
// depend on k alone: not on the number of threads, nor on the other elements that
// are computed with it. So a band of rows or columns of c has the same bits as a
// product of its own; callers cut products on that promise.
func Gemm(op Op, m, n, k int, a []Float, lda int, b []Float, ldb int, c []Float, ldc int, e Epilogue) {
	if m <= 0 || n <= 0 {
		return
	}
	checkMatrix("c", c, m, n, ldc)
	switch op {
	case NN:
		checkMatrix("a", a, m, k, lda)
		checkMatrix("b", b, k, n, ldb)
	case NT:
		checkMatrix("a", a, m, k, lda)
		checkMatrix("b", b, n, k, ldb)
	case TN:
		checkMatrix("a", a, k, m, lda)
		checkMatrix("b", b, k, n, ldb)
	}
	if e.Bias != nil && len(e.Bias) < n {
		panic("kernel.Gemm: the bias is shorter than a row")
	}
	if m <= smallRows && n <= smallCols && active.small != nil && active.small(op, m, n, k, a, lda, b, ldb, c, ldc, e) {
		return
	}
	j := gemmJob{op: op, m: m, n: n, k: k, a: a, b: b, c: c, lda: lda, ldb: ldb, ldc: ldc, e: e}
	if items := j.split(); items > 1 {
		j.share(items, 1)
	} else {
		active.gemm(j, 0, m)
	}
}

// gemmJob is one product. Its items, when it is shared, are the rectangles of c
// that lie bandCols columns by bandRows rows apart, column after column.
type gemmJob struct {
	op                 Op
	m, n, k            int
	a, b, c            []Float
	lda, ldb, ldc      int
	e                  Epilogue
	bandRows, bandCols int
}

// Run computes the rectangles lo..hi of c. All of them are one: whoever is alone
// with a product packs nothing twice.
func (j *gemmJob) Run(lo, hi int) {
	down := (j.m + j.bandRows - 1) / j.bandRows
	across := (j.n + j.bandCols - 1) / j.bandCols
	if lo == 0 && hi == down*across {
		active.gemm(*j, 0, j.m)
		return
	}
	for item := lo; item < hi; item++ {
		row, col := item%down*j.bandRows, item/down*j.bandCols
		active.gemm(j.columns(col, min(col+j.bandCols, j.n)), row, min(row+j.bandRows, j.m))
	}
}

// columns is the product of columns lo..hi of c alone.
func (j *gemmJob) columns(lo, hi int) gemmJob {
	part := *j
	part.n = hi - lo
	part.c = j.c[lo:]
	if j.op == NT {
		part.b = j.b[lo*j.ldb:]
	} else {
		part.b = j.b[lo:]
	}
	if j.e.Bias != nil {
		part.e.Bias = j.e.Bias[lo:]
	}
	return part
}

// A product of at most smallRows by smallCols may have a shorter way.
const smallRows, smallCols = 14, 32

// gemmLoops are the machine's products.
type gemmLoops struct {
	gemm  func(j gemmJob, lo, hi int)                                                                           // rows lo..hi of c; by value, for a pointer would escape
	speed int                                                                                                   // multiplications in a microsecond, about; it decides what is worth sharing
	small func(op Op, m, n, k int, a []Float, lda int, b []Float, ldb int, c []Float, ldc int, e Epilogue) bool // of smallRows by smallCols at most; nil for none
	peak  func(n int) float64                                                                                   // n rounds of multiply-adds on registers; how many operations they were
}

var goGemm = gemmLoops{gemm: gemmGo, speed: 5_000}

// split decides into which rectangles a product is cut, and returns their
// number. Handing work over costs about a microsecond to a helper that is
// awake and tens of them to one that is not.
func (j *gemmJob) split() int {
	const (
		worthIt   = 25  // microseconds: a product below is done alone
		smallest  = 8   // a rectangle
		largest   = 500 // so that nobody waits long for the last one
		perThread = 4
	)
	// The rows and columns of a narrow product cost as much as wider ones.
	time := max(j.m, 8) * max(j.n, 8) * j.k / max(active.speed, 5_000)
	if time < worthIt {
		return 1
	}
	threads := runtime.GOMAXPROCS(0) // takes a lock: not for the smallest products
	if threads == 1 {
		return 1
	}
	items := max(min(time/smallest, perThread*threads), time/largest)

	// Columns first: every column of b is then packed, and read into a second
	// cache, by one worker alone. Where there are many rows, those of a are
	// packed for every band, and the bands are wide in return.
	const unit = 32
	least := 2 * unit
	if j.m < 4 || j.m > 256 {
		least = 8 * unit
	}
	up := func(n, unit int) int { return (n + unit - 1) / unit * unit }
	j.bandCols = max(least, up((j.n+items-1)/items, unit))
	across := (j.n + j.bandCols - 1) / j.bandCols
	j.bandRows = j.m
	if down := items / across; down > 1 {
		const tile = 14 // or 6 or 8 on other paths: the last of a band is lower
		j.bandRows = max(4*tile, up((j.m+down-1)/down, tile))
	}
	return across * ((j.m + j.bandRows - 1) / j.bandRows)
}

func checkMatrix(name string, s []Float, rows, cols, stride int) {
	if rows <= 0 || cols <= 0 {
		return
	}
	if stride < cols || len(s) < (rows-1)*stride+cols {
		panic("kernel.Gemm: " + name + " is shorter than its sizes and stride say")
	}
}
