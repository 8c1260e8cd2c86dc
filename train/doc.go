// Package train makes a network learn: one [Stepper.Step], or a whole run with
// [Fit], and the metrics of what came out.
//
// A step is: forward, loss, backward, clip, update. It allocates nothing after
// the first. A loss or gradient that is not finite never reaches a weight: the step
// stops, with a sentence that says where the value came from.
//
// # Reproducible to the bit
//
// A run is fixed by the initial weights, the data and the seeds. A [State] is
// everything that a run needs to go on, mid-epoch too: resumed from one, it ends
// with the bits of a run that never stopped, on any number of threads.
//
// What will never live here: files and progress bars (a run reports through
// [Hooks] and gives its states to Config.Save), judgements about a run.
package train
