// Command ebb trains neural networks and shows where the error stops flowing
// back. It has no logic of its own: flags in, words out.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/ebb-ml/ebb/experiment"
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/spf13/cobra"
)

// The exit codes of every command.
const (
	exitDone   = 0
	exitFailed = 1 // it began, and could not be done
	exitUsage  = 2 // wrong usage, or a bad spec or data file
)

// usageError marks an error that is the caller's: exit code 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// badInput makes a usage error of err; nil stays nil.
func badInput(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	out := &sink{w: stdout}
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil && out.err != nil {
		err = fmt.Errorf("standard output: %w", out.err)
	}
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(stderr, "ebb:", err)
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// sink remembers the first error of a writer, so that an answer that nobody got
// (a full disk, a closed pipe) is a failure wherever it was printed.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	s.err = err
	return n, err
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "ebb",
		Version:       fmt.Sprintf("%s (%s kernels)", experiment.Version(), kernel.Path()),
		Short:         "Trains neural networks and shows where the error stops flowing back",
		SilenceUsage:  true,
		SilenceErrors: true,
		// A bare `ebb` shows the help; `ebb nonsense` is an error.
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return badInput(unknownCommand(c, args[0]))
			}
			return nil
		},
		PersistentPreRunE: func(*cobra.Command, []string) error { return badInput(kernel.PathError()) },
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.PersistentFlags().Bool("json", false, "print one JSON document on standard output and nothing else")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return badInput(fmt.Errorf("%w; see `%s --help`", err, c.CommandPath()))
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetHelpCommand(helpCommand(root))
	root.AddCommand(trainCommand(), predictCommand(), evaluateCommand(), describeCommand(),
		schemaCommand(), dataCommand(), exportCommand())
	return root
}

// helpCommand is cobra's, but for the exit code of a command that is none.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command",
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return badInput(unknownCommand(root, args[0]))
			}
			c.InitDefaultHelpFlag()
			return c.Help()
		},
	}
}

// unknownCommand names the command that was most likely meant.
func unknownCommand(c *cobra.Command, name string) error {
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return fmt.Errorf("unknown command %q; %s", spelling.Clip(name), spelling.Suggest(name, names))
}

// exactly wants n arguments, described by what.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return badInput(fmt.Errorf("%s: expected %s, got %d arguments", c.CommandPath(), what, len(args)))
		}
		return nil
	}
}

func wantsJSON(c *cobra.Command) bool {
	v, _ := c.Flags().GetBool("json")
	return v
}

// printJSON writes the one document of a --json answer.
func printJSON(c *cobra.Command, v any) error {
	e := json.NewEncoder(c.OutOrStdout())
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
