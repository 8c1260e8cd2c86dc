// Package data has data sets: the embedded ones, readers for tables, arrays and
// images, the split into training and held-out rows, standardizing, and
// batches.
//
// Whatever a reader finds wrong is an error that names the file, the line and
// the column, what was found and what was expected.
//
// What will never live here: networks, losses.
package data
