package kernel

// vectorLoops are the machine's loops over vectors. The exported functions
// check the lengths and cut long slices into blocks, so that every slice a loop
// gets has the length of its first one (or of its last, for matrices by rows)
// and at most block elements.
//
// The result of an element-wise loop at i depends on the values at i alone: not
// on the place in the slice, its length or its alignment, since callers cut
// slices into bands at will. The first slice may be the same as another. The
// order of a sum depends on the length alone.
type vectorLoops struct {
	// Arithmetic.
	add     func(dst, x []Float)                   // dst += x
	addRows func(dst, x []Float, stride, rows int) // dst += every row of x, of which there are some
	outer   func(dst, a, x []Float)                // dst = a·xᵀ, a matrix of len(a) rows; of some
	mul     func(dst, a, b []Float)                // dst = a·b
	mulAdd  func(dst, a, b []Float)                // dst += a·b
	scale   func(dst []Float, a Float)             // dst *= a
	clamp   func(dst []Float, limit Float)         // to [−limit, limit], NaN stays
	addTo   func(sum []float64, x []Float)         // sum += x

	// Functions of one variable and dz = dh·φ′; see math.go.
	exp, tanh, sigmoid, gelu, softplus, relu    func(dst, x []Float)
	leakyRelu                                   func(dst, x []Float, slope Float)
	elu                                         func(dst, x []Float, above, below Float)
	sigmoidBackward, tanhBackward, reluBackward func(dz, dh, h []Float)
	geluBackward, softplusBackward              func(dz, dh, z []Float)
	leakyReluBackward                           func(dz, dh, z []Float, slope Float)
	eluBackward                                 func(dz, dh, z []Float, above, below Float)

	// Sums, in float64.
	sum, sumSquares func(x []Float) float64
	dot             func(a, b []Float) float64
	count           func(x []Float) Census
	change          func(now, before []Float) (moved, size float64, same int)
	max             func(x []Float) Float // −Inf of none, NaN if any is
	countBelow      func(x []Float, limit Float) int

	// Softmax and cross-entropy; see softmax.go.
	expSum          func(dst, x []Float, shift Float) float64 // dst = e^(x−shift), Σ dst
	sumExp          func(x []Float, shift Float) float64      // Σ e^(x−shift)
	softmaxBackward func(dx, dy, y []Float, dot Float)        // dx = y·(dy − dot)
	probabilityLoss func(d, t []Float, k, scale float64)      // d = (d·k − t)·scale, in float64

	// Other losses; see vector_loss.go.
	squaredError     func(p, t []Float) float64     // Σ (p−t)²
	errorGradient    func(d, p, t []Float, a Float) // d = a·(p−t)
	logistic         func(z, t []Float) float64     // Σ max(z,0) − z·t + ln(1+e^−|z|)
	logisticGradient func(d, z, t []Float, a Float) // d = a·(σ(z)−t)

	// Normalizations; see norm.go.
	squaresAround     func(x []Float, mean float64) float64 // Σ (x−mean)²
	addSquaresAround  func(sum []float64, x []Float, mean []float64)
	normalize         func(y, xhat, x, gamma, beta []Float, mean, scale float64)
	normSums          func(dy, gamma, xhat []Float) (sum, along float64)
	normBackward      func(dx, dy, gamma, xhat []Float, mean, along, scale float64)
	batchNormalize    func(y, xhat, x, mean, inv, gamma, beta []Float)
	batchNormBackward func(dx, dy, xhat, a, b, c []Float)
}

var goVector = vectorLoops{
	add: addGo, addRows: addRowsGo, outer: outerGo, mul: mulGo, mulAdd: mulAddGo, scale: scaleGo, clamp: clampGo, addTo: addToGo,

	exp: expGo, tanh: tanhGo, sigmoid: sigmoidGo, gelu: geluGo, softplus: softplusGo,
	relu: reluGo, leakyRelu: leakyReluGo, elu: eluGo,
	sigmoidBackward: sigmoidBackwardGo, tanhBackward: tanhBackwardGo, reluBackward: reluBackwardGo,
	geluBackward: geluBackwardGo, softplusBackward: softplusBackwardGo,
	leakyReluBackward: leakyReluBackwardGo, eluBackward: eluBackwardGo,

	sum: sumGo, sumSquares: sumSquaresGo, dot: dotGo, count: countGo, change: changeGo,
	max: maxGo, countBelow: countBelowGo,

	expSum: expSumGo, sumExp: sumExpGo, softmaxBackward: softmaxBackwardGo,
	probabilityLoss: probabilityLossGo,

	squaredError: squaredErrorGo, errorGradient: errorGradientGo,
	logistic: logisticGo, logisticGradient: logisticGradientGo,

	squaresAround: squaresAroundGo, addSquaresAround: addSquaresAroundGo,
	normalize: normalizeGo, normSums: normSumsGo, normBackward: normBackwardGo,
	batchNormalize: batchNormalizeGo, batchNormBackward: batchNormBackwardGo,
}

