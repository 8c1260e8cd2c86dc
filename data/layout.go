package data

import (
	"fmt"

	"github.com/ebb-ml/ebb/internal/spelling"
)

// Layout is how the examples of a [Dataset] lie in X and Y. The zero value is a
// table: a row is an example.
type Layout int

const (
	// Rows: X is [N, features], Y [N] or [N, targets].
	Rows Layout = iota
	// Sequences: X is [N, T, features] of numbers or [N, T] of ids. Y is [N] or
	// [N, targets], one target for a sequence; or, with PerStep, [N, T] or
	// [N, T, targets].
	Sequences
	// Stream is one long sequence of ids, such as a text by character: X is [L],
	// and Y, [L], has at each place the id that comes next.
	Stream
)

var layoutNames = [...]string{"rows", "sequences", "stream"}

// String returns "rows", "sequences" or "stream".
func (l Layout) String() string {
	if l < 0 || int(l) >= len(layoutNames) {
		return fmt.Sprintf("layout %d", int(l))
	}
	return layoutNames[l]
}

// MarshalText makes "rows", "sequences" or "stream" of a layout in JSON.
func (l Layout) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (l *Layout) UnmarshalText(text []byte) error {
	for i, name := range layoutNames {
		if string(text) == name {
			*l = Layout(i)
			return nil
		}
	}
	return fmt.Errorf("layout %q: expected rows, sequences or stream", spelling.Clip(string(text)))
}
