// Package data has data sets: the embedded ones, readers for tables, arrays and
// images, the split into training and held-out rows, standardizing, and
// batches.
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
// What will never live here: networks, losses.
package data
