//go:build !purego && !float64

package kernel

var neonVector = vectorLoops{
	add: addNEON, addRows: addRowsNEON, outer: outerGo, mul: mulNEON, mulAdd: mulAddNEON, scale: scaleNEON, clamp: clampNEON,
	addTo: addToNEON,

	exp: expNEON, tanh: tanhNEON, sigmoid: sigmoidNEON, gelu: geluNEON, softplus: softplusNEON,
	relu: reluNEON, leakyRelu: leakyReluNEON, elu: eluNEON,

	sigmoidBackward: sigmoidBackwardNEON, tanhBackward: tanhBackwardNEON,
	reluBackward: reluBackwardNEON, geluBackward: geluBackwardNEON,
	softplusBackward: softplusBackwardNEON, leakyReluBackward: leakyReluBackwardNEON,
	eluBackward: eluBackwardNEON,

	sum: sumNEON, sumSquares: sumSquaresNEON, dot: dotNEON, count: censusNEON, change: changeNEON,
	max: maxNEON, countBelow: countBelowNEON,

	expSum: expSumNEON, sumExp: sumExpNEON, softmaxBackward: softmaxBackwardNEON,
	probabilityLoss: probabilityLossNEON,

	squaredError: squaredErrorNEON, errorGradient: errorGradientNEON, logistic: logisticNEON,
	logisticGradient: logisticGradientNEON,

	squaresAround: squaresAroundNEON, addSquaresAround: addSquaresAroundNEON,
	normalize: normalizeNEON, normSums: normSumsNEON, normBackward: normBackwardNEON,
	batchNormalize: batchNormalizeNEON, batchNormBackward: batchNormBackwardNEON,
}

func censusNEON(x []Float) (c Census) {
	c.SumSquares, c.Zeros, c.NonFinite = countNEON(x)
	return c
}

var neonUpdate = updateLoops{
	sgd: sgdNEON, momentum: momentumsNEON, adagrad: adagradNEON, rmsprop: rmspropsNEON, adam: adamsNEON,
}

func momentumsNEON(w, g, b []Float, lr, decay, momentum Float, nesterov bool) {
	if nesterov {
		nesterovNEON(w, g, b, lr, decay, momentum)
	} else {
		momentumNEON(w, g, b, lr, decay, momentum)
	}
}

func rmspropsNEON(w, g, s, b []Float, lr, decay, alpha, rest, eps, momentum Float) {
	if b == nil {
		rmspropNEON(w, g, s, lr, decay, alpha, rest, eps)
	} else {
		rmspropMomentumNEON(w, g, s, b, lr, decay, alpha, rest, eps, momentum)
	}
}

func adamsNEON(w, g, m, v []Float, c AdamSettings) {
	adamNEON(w, g, m, v, c.Beta2, c.Rest1, c.Rest2, c.Step, 1/c.Root, c.Eps, c.Decay, c.Shrink)
}

var neonRecurrent = recurrentLoops{lstmForwardNEON, lstmBackwardNEON, gruForwardNEON, gruBackwardNEON}

func addRowsNEON(dst, x []float32, stride, rows int) {
	for r := range rows {
		addNEON(dst, x[r*stride:][:len(dst)])
	}
}
