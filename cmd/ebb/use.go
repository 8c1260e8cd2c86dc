package main

import (
	"fmt"
	"strings"

	"github.com/ebb-ml/ebb/experiment"
	"github.com/spf13/cobra"
)

func predictCommand() *cobra.Command {
	var f generateFlags
	c := &cobra.Command{
		Use:   "predict RUN|MODEL DATA|PROMPT",
		Short: "Predicts every row of a file, or goes on with a text",
		Long: `Predicts every row, window or sequence of a data file, as CSV or JSON.

A model that was trained on a text goes on from a prompt instead: --generate N
makes N characters. --temperature 0 always takes the likeliest one, 1 draws as
the model learned, and what is between is more careful.`,
		Args: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("generate") {
				if len(args) < 1 || len(args) > 2 {
					return badInput(fmt.Errorf("%s --generate: expected a run directory or model file, and a prompt if there is one, got %d arguments", c.CommandPath(), len(args)))
				}
				return nil
			}
			for _, name := range []string{"temperature", "seed"} {
				if c.Flags().Changed(name) {
					return badInput(fmt.Errorf("--%s goes with --generate", name))
				}
			}
			return exactly(2, "a run directory or model file, and a data file")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			t, err := experiment.Open(args[0])
			if err != nil {
				return badInput(err)
			}
			if c.Flags().Changed("generate") {
				return generate(c, t, strings.Join(args[1:], ""), f)
			}
			list, err := t.PredictFile(args[1])
			if err != nil {
				return badInput(err)
			}
			if wantsJSON(c) {
				return printJSON(c, map[string]any{"predictions": list})
			}
			return t.WritePredictions(c.OutOrStdout(), list)
		},
	}
	f.add(c)
	return c
}

func evaluateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "evaluate RUN|MODEL DATA",
		Short: "The metrics of a model on a file that has the target column",
		Args:  exactly(2, "a run directory or model file, and a data file"),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := experiment.Open(args[0])
			if err != nil {
				return badInput(err)
			}
			m, err := t.Evaluate(args[1])
			if err != nil {
				return badInput(err)
			}
			if wantsJSON(c) {
				return printJSON(c, m)
			}
			out := c.OutOrStdout()
			fmt.Fprintf(out, "rows      %d\nloss      %.6g\n", m.Rows, m.Loss)
			for _, f := range []struct {
				name string
				v    *float64
			}{{"accuracy", m.Accuracy}, {"MAE", m.MAE}, {"RMSE", m.RMSE}, {"R²", m.R2}} {
				if f.v != nil {
					fmt.Fprintf(out, "%-9s %.6g\n", f.name, *f.v)
				}
			}
			return experiment.WriteConfusion(out, t.Schema.Target.Classes, m.Confusion)
		},
	}
}

func exportCommand() *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use:   "export RUN --format safetensors -o FILE",
		Short: "Writes a model for PyTorch and for `ebb predict`",
		Args:  exactly(1, "a run directory or model file"),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "safetensors" {
				return badInput(fmt.Errorf("--format: this version writes safetensors, got %q", format))
			}
			if out == "" {
				return badInput(fmt.Errorf("-o: expected the file to write"))
			}
			t, err := experiment.Open(args[0])
			if err != nil {
				return badInput(err)
			}
			if err := t.Export(out); err != nil {
				return err
			}
			if wantsJSON(c) {
				return printJSON(c, map[string]string{"file": out, "format": format})
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "wrote %s\n", out)
			return err
		},
	}
	c.Flags().StringVar(&format, "format", "safetensors", "the format of the file")
	c.Flags().StringVarP(&out, "output", "o", "", "the file to write")
	return c
}
