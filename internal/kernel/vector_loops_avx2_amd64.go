//go:build amd64 && !purego && !float64

package kernel

var avx2Vector = vectorLoops{
	add: addAVX2, addRows: addRowsAVX2, outer: outerAVX2, mul: mulAVX2, mulAdd: mulAddAVX2, scale: scaleAVX2, clamp: clampAVX2,
	addTo: addToAVX2,

	exp: expAVX2, tanh: tanhAVX2, sigmoid: sigmoidAVX2, gelu: geluAVX2, softplus: softplusAVX2,
	relu: reluAVX2, leakyRelu: leakyReluAVX2, elu: eluAVX2,

	sigmoidBackward: sigmoidBackwardAVX2, tanhBackward: tanhBackwardAVX2,
	reluBackward: reluBackwardAVX2, geluBackward: geluBackwardAVX2,
	softplusBackward: softplusBackwardAVX2, leakyReluBackward: leakyReluBackwardAVX2,
	eluBackward: eluBackwardAVX2,

	sum: sumAVX2, sumSquares: sumSquaresAVX2, dot: dotAVX2, count: censusAVX2, change: changeAVX2,
	max: maxAVX2, countBelow: countBelowAVX2,

	expSum: expSumAVX2, sumExp: sumExpAVX2, softmaxBackward: softmaxBackwardAVX2,
	probabilityLoss: probabilityLossAVX2,

	squaredError: squaredErrorAVX2, errorGradient: errorGradientAVX2, logistic: logisticAVX2,
	logisticGradient: logisticGradientAVX2,

	squaresAround: squaresAroundAVX2, addSquaresAround: addSquaresAroundAVX2,
	normalize: normalizeAVX2, normSums: normSumsAVX2, normBackward: normBackwardAVX2,
	batchNormalize: batchNormalizeAVX2, batchNormBackward: batchNormBackwardAVX2,
}

func censusAVX2(x []Float) (c Census) {
	c.SumSquares, c.Zeros = countAVX2(x)
	return c.withNonFinite(x)
}

var avx2Update = updateLoops{
	sgd: sgdAVX2, momentum: momentumsAVX2, adagrad: adagradAVX2, rmsprop: rmspropsAVX2, adam: adamsAVX2,
}

func momentumsAVX2(w, g, b []Float, lr, decay, momentum Float, nesterov bool) {
	if nesterov {
		nesterovAVX2(w, g, b, lr, decay, momentum)
	} else {
		momentumAVX2(w, g, b, lr, decay, momentum)
	}
}

func rmspropsAVX2(w, g, s, b []Float, lr, decay, alpha, rest, eps, momentum Float) {
	if b == nil {
		rmspropAVX2(w, g, s, lr, decay, alpha, rest, eps)
	} else {
		rmspropMomentumAVX2(w, g, s, b, lr, decay, alpha, rest, eps, momentum)
	}
}

func adamsAVX2(w, g, m, v []Float, c AdamSettings) {
	adamAVX2(w, g, m, v, c.Beta2, c.Rest1, c.Rest2, c.Step, 1/c.Root, c.Eps, c.Decay, c.Shrink)
}
