// Package flow measures how the error flows backwards through a network, and
// what of it reaches the weights. It gives numbers and no judgement.
//
// # Gain and accounting
//
// For each backward stage gain = ‖gradient out‖ / ‖gradient in‖, Frobenius norms
// over the batch. Along a chain the gains telescope,
//
//	‖∂J/∂h₀‖ = ‖∂J/∂h_L‖ · ∏ gains
//
// so log₁₀ of the whole loss of gradient is an exact sum over the factors φ′,
// Wᵀ and so on: its decades. [Recorder] collects the gains, [Report] has the sum.
//
// # Bound
//
// ∏ sup|φ′|·σ_max(W) bounds the gain for every input: [Bounds]. Where the
// measurement is small for one batch, a small bound is a proof for all.
//
// # What reaches the weights
//
// Adam rescales a small gradient, so what counts is the update: ‖Δw‖/‖w‖ and the
// share of weights for which w + Δw == w, bit for bit: [Updates]. How much of a
// mini-batch's gradient is signal: [Noise].
//
// # Through time
//
// A recurrent layer uses the same W_hh at every step, so that its gradient is the
// sum over the steps of products ∏ diag(φ′)·W_hhᵀ. [Recorder] takes the events of
// the steps by lag, the number of steps back from the last one, as
// [Report.Time]; [ThroughTime] measures the same with the loss at the last step
// alone. A [TimeCurve] has the gain of every step and its factors, the mean
// logarithm λ, the memory horizon and the bound sup|φ′|·σ_max(W_hh) of Pascanu,
// Mikolov and Bengio 2013 ([StepBounds]). [TimeTable] tells it, [TimePicture]
// draws it.
//
// # Explosion
//
// [FindNonFinite] names the first value that stopped being finite; [Report.Growth]
// tells how many more stages it takes until float32 overflows.
//
// What will never live here: thresholds, causes, advice (package doctor).
package flow
