package main

import (
	"fmt"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/experiment"
	"github.com/spf13/cobra"
)

func describeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "describe SPEC",
		Short: "Every layer, shape, count and default of a spec",
		Args:  exactly(1, "a spec file"),
		RunE: func(c *cobra.Command, args []string) error {
			spec, err := experiment.ReadSpec(args[0])
			if err != nil {
				return badInput(err)
			}
			e, err := experiment.Build(spec)
			if err != nil {
				return badInput(err)
			}
			d, err := e.Describe()
			if err != nil {
				return err
			}
			if wantsJSON(c) {
				return printJSON(c, d)
			}
			return d.Write(c.OutOrStdout())
		},
	}
}

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "The JSON Schema of a spec file, for an editor",
		Args:  exactly(0, "nothing"),
		RunE:  func(c *cobra.Command, _ []string) error { return printJSON(c, experiment.Schema()) },
	}
}

func dataCommand() *cobra.Command {
	list := &cobra.Command{
		Use:   "list",
		Short: "The built-in data sets",
		Args:  exactly(0, "nothing"),
		RunE: func(c *cobra.Command, _ []string) error {
			if wantsJSON(c) {
				return printJSON(c, map[string]any{"sets": data.BuiltIn()})
			}
			out := c.OutOrStdout()
			for _, s := range data.BuiltIn() {
				fmt.Fprintf(out, "%-12s %6d rows, %2d columns; predicts %s (%s)\n", s.Name, s.Rows, s.Columns, s.Target, s.Task)
				for line := range experiment.Wrap(s.Description+". Licence: "+s.Licence+".", 66) {
					fmt.Fprintf(out, "             %s\n", line)
				}
			}
			return nil
		},
	}
	c := &cobra.Command{Use: "data", Short: "The built-in data sets",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return badInput(unknownCommand(c, args[0]))
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			return badInput(fmt.Errorf("expected a subcommand: ebb data list"))
		}}
	c.AddCommand(list)
	return c
}
