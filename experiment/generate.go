package experiment

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// sampleStream is the stream of the seed that draws characters.
const sampleStream = 0x73616d70

// MaxGenerate is the largest number of characters that [Trained.Generate] makes.
const MaxGenerate = 10_000_000

// GenerateOptions says how a character model goes on.
type GenerateOptions struct {
	Prompt string // what it goes on from; "" is a space, or whatever comes first in the vocabulary
	N      int    // characters to make
	// Temperature divides the logits: 1 draws from what the model learned, less
	// is more careful, and 0 always takes the most probable character.
	Temperature float64
	Seed        uint64
}

// Generate goes on from a prompt, character by character, and gives each to emit.
// The same model, options and kernel give the same text. It is an error when the
// model was not trained on a text, or does not know a character of the prompt.
func (t *Trained) Generate(ctx context.Context, o GenerateOptions, emit func(r rune) error) error {
	vocabulary, err := t.Schema.Vocabulary()
	if err != nil {
		return err
	}
	switch {
	case o.N < 1 || o.N > MaxGenerate:
		return fmt.Errorf("generate: expected a number of characters from 1 to %d, got %d", MaxGenerate, o.N)
	case !(o.Temperature >= 0) || math.IsInf(o.Temperature, 0):
		return fmt.Errorf("temperature: expected a finite number from 0, got %v", o.Temperature)
	}
	ids, err := vocabulary.Encode(o.Prompt)
	if err != nil {
		return fmt.Errorf("prompt: %w", err)
	}
	if len(ids) == 0 {
		// A model that begins from zeros has hardly seen the beginning of a line:
		// a text is cut into streams anywhere, and mostly in the middle of one.
		ids = []int{max(0, slices.Index(vocabulary.Names(), " "))}
	}
	rng := tensor.NewRNG(o.Seed, sampleStream)
	p := &nn.Pass{State: nn.NewState()}
	x := tensor.New(1, 1)
	weights := make([]float64, vocabulary.Len())
	var logits *tensor.Tensor
	read := func(id int) {
		x.Data[0] = tensor.Float(id)
		p.Reset()
		logits = t.Model.Forward(p, x)
	}
	for _, id := range ids {
		read(id)
	}
	for i := range o.N {
		if err := ctx.Err(); err != nil {
			return err
		}
		id, err := t.draw(logits.Data, o.Temperature, weights, rng)
		if err == nil {
			err = emit(vocabulary.Rune(id))
		}
		if err != nil {
			return err
		}
		if i < o.N-1 {
			read(id)
		}
	}
	return nil
}

// draw chooses a character by its logits.
func (t *Trained) draw(logits []tensor.Float, temperature float64, weights []float64, rng *tensor.RNG) (int, error) {
	best := 0
	for i, v := range logits {
		if v-v != 0 {
			return 0, fmt.Errorf("the model's output for %q is not a finite number", t.Schema.Target.Classes[i])
		}
		if v > logits[best] {
			best = i
		}
	}
	if temperature == 0 {
		return best, nil
	}
	sum := 0.0
	for i, v := range logits {
		weights[i] = math.Exp((float64(v) - float64(logits[best])) / temperature)
		sum += weights[i]
	}
	u := rng.Float64() * sum
	for i, w := range weights {
		if u < w {
			return i, nil
		}
		u -= w
	}
	return best, nil // by rounding
}

// isText reports whether the model goes through a text.
func (t *Trained) isText() bool { return t.Schema.Layout == data.Stream }
