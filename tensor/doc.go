// Package tensor has the three things that every floor above stands on: dense
// row-major arrays, the workspace arena that keeps a training step from
// allocating, and random numbers that come from explicit seeds.
//
// A batch is [B, features]; a sequence batch is time-major, [T, B, features].
// Whatever the rank, a tensor is also a matrix: [Cols] is its last dimension
// and [Rows] the product of the others, which is how a layer that works on
// features sees it.
//
// What will never live here: anything that knows what a gradient, a layer or a
// file is.
package tensor
