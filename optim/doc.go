// Package optim turns gradients into updates: the update rules, clipping and
// learning-rate schedules, each a step of its own.
//
// An optimizer knows nothing of how the gradients came about. It sees
// parameters with a value and a gradient, and says how the value moves.
//
// What will never live here: anything that computes a gradient, the training
// loop.
package optim
