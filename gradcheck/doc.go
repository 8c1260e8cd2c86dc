// Package gradcheck compares the gradients that a layer's Backward computes with
// central finite differences of its Forward,
//
//	∂J/∂v ≈ (J(v+h) − J(v−h)) / 2h,
//
// whose truncation error is of order h² and whose rounding error of order ε/h.
// In the float64 build the two agree to better than 1e-6; in float32, where ε is
// 6e-8, to about 1e-2, which still finds a wrong formula but not a wrong digit.
// Check gradients under the build tag float64.
//
// [Layer] checks a layer with all its parameters, [Values] any function of some
// numbers, such as a loss. Package layertest runs this and everything else that
// a layer must hold as one test.
//
// The difference means nothing where the function has a kink: keep the inputs of
// a ReLU away from 0, by more than the step.
package gradcheck
