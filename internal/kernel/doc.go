// Package kernel holds the fast loops under Ebb: matrix products, vector
// mathematics and the element-wise optimizer updates.
//
// Everything here works on plain slices with explicit sizes and strides and
// knows nothing of tensors, layers or gradients. The functions of this package
// are the whole interface to the machine: a faster implementation (assembly)
// takes the place of a loop body here and no caller changes.
//
// # Rules every implementation keeps
//
//   - Nothing allocates.
//   - The order of every sum is fixed by the sizes alone, never by the number
//     of threads or by which thread took which part, so that the results are
//     the same bits on any number of threads.
//   - An element-wise function's result at i depends on the values at i alone,
//     not on the place, the length or the alignment: callers cut slices at will.
//   - The updates of the optimizers may treat denormal numbers as zero, in
//     assembly; no other function may.
//   - Sizes of zero are valid and do nothing (a product with k = 0 writes zeros,
//     or leaves c as it is when accumulating).
//   - Nothing outside the slices is written, nor even read: the next page may
//     belong to nobody.
//   - No call of assembly takes more than some tens of microseconds: it can't be
//     interrupted.
//   - A slice shorter than its sizes and stride say is a programmer's mistake
//     and panics.
//
// What will never live here: shapes with more than two dimensions, layers,
// anything that reads a file.
package kernel
