package experiment

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/ebb-ml/ebb/internal/spelling"
	"go.yaml.in/yaml/v4"
)

func (d *decoder) scalar(n *yaml.Node, expected string) (*yaml.Node, error) {
	n, err := d.resolve(n)
	if err != nil {
		return nil, err
	}
	if n.Kind != yaml.ScalarNode || isNull(n) {
		return nil, d.wrong(n, "expected %s, got %s", expected, describeNode(n))
	}
	return n, nil
}

func (d *decoder) integer(n *yaml.Node, low, high int) (int, error) {
	expected := "a whole number"
	n, err := d.scalar(n, expected)
	if err != nil {
		return 0, err
	}
	v, err := strconv.Atoi(n.Value)
	if errors.Is(err, strconv.ErrRange) {
		err, v = nil, math.MaxInt
	}
	if err != nil || quoted(n) {
		return 0, d.wrong(n, "expected %s, got %s", expected, describeNode(n))
	}
	if v < low || v > high {
		return 0, d.wrong(n, "expected a whole number from %d to %d, got %s", low, high, spelling.Clip(n.Value))
	}
	return v, nil
}

func (d *decoder) number(n *yaml.Node, low, high float64, open bool) (float64, error) {
	n, err := d.scalar(n, "a number")
	if err != nil {
		return 0, err
	}
	v, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || quoted(n) || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, d.wrong(n, "expected a number, got %s", describeNode(n))
	}
	if v < low || v > high || open && (v == low || v == high) {
		return 0, d.wrong(n, "expected a number %s, got %s", interval(low, high, open), spelling.Clip(n.Value))
	}
	return v, nil
}

// share reads a number from 0 to below 1; whole says what is wrong with 1.
func (d *decoder) share(n *yaml.Node, whole string) (float64, error) {
	v, err := d.number(n, 0, 1, false)
	if err == nil && v == 1 {
		err = d.wrong(n, "expected a share below 1, got 1: %s", whole)
	}
	return v, err
}

func interval(low, high float64, open bool) string {
	switch {
	case math.IsInf(low, -1) && math.IsInf(high, 1):
		return "that is finite"
	case math.IsInf(high, 1) && open:
		return fmt.Sprintf("above %g", low)
	case math.IsInf(high, 1):
		return fmt.Sprintf("of at least %g", low)
	case open:
		return fmt.Sprintf("between %g and %g, both excluded", low, high)
	}
	return fmt.Sprintf("from %g to %g", low, high)
}

func (d *decoder) boolean(n *yaml.Node) (bool, error) {
	n, err := d.scalar(n, "true or false")
	if err != nil {
		return false, err
	}
	if quoted(n) || n.Value != "true" && n.Value != "false" {
		return false, d.wrong(n, "expected true or false, got %s", describeNode(n))
	}
	return n.Value == "true", nil
}

func (d *decoder) text(n *yaml.Node) (string, error) {
	n, err := d.scalar(n, "a text")
	if err != nil {
		return "", err
	}
	if n.Value == "" {
		return "", d.wrong(n, "expected a text, got an empty one")
	}
	return n.Value, nil
}

func (d *decoder) enum(n *yaml.Node, values []string) (string, error) {
	v, err := d.text(n)
	if err != nil {
		return "", err
	}
	if !slices.Contains(values, v) {
		return "", d.wrong(n, "unknown name %q, %s", spelling.Clip(v), spelling.Suggest(v, values))
	}
	return v, nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func quoted(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

func describeNode(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "nothing"
	case quoted(n):
		return "the text " + strconv.Quote(spelling.Clip(n.Value))
	}
	return strconv.Quote(spelling.Clip(n.Value))
}
