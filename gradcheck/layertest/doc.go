// Package layertest has the test that every layer passes, the project's own and
// anyone else's. [Run] checks
//
//   - the gradients of the input and of every parameter, by finite differences
//   - the shape of the output
//   - determinism: the same bits from two fresh layers
//   - that a pass without Record writes nothing and gives the same outputs
//   - that parameters copied into a fresh layer give the same outputs
//   - that Backward adds to the gradients and leaves dy and x alone
//   - that a step allocates nothing once the arena has grown
//   - that the gains that the probe reports multiply up to what the layer did
//
// Run it under the build tag float64 as well: finite differences are sharp to
// 1e-6 there.
package layertest
