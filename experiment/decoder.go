package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ebb-ml/ebb/internal/spelling"
	"go.yaml.in/yaml/v4"
)

// SpecError is something wrong in a spec, with its place.
type SpecError struct {
	Path string // the file, or "spec"
	Line int    // from 1; 0 when it concerns the whole file
	Msg  string

	bare bool // Msg does not name the key yet
}

func (e *SpecError) Error() string {
	if e.Line == 0 {
		return e.Path + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Msg)
}

// decoder walks the YAML tree; depth and nodes bound what a hostile spec can
// cost.
type decoder struct {
	path  string
	nodes int
}

const (
	maxSpecBytes = 1 << 20
	maxNodes     = 100_000
)

// reserved are keys of the spec language that need recurrent layers.
var reserved = []string{"window", "length", "samples", "bptt", "rnn", "lstm", "gru", "return", "recurrent_init"}

func (d *decoder) fail(n *yaml.Node, format string, args ...any) error {
	line := 0
	if n != nil {
		line = n.Line
	}
	return &SpecError{Path: d.path, Line: line, Msg: fmt.Sprintf(format, args...)}
}

// wrong is fail for a value whose key the caller will name.
func (d *decoder) wrong(n *yaml.Node, format string, args ...any) error {
	err := d.fail(n, format, args...).(*SpecError)
	err.bare = true
	return err
}

// named puts the key before a message that does not name it yet.
func named(err error, key string) error {
	var at *SpecError
	if errors.As(err, &at) && at.bare {
		at.Msg, at.bare = key+": "+at.Msg, false
	}
	return err
}

// parse reads the text into its one root node.
func (d *decoder) parse(text []byte) (*yaml.Node, error) {
	if len(text) > maxSpecBytes {
		return nil, d.fail(nil, "the spec has %d bytes, expected at most %d", len(text), maxSpecBytes)
	}
	var doc, more yaml.Node
	stream := yaml.NewDecoder(bytes.NewReader(text))
	if err := stream.Decode(&doc); err != nil && err != io.EOF {
		msg := strings.TrimSpace(strings.TrimPrefix(err.Error(), "yaml: "))
		if strings.Contains(msg, "character that cannot start any token") && bytes.ContainsRune(text, '\t') {
			msg += "; indent with spaces, YAML takes no tabs"
		}
		return nil, d.fail(nil, "not valid YAML: %s", msg)
	}
	if doc.Kind == 0 || len(doc.Content) == 0 {
		return nil, d.fail(nil, "the spec is empty: expected the keys data and model")
	}
	if err := stream.Decode(&more); err != io.EOF {
		return nil, d.fail(nil, "has more than one YAML document, expected one: remove the line ---")
	}
	return doc.Content[0], nil
}

// resolve follows an alias and counts the node.
func (d *decoder) resolve(n *yaml.Node) (*yaml.Node, error) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if d.nodes++; d.nodes > maxNodes {
		return nil, d.fail(n, "the spec has more than %d entries", maxNodes)
	}
	return n, nil
}

// mapping reads a mapping strictly. what names it in messages. An empty value
// (`flatten:`) is an empty mapping.
func (d *decoder) mapping(n *yaml.Node, what string, fields []field) error {
	n, err := d.resolve(n)
	if err != nil {
		return err
	}
	if n.Kind != yaml.MappingNode && !isNull(n) {
		return d.fail(n, "%s: expected a mapping of keys to values, got %s", what, describeNode(n))
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if line, ok := seen[key.Value]; ok {
			return d.fail(key, "%s: the key %q is there twice, first in line %d", what, spelling.Clip(key.Value), line)
		}
		seen[key.Value] = key.Line
		f := fieldNamed(fields, key.Value)
		if f == nil {
			return d.unknown(key, what, fieldNames(fields))
		}
		if err := f.set(d, value); err != nil {
			return named(err, what+"."+f.name)
		}
	}
	for _, f := range fields {
		if f.required && seen[f.name] == 0 {
			return d.fail(n, "%s: the key %q is missing: %s", what, f.name, f.doc)
		}
	}
	return nil
}

func (d *decoder) unknown(key *yaml.Node, what string, names []string) error {
	if slices.Contains(reserved, key.Value) {
		return d.fail(key, "%s: %q belongs to recurrent networks, which this version does not train", what, key.Value)
	}
	return d.fail(key, "%s: unknown key %q, %s", what, spelling.Clip(key.Value), spelling.Suggest(key.Value, names))
}

func fieldNamed(fields []field, name string) *field {
	for i := range fields {
		if fields[i].name == name {
			return &fields[i]
		}
	}
	return nil
}

func fieldNames(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

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
	if slices.Contains(reserved, v) {
		return "", d.wrong(n, "%q belongs to recurrent networks, which this version does not train", v)
	}
	if !slices.Contains(values, v) {
		return "", d.wrong(n, "unknown name %q, %s", spelling.Clip(v), spelling.Suggest(v, values))
	}
	return v, nil
}

// one reads a name, or a mapping of one key, the name, to its settings: `tanh`
// or `{linear: {slope: 10}}`.
func (d *decoder) one(n *yaml.Node, what string) (name, settings *yaml.Node, err error) {
	n, err = d.resolve(n)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case n.Kind == yaml.ScalarNode && !isNull(n):
		return n, nil, nil
	case n.Kind == yaml.MappingNode && len(n.Content) == 2:
		return n.Content[0], n.Content[1], nil
	}
	return nil, nil, d.wrong(n, "expected the name of %s, or {name: {…settings…}}, got %s", what, describeNode(n))
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
