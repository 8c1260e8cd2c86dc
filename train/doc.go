// Package train makes a network learn: one [Stepper.Step], or a whole run with
// [Fit], and the metrics of what came out.
//
// A step is: forward, loss, backward, clip, update. It allocates nothing after
// the first. A loss or gradient that is not finite never reaches a weight: the step
// stops, with a sentence that says where the value came from.
//
// # Sequences
//
// A data set of sequences or one long stream trains the same way; batches are
// time-major, [T, B, features], as [Stepper.StepBatch] takes them. Backpropagation
// goes through the whole sequence, or, with BPTT, it is truncated: where each step
// has a target, every window of so many steps is a training step and the state is
// carried to the next without its gradient; where a sequence has one target, the
// gradient goes back through its last steps alone and the steps before them are
// not recorded, so that memory does not grow with the sequence. Padding has no
// part in a loss, a gradient or a metric.
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
