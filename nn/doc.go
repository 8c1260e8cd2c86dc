// Package nn has the layers of a network, each with Forward and Backward side
// by side, their parameters and initializations, and the probe through which
// the backward flow is measured.
//
// A layer is an object with hand-written Forward and Backward, not a node on a
// tape: every factor of the chain rule is a tensor that exists at a known
// moment, between two layers, where it can be measured.
//
// # Notation
//
// Layer l has weights W (stored [in, out]), bias b, input x = h₍l-1₎,
// pre-activation z = x·W + b and output h = φ(z). A gradient has the name of its
// value with a d before it: dz, dh, dW. Affine and activation are separate
// layers ([Dense], then [Activation]), so that φ′ and Wᵀ are separate stages
// going backwards.
//
// # The gradient's stages
//
// For each stage the gain is ‖gradient out‖ / ‖gradient in‖, Frobenius norms
// over the batch; along a chain the gains telescope:
//
//	‖∂J/∂h₀‖ = ‖∂J/∂h_L‖ · ∏ gains
//
// [Sequential] reports one [Event] per stage to the pass's [Probe]. A layer of
// one's own is measured like any other without doing anything for it. The main
// chain's events have depth 0; what happens inside a layer of it (the paths of a
// [Residual], the branches of a [Parallel], the layers in them) is one level
// deeper, and its gains are already in the layer's own. Let the outermost layer
// of a model be a Sequential, so that there is a main chain.
//
// # A training step
//
//	p := nn.NewTrainingPass()
//	for step := range uint64(steps) {
//		p.Reset()
//		p.Step = step
//		nn.ZeroGrad(model.Params())
//		y := model.Forward(p, x)
//		… dy is the loss's gradient with respect to y
//		model.Backward(p, dy)
//		… the optimizer changes the parameters
//	}
//
// # A layer of your own
//
// Implement [Layer], take every result from [Pass.Arena], and check it with
// layertest.Run of package gradcheck.
//
// What will never live here: a rule for changing weights (package optim), a
// judgement about what was measured (package doctor), files.
package nn
