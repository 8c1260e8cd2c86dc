// Package experiment turns a spec file into a model, its data and its training,
// and a training into a run directory.
//
//	spec, err := experiment.ReadSpec("net.yaml")
//	exp, err := experiment.Build(spec)
//	result, err := exp.Run(ctx, experiment.RunOptions{Dir: "runs/net"})
//
// A spec is strict YAML: what is unknown, of the wrong type or out of range is
// an error with its line. One table of keys ([Schema] prints it) is read by the
// parser, the schema and the description alike.
//
// A network with recurrent layers takes sequences: generated ones, windows over a
// series (data.window), those of an .npz file, or a text by character (.txt),
// which goes on with [Trained.Generate]. What follows a recurrent layer and what
// the data asks decide whether it returns its last state or all.
//
// A run directory holds run.json (the spec, versions, the seed), events.jsonl
// (one line per event, appended as the run goes on) and
// checkpoint-{last,best}.safetensors (weights and all state that going on
// needs), each replaced atomically, and
// pictures of the flow (flow.svg, time.svg): the directory can be read at any moment of
// the run, and a run that was killed goes on from it to the same bits.
//
// What will never live here: judgements about what was measured (package
// doctor), flags and terminals (cmd/ebb).
package experiment
