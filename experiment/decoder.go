package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