// block is the longest slice that a loop gets: assembly can't be preempted, so
// that no call may take more than some ten microseconds.
const block = 1 << 14

// Add computes dst[i] += x[i].
func Add(dst, x []Float) { eachBlock2(active.add, dst, x) }

// Mul computes dst[i] = a[i]·b[i].
func Mul(dst, a, b []Float) { eachBlock3(active.mul, dst, a, b) }

// MulAdd computes dst[i] += a[i]·b[i].
func MulAdd(dst, a, b []Float) { eachBlock3(active.mulAdd, dst, a, b) }

// Scale computes dst[i] *= a.
func Scale(dst []Float, a Float) {
	for len(dst) > block {
		active.scale(dst[:block], a)
		dst = dst[block:]
	}
	active.scale(dst, a)
}

// Clamp limits every element to [-limit, limit]. NaN stays NaN.
func Clamp(dst []Float, limit Float) {
	for len(dst) > block {
		active.clamp(dst[:block], limit)
		dst = dst[block:]
	}
	active.clamp(dst, limit)
}

// SumRows adds to dst the sum of the rows of x, which is [rows, len(dst)]
// without gaps: a bias's gradient.
func SumRows(dst, x []Float) {
	if len(dst) > 0 {
		SumStridedRows(dst, x, len(dst), len(x)/len(dst))
	}
}

// SumStridedRows adds to dst the sum of the first len(dst) columns of a matrix
// of rows rows that lie stride elements apart. Each column is added up in the
// order of the rows.
func SumStridedRows(dst, x []Float, stride, rows int) {
	if rows <= 0 || len(dst) == 0 {
		return
	}
	x = x[:(rows-1)*stride+len(dst)]
	for at := 0; at < len(dst); at += block {
		part := dst[at:min(at+block, len(dst))]
		most := max(4*block/len(part), 1)
		for r := 0; r < rows; r += most {
			active.addRows(part, x[r*stride+at:], stride, min(most, rows-r))
		}
	}
}

// Outer computes the matrix dst = a·xᵀ of len(a) rows and len(x) columns: the
// gradient of weights for a batch of one.
func Outer(dst, a, x []Float) {
	n := len(x)
	if n == 0 {
		return
	}
	dst = dst[:len(a)*n]
	for rows := max(block/n, 1); len(a) > 0; {
		rows = min(rows, len(a))
		active.outer(dst[:rows*n], a[:rows], x)
		dst, a = dst[rows*n:], a[rows:]
	}
}

func eachBlock2(f func(dst, x []Float), dst, x []Float) {
	x = x[:len(dst)]
	for len(dst) > block {
		f(dst[:block], x[:block])
		dst, x = dst[block:], x[block:]
	}
	f(dst, x)
}

func eachBlock3(f func(dst, a, b []Float), dst, a, b []Float) {
	a, b = a[:len(dst)], b[:len(dst)]
	for len(dst) > block {
		f(dst[:block], a[:block], b[:block])
		dst, a, b = dst[block:], a[block:], b[block:]
	}
	f(dst, a, b)
}

func addGo(dst, x []Float) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += x[i]
	}
}

func addRowsGo(dst, x []Float, stride, rows int) {
	for r := range rows {
		addGo(dst, x[r*stride:][:len(dst)])
	}
}

// The sum of one product, as [Gemm] computes it: 0 + a·x has no negative zero.
func outerGo(dst, a, x []Float) {
	for i, f := range a {
		row := dst[i*len(x) : (i+1)*len(x)]
		for j, v := range x {
			row[j] = 0 + f*v
		}
	}
}

func mulGo(dst, a, b []Float) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

func mulAddGo(dst, a, b []Float) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] += a[i] * b[i]
	}
}

func scaleGo(dst []Float, a Float) {
	for i := range dst {
		dst[i] *= a
	}
}

func clampGo(dst []Float, limit Float) {
	for i, v := range dst {
		if v > limit {
			dst[i] = limit
		} else if v < -limit {
			dst[i] = -limit
		}
	}
}
