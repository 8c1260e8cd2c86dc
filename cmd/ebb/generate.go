package main

import (
	"fmt"
	"strings"

	"github.com/ebb-ml/ebb/experiment"
	"github.com/spf13/cobra"
)

// generation is the --json answer of `ebb predict --generate`.
type generation struct {
	Prompt      string  `json:"prompt"`
	Text        string  `json:"text"`
	Temperature float64 `json:"temperature"`
	Seed        uint64  `json:"seed"`
}

// generateFlags are the flags of `ebb predict` for a character model.
type generateFlags struct {
	n           int
	temperature float64
	seed        uint64
}

func (f *generateFlags) add(c *cobra.Command) {
	c.Flags().IntVar(&f.n, "generate", 0, "characters that a model of text goes on with")
	c.Flags().Float64Var(&f.temperature, "temperature", 1, "with --generate: 0 takes the likeliest")
	c.Flags().Uint64Var(&f.seed, "seed", 1, "with --generate: of what is drawn")
}

// generate goes on from the prompt and prints what it makes as it comes.
func generate(c *cobra.Command, t *experiment.Trained, prompt string, f generateFlags) error {
	o := experiment.GenerateOptions{Prompt: prompt, N: f.n, Temperature: f.temperature, Seed: f.seed}
	out := c.OutOrStdout()
	if wantsJSON(c) {
		var text strings.Builder
		err := t.Generate(c.Context(), o, func(r rune) error { text.WriteRune(r); return nil })
		if err != nil {
			return badInput(err)
		}
		return printJSON(c, generation{prompt, text.String(), f.temperature, f.seed})
	}
	begun := false
	err := t.Generate(c.Context(), o, func(r rune) error {
		text := string(r)
		if !begun {
			text, begun = prompt+text, true
		}
		_, err := fmt.Fprint(out, text)
		return err
	})
	if begun {
		fmt.Fprintln(out)
	}
	if err != nil && !begun {
		return badInput(err)
	}
	return err
}
