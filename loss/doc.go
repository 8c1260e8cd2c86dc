// Package loss has the functions that a network is trained to make small, each
// with its value and its gradient side by side.
//
// A loss is a mean: over all elements for mse, mae, huber and
// binary_cross_entropy, over the rows for cross_entropy, as PyTorch's default
// reduction has it. cross_entropy and binary_cross_entropy take logits.
//
// What will never live here: layers, metrics (package train).
package loss
