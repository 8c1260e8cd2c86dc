package kernel

// The loops of the normalizations. Statistics are in float64, which holds them
// to the last bit of a float32 even where the mean is far above the deviation.
// Rows are cut into blocks by no one here: one row of a layer is short.

// SquaresAround returns the sum of (x[i]−mean)².
func SquaresAround(x []Float, mean float64) float64 {
	s := 0.0
	for len(x) > block {
		s += active.squaresAround(x[:block], mean)
		x = x[block:]
	}
	return s + active.squaresAround(x, mean)
}

// Normalize computes xhat = (x−mean)·scale and y = gamma·xhat + beta of one row.
func Normalize(y, xhat, x, gamma, beta []Float, mean, scale float64) {
	n := len(y)
	active.normalize(y, xhat[:n], x[:n], gamma[:n], beta[:n], mean, scale)
}

// NormSums returns Σ g and Σ g·xhat for g = gamma·dy of one row.
func NormSums(dy, gamma, xhat []Float) (sum, along float64) {
	n := len(dy)
	return active.normSums(dy, gamma[:n], xhat[:n])
}

// NormBackward computes dx = (g − mean − xhat·along)·scale for g = gamma·dy of
// one row.
func NormBackward(dx, dy, gamma, xhat []Float, mean, along, scale float64) {
	n := len(dx)
	active.normBackward(dx, dy[:n], gamma[:n], xhat[:n], mean, along, scale)
}

// AddTo computes sum[i] += x[i].
func AddTo(sum []float64, x []Float) { active.addTo(sum, x[:len(sum)]) }

// AddSquaresAround computes sum[i] += (x[i]−mean[i])².
func AddSquaresAround(sum []float64, x []Float, mean []float64) {
	n := len(sum)
	active.addSquaresAround(sum, x[:n], mean[:n])
}

// BatchNormalize computes xhat = (x−mean)·inv and y = gamma·xhat + beta of one
// row, with a mean and an inv for each element.
func BatchNormalize(y, xhat, x, mean, inv, gamma, beta []Float) {
	n := len(y)
	active.batchNormalize(y, xhat[:n], x[:n], mean[:n], inv[:n], gamma[:n], beta[:n])
}

// BatchNormBackward computes dx = a·(dy − b − xhat·c) of one row.
func BatchNormBackward(dx, dy, xhat, a, b, c []Float) {
	n := len(dx)
	active.batchNormBackward(dx, dy[:n], xhat[:n], a[:n], b[:n], c[:n])
}

func squaresAroundGo(x []Float, mean float64) float64 {
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		q := x[i : i+4 : i+4]
		d0, d1, d2, d3 := float64(q[0])-mean, float64(q[1])-mean, float64(q[2])-mean, float64(q[3])-mean
		s0 += d0 * d0
		s1 += d1 * d1
		s2 += d2 * d2
		s3 += d3 * d3
	}
	for ; i < len(x); i++ {
		d := float64(x[i]) - mean
		s0 += d * d
	}
	return (s0 + s1) + (s2 + s3)
}

func normalizeGo(y, xhat, x, gamma, beta []Float, mean, scale float64) {
	for i, v := range x {
		xhat[i] = Float((float64(v) - mean) * scale)
		y[i] = gamma[i]*xhat[i] + beta[i]
	}
}

func normSumsGo(dy, gamma, xhat []Float) (sum, along float64) {
	for i, v := range dy {
		d := float64(gamma[i]) * float64(v)
		sum += d
		along += d * float64(xhat[i])
	}
	return sum, along
}

func normBackwardGo(dx, dy, gamma, xhat []Float, mean, along, scale float64) {
	for i, v := range dy {
		d := float64(gamma[i]) * float64(v)
		dx[i] = Float((d - mean - float64(xhat[i])*along) * scale)
	}
}

func addToGo(sum []float64, x []Float) {
	x = x[:len(sum)]
	for i := range sum {
		sum[i] += float64(x[i])
	}
}

func addSquaresAroundGo(sum []float64, x []Float, mean []float64) {
	x, mean = x[:len(sum)], mean[:len(sum)]
	for i := range sum {
		d := float64(x[i]) - mean[i]
		sum[i] += d * d
	}
}

func batchNormalizeGo(y, xhat, x, mean, inv, gamma, beta []Float) {
	for i, v := range x {
		xhat[i] = (v - mean[i]) * inv[i]
		y[i] = gamma[i]*xhat[i] + beta[i]
	}
}

func batchNormBackwardGo(dx, dy, xhat, a, b, c []Float) {
	for i, v := range dy {
		dx[i] = a[i] * (v - b[i] - xhat[i]*c[i])
	}
}
