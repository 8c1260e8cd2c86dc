// Package data has data sets: the embedded ones, readers for tables, arrays,
// images, series and texts, generated sequences, the split into training and
// held-out examples, standardizing, and batches.
//
// Whatever a reader finds wrong is an error that names the file, the line and
// the column, what was found and what was expected.
//
// The way from a source to a training step:
//
//	train, test, schema, err := data.Open(data.Source{Path: "table.csv"}, data.Options{Target: "price"})
//	train, held, err := data.Split(train, 0.2, seed)
//	schema.Scaler = data.FitScaler(train, true) // also fills missing values
//	schema.Scaler.Apply(train)
//	schema.Scaler.Apply(held)
//	batches, err := data.NewBatcher(train, 32, seed)
//
// The [Schema] is saved with the model, as JSON, and reads new tables for it
// with [Schema.ReadInputs] and [Schema.ReadExamples]; [Scaler.Restore] turns
// predictions back into the unit of the data.
//
// # Sequences
//
// A data set is rows, sequences or one stream; see [Layout]. The way is the same
// for all of them:
//
//   - Sequences are generated ([Adding], [CopyMemory], [Latch], [TemporalOrder]),
//     read from arrays ([LoadSequences]), or windows over a series, such as co2
//     or a table with [Options].Window ([Series.Windows], [Sine]): the past steps
//     are an example and the next value is its target. Windows are split by time.
//   - A stream is a text by character ([ParseText]), whose batches are windows of
//     parallel streams ([NewStreamBatcher]) and whose [Vocabulary] turns a text
//     into ids and back.
//
// What a network gets of them is time-major, [T, B, features]: see [Batch],
// [Batcher.NextBatch] and, to evaluate, [Dataset.Batch].
//
// What will never live here: networks, losses.
package data
