package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/experiment"
	"github.com/spf13/cobra"
)

type trainFlags struct {
	target, out, resume, init string
	seed                      uint64
	epochs                    int
	changed                   func(string) bool
}

func trainCommand() *cobra.Command {
	var f trainFlags
	c := &cobra.Command{
		Use:   "train [SPEC | DATA --target COL]",
		Short: "Trains a network and measures the error that flows back",
		Long: `Trains the network of a spec file, or one chosen for a data file, and tells
where the error went on its way back. Without an argument it runs the built-in
example twice: ten sigmoid layers that do not learn, and the same network with
one line of its spec changed.

Ctrl-C stops after the step under way, with a checkpoint; --resume goes on.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return badInput(fmt.Errorf("train: expected one spec or data file, got %d arguments", len(args)))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			f.changed = c.Flags().Changed
			return trainRun(c, args, f)
		},
	}
	c.Flags().StringVar(&f.target, "target", "", "the column to predict, with a data file")
	c.Flags().StringVar(&f.out, "out", "", "the run directory to make (default runs/NAME-N)")
	c.Flags().StringVar(&f.resume, "resume", "", "go on with the run in this directory")
	c.Flags().StringVar(&f.init, "init", "", "start from the weights of this safetensors file")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "instead of the spec's seed")
	c.Flags().IntVar(&f.epochs, "epochs", 0, "instead of the spec's epochs")
	return c
}

func trainRun(c *cobra.Command, args []string, f trainFlags) error {
	if f.changed("epochs") && (f.epochs < 1 || f.epochs > experiment.MaxEpochs) {
		return badInput(fmt.Errorf("--epochs: expected a number from 1 to %d, got %d", experiment.MaxEpochs, f.epochs))
	}
	if f.resume != "" {
		if len(args) > 0 || f.target != "" || f.out != "" || f.init != "" || f.changed("seed") {
			return badInput(errors.New("--resume goes on with a run as it was: only --epochs can stand beside it"))
		}
		p := newProgress(c.ErrOrStderr())
		_, report, err := experiment.Resume(c.Context(), f.resume, f.epochs, experiment.RunOptions{OnStep: p.step, OnEpoch: p.epoch})
		p.done()
		return answer(c, report, err)
	}
	if len(args) == 0 {
		if f.target != "" || f.init != "" {
			return badInput(errors.New("--target and --init need a data file or a spec"))
		}
		return trainExample(c, f)
	}
	spec, err := specFor(c, args[0], f.target)
	if err != nil {
		return badInput(err)
	}
	report, err := trainSpec(c, spec, f)
	return answer(c, report, err)
}

// specFor reads a spec, or makes one for a data file and prints it.
func specFor(c *cobra.Command, path, target string) (*experiment.Spec, error) {
	if ext := filepath.Ext(path); ext == ".yaml" || ext == ".yml" {
		if target != "" {
			return nil, errors.New("--target goes with a data file; a spec names its target itself")
		}
		return experiment.ReadSpec(path)
	}
	if experiment.IsRun(path) {
		return nil, fmt.Errorf("%s is a run directory: go on with it by --resume %s", path, path)
	}
	spec, err := experiment.AutoSpec(path, target)
	if errors.Is(err, data.ErrNoTarget) {
		return nil, fmt.Errorf("%w; give it as --target COLUMN", err)
	}
	if err != nil {
		return nil, err
	}
	if !wantsJSON(c) {
		fmt.Fprintf(c.OutOrStdout(), "The spec chosen for %s:\n\n%s\n", path, indent(spec.Text))
	}
	return spec, nil
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}

// trainSpec runs a spec into its directory.
func trainSpec(c *cobra.Command, spec *experiment.Spec, f trainFlags) (*experiment.Report, error) {
	if f.changed("seed") {
		spec.Train.Seed = f.seed
	}
	if f.epochs > 0 {
		spec.Train.Epochs = f.epochs
	}
	dir := f.out
	if dir == "" {
		dir = experiment.NextRunDir(spec)
	}
	e, err := experiment.Build(spec)
	if err != nil {
		return nil, badInput(err)
	}
	p := newProgress(c.ErrOrStderr())
	defer p.done()
	return e.Run(c.Context(), experiment.RunOptions{Dir: dir, Init: f.init, OnStep: p.step, OnEpoch: p.epoch})
}

// answer prints a report; a run that exploded is a failure after its report.
func answer(c *cobra.Command, report *experiment.Report, err error) error {
	if err != nil {
		return inputOrFailure(err)
	}
	if wantsJSON(c) {
		err = printJSON(c, report)
	} else {
		err = report.Write(c.OutOrStdout())
		if err == nil && report.Interrupted {
			_, err = fmt.Fprintf(c.OutOrStdout(), "go on with: ebb train --resume %s\n", report.Run)
		}
	}
	if err == nil && report.NonFinite != nil {
		return errors.New("the training stopped: " + report.NonFinite.Text)
	}
	return err
}

func inputOrFailure(err error) error {
	var in experiment.InputError
	if errors.As(err, &in) {
		return badInput(err)
	}
	return err
}

// exampleReport is the answer of the built-in example: that of the second act,
// with the first beside it.
type exampleReport struct {
	*experiment.Report
	Before *experiment.Report `json:"before"`
	Change [2]string          `json:"change"` // the line before and after
}

// trainExample runs the two acts of the built-in example.
func trainExample(c *cobra.Command, f trainFlags) error {
	ex, err := experiment.BuiltinExample()
	if err != nil {
		return err
	}
	out := c.OutOrStdout()
	if wantsJSON(c) {
		out = io.Discard
	}
	if f.out != "" {
		// Found out before both acts rather than after them.
		if err := experiment.CheckNoPicture(f.out); err != nil {
			return badInput(err)
		}
	}
	fmt.Fprintf(out, "Act 1. The built-in spec:\n\n%s\n", indent(ex.Before.Text))
	before, err := trainAct(c, ex.Before, f, "act-1", out)
	if err != nil || before.Interrupted {
		return endOfAct(c, before, err)
	}
	fmt.Fprintf(out, "\nAct 2. The same network with one line changed:\n\n    -   %s\n    +   %s\n\n", ex.LineBefore, ex.LineNext)
	after, err := trainAct(c, ex.After, f, "act-2", out)
	if err != nil || after.Interrupted {
		return endOfAct(c, after, err)
	}
	if f.out != "" {
		err := experiment.WritePicture(f.out, before.Panel(strings.TrimPrefix(ex.LineBefore, "- ")), after.Panel(strings.TrimPrefix(ex.LineNext, "- ")))
		if err != nil {
			return err
		}
	}
	if wantsJSON(c) {
		return printJSON(c, exampleReport{after, before, [2]string{ex.LineBefore, ex.LineNext}})
	}
	return nil
}

func trainAct(c *cobra.Command, spec *experiment.Spec, f trainFlags, name string, out io.Writer) (*experiment.Report, error) {
	if f.out != "" {
		f.out = filepath.Join(f.out, name)
	}
	report, err := trainSpec(c, spec, f)
	if err != nil {
		return nil, err
	}
	return report, report.Write(out)
}

// endOfAct ends the example where an act failed or was interrupted.
func endOfAct(c *cobra.Command, report *experiment.Report, err error) error {
	if err != nil {
		return inputOrFailure(err)
	}
	if wantsJSON(c) {
		return printJSON(c, report)
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "go on with: ebb train --resume %s\n", report.Run)
	return err
}
