package data

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/ebb-ml/ebb/internal/spelling"
)

// Schema is what a table must have to go into a model: it travels with the
// model, as JSON, and turns a new table into the same inputs.
type Schema struct {
	Columns []Column `json:"columns"`
	Target  *Target  `json:"target,omitempty"`
	Scaler  *Scaler  `json:"scaler,omitempty"` // nil: values as they are in the file

	Layout  Layout `json:"layout,omitempty"` // what an example is; a row of the table by default
	Steps   int    `json:"steps,omitempty"`  // of the longest sequence that the model was trained on
	Window  int    `json:"window,omitempty"` // past steps of a series that make one example
	PerStep bool   `json:"per_step,omitempty"`
	IDs     int    `json:"ids,omitempty"` // the inputs are ids from 0 to IDs-1
}

// Column is a column of the source: numbers when Categories is nil, otherwise
// text, with one input for each category.
type Column struct {
	Name       string   `json:"name"`
	Categories []string `json:"categories,omitempty"`
}

// Target is what the model predicts.
type Target struct {
	Name     string   `json:"name"`
	Position int      `json:"position"` // among the columns of the source, from 0; -1 when it was apart
	Task     Task     `json:"task"`
	Classes  []string `json:"classes,omitempty"`
	Names    []string `json:"names,omitempty"` // of more than one target
}

// AllNames returns the names of all targets: Names, or Name alone.
func (t *Target) AllNames() []string {
	if t.Names != nil {
		return t.Names
	}
	return []string{t.Name}
}

// MarshalText makes "regression" or "classification" of a task in JSON.
func (t Task) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *Task) UnmarshalText(text []byte) error {
	for _, task := range []Task{Regression, Classification} {
		if string(text) == task.String() {
			*t = task
			return nil
		}
	}
	return fmt.Errorf("task %q: expected regression or classification", spelling.Clip(string(text)))
}

// features returns the names of the inputs that columns become.
func features(columns []Column) []string {
	var names []string
	for _, c := range columns {
		if c.Categories == nil {
			names = append(names, c.Name)
		}
		for _, category := range c.Categories {
			names = append(names, c.Name+"="+category)
		}
	}
	return names
}

// schemaOf returns the schema of a data set whose features are all numbers, or
// ids.
func schemaOf(d *Dataset, position int) *Schema {
	s := &Schema{
		Columns: make([]Column, len(d.Features)),
		Layout:  d.Layout, Window: d.Window, PerStep: d.PerStep, IDs: d.IDs,
	}
	if d.Layout == Sequences {
		s.Steps = d.Steps()
	}
	for i, name := range d.Features {
		s.Columns[i].Name = name
	}
	s.Target = &Target{Name: strings.Join(d.Targets, ","), Position: position, Task: d.Task, Classes: d.Classes}
	if len(d.Targets) > 1 {
		s.Target.Names = d.Targets
	}
	return s
}

// ReadInputs reads the rows of a file for prediction: X is [N, features] as the
// model was trained on, filled and standardized by the Scaler, and Y is nil. The
// file has the columns of the schema under the same names in any order (a file
// without header: in the same order); others, the target among them, are
// ignored. A missing column and a category that the training data did not have
// are errors. The name of a built-in set stands for all its rows, a folder of IDX
// files for its test part.
func (s *Schema) ReadInputs(path string) (*Dataset, error) {
	return s.read(path, false)
}

// ReadExamples reads the rows of a file for evaluation: as [Schema.ReadInputs],
// and the targets with them, standardized likewise for a regression. Rows
// without a target are dropped and counted.
func (s *Schema) ReadExamples(path string) (*Dataset, error) {
	return s.read(path, true)
}

func (s *Schema) read(path string, labelled bool) (*Dataset, error) {
	var d *Dataset
	var err error
	info, statErr := os.Stat(path)
	switch {
	case statErr != nil && !isBuiltIn(path):
		return nil, statErr
	case s.Layout == Stream:
		return s.readStream(path, labelled)
	case isBuiltIn(path), info.IsDir():
		d, err = s.readSet(path, labelled)
	case s.Layout == Sequences:
		d, err = s.readSequences(path, labelled)
	case formatOf(path) == formatCSV, formatOf(path) == formatText:
		d, err = s.readCSV(path, labelled)
	default:
		d, err = s.readArrays(path, labelled)
	}
	if err != nil {
		return nil, err
	}
	if s.Scaler != nil {
		s.Scaler.Apply(d)
	}
	return d, nil
}

// readSet takes a whole set again: a built-in one, or the test part of a folder
// of IDX files.
func (s *Schema) readSet(path string, labelled bool) (*Dataset, error) {
	opt := Options{Target: s.Target.Name, Task: AsRegression}
	if s.Target.Task == Classification {
		opt.Task = AsClassification
	}
	if !isBuiltIn(path) {
		opt.Target = ""
	}
	opt.Window = s.Window
	if task := findSequenceTask(path); task != nil && s.Layout == Sequences {
		opt.Length = s.Steps - task.extra
	}
	d, test, _, err := Open(Source{Path: path}, opt)
	if err != nil {
		return nil, err
	}
	if test != nil {
		d = test
	}
	if d.Layout != s.Layout || d.PerStep != s.PerStep || !slices.Equal(d.Features, features(s.Columns)) || !slices.Equal(d.Classes, s.Target.Classes) {
		return nil, fmt.Errorf("%s: its features or classes are not those that the model was trained on", path)
	}
	if !labelled {
		d.Y = nil
	}
	return d, nil
}

// describe gives d the task, targets and classes of the schema.
func (s *Schema) describe(d *Dataset) {
	if s.Target != nil {
		d.Task, d.Targets, d.Classes = s.Target.Task, s.Target.AllNames(), s.Target.Classes
	}
}

// Check reports what makes a schema that came from a file unusable. The other
// methods rely on it.
func (s *Schema) Check() error {
	n := len(features(s.Columns))
	switch {
	case n == 0:
		return fmt.Errorf("schema: no columns")
	case s.Target == nil:
		return fmt.Errorf("schema: no target")
	case s.Target.Task == Classification && len(s.Target.Classes) < 2:
		return fmt.Errorf("schema: a classification with %d classes", len(s.Target.Classes))
	}
	if err := s.checkLayout(); err != nil {
		return err
	}
	names := map[string]bool{}
	for _, c := range s.Columns {
		if names[c.Name] {
			return fmt.Errorf("schema: column %q twice", spelling.Clip(c.Name))
		}
		names[c.Name] = true
		if err := unique(c.Name, c.Categories); err != nil {
			return err
		}
	}
	if names[s.Target.Name] && s.Window == 0 { // a series predicts its own next value
		return fmt.Errorf("schema: the target %q is a column too", spelling.Clip(s.Target.Name))
	}
	if err := unique(s.Target.Name, s.Target.Classes); err != nil {
		return err
	}
	if s.Scaler == nil {
		return nil
	}
	targets := 0
	if s.Target.Task == Regression {
		targets = len(s.Target.AllNames())
	}
	return s.Scaler.check(n, targets)
}

// unique refuses texts of a column that are there twice.
func unique(column string, texts []string) error {
	seen := make(map[string]bool, len(texts))
	for _, text := range texts {
		if seen[text] {
			return fmt.Errorf("schema: column %q has %q twice", spelling.Clip(column), spelling.Clip(text))
		}
		seen[text] = true
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
