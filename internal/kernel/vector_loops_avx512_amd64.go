//go:build amd64 && !purego && !float64

package kernel

var avx512Vector = vectorLoops{
	add: addAVX512, addRows: addRowsAVX512, outer: outerAVX512, mul: mulAVX512, mulAdd: mulAddAVX512, scale: scaleAVX512, clamp: clampAVX512,
	addTo: addToAVX512,

	exp: expAVX512, tanh: tanhAVX512, sigmoid: sigmoidAVX512, gelu: geluAVX512,
	softplus: softplusAVX512, relu: reluAVX512, leakyRelu: leakyReluAVX512, elu: eluAVX512,

	sigmoidBackward: sigmoidBackwardAVX512, tanhBackward: tanhBackwardAVX512,
	reluBackward: reluBackwardAVX512, geluBackward: geluBackwardAVX512,
	softplusBackward: softplusBackwardAVX512, leakyReluBackward: leakyReluBackwardAVX512,
	eluBackward: eluBackwardAVX512,

	sum: sumAVX512, sumSquares: sumSquaresAVX512, dot: dotAVX512, count: censusAVX512,
	change: changeAVX512, max: maxAVX512, countBelow: countBelowAVX512,

	expSum: expSumAVX512, sumExp: sumExpAVX512, softmaxBackward: softmaxBackwardAVX512,
	probabilityLoss: probabilityLossAVX512,

	squaredError: squaredErrorAVX512, errorGradient: errorGradientAVX512, logistic: logisticAVX512,
	logisticGradient: logisticGradientAVX512,

	squaresAround: squaresAroundAVX512, addSquaresAround: addSquaresAroundAVX512,
	normalize: normalizeAVX512, normSums: normSumsAVX512, normBackward: normBackwardAVX512,
	batchNormalize: batchNormalizeAVX512, batchNormBackward: batchNormBackwardAVX512,
}

func censusAVX512(x []Float) (c Census) {
	c.SumSquares, c.Zeros = countAVX512(x)
	return c.withNonFinite(x)
}

var avx512Update = updateLoops{
	sgd: sgdAVX512, momentum: momentumsAVX512, adagrad: adagradAVX512, rmsprop: rmspropsAVX512, adam: adamsAVX512,
}

func momentumsAVX512(w, g, b []Float, lr, decay, momentum Float, nesterov bool) {
	if nesterov {
		nesterovAVX512(w, g, b, lr, decay, momentum)
	} else {
		momentumAVX512(w, g, b, lr, decay, momentum)
	}
}

func rmspropsAVX512(w, g, s, b []Float, lr, decay, alpha, rest, eps, momentum Float) {
	if b == nil {
		rmspropAVX512(w, g, s, lr, decay, alpha, rest, eps)
	} else {
		rmspropMomentumAVX512(w, g, s, b, lr, decay, alpha, rest, eps, momentum)
	}
}

func adamsAVX512(w, g, m, v []Float, c AdamSettings) {
	adamAVX512(w, g, m, v, c.Beta2, c.Rest1, c.Rest2, c.Step, 1/c.Root, c.Eps, c.Decay, c.Shrink)
}
