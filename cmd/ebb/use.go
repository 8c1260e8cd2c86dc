package main

import (
	"fmt"

	"github.com/ebb-ml/ebb/experiment"
	"github.com/spf13/cobra"
)

func predictCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "predict RUN|MODEL DATA",
		Short: "Predicts every row of a file, as CSV or JSON",
		Args:  exactly(2, "a run directory or model file, and a data file"),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := experiment.Open(args[0])
			if err != nil {
				return badInput(err)
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
