package data

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/ebb-ml/ebb/internal/spelling"
)

// ReadCSV reads a table from a .csv, .tsv or .csv.gz file. See [ParseCSV].
func ReadCSV(path string, opt Options) (*Dataset, *Schema, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	return ParseCSV(f, path, opt)
}

// ParseCSV reads a table. Its separator is a comma, semicolon or tab, whichever
// the first row has most of; cells may be in double quotes; the text is UTF-8.
//
// The first row has the names of the columns, unless all its cells are numbers:
// then the columns are named column_1, column_2, … and the last is the default
// target. A column of numbers is one input; a column in which at least half of
// the first thousand cells are texts is one-hot, one input "column=text" for
// each text, at most [MaxCategories]. How the target is taken is up to
// [Options.Task]; classes are in natural order.
//
// An empty cell, NA, N/A, null and ? are missing values: see [Dataset]. Rows
// without a target are dropped and counted. NaN and Inf are errors, as is any
// other text among numbers; an error has the form
//
//	table.csv:17: column "age": found "abc", expected a number
//
// The name is used in errors and becomes the data set's. The table is held in
// memory twice for a moment: 8 bytes a cell in float32.
func ParseCSV(r io.Reader, name string, opt Options) (*Dataset, *Schema, error) {
	return parseTable(r, name, nil, opt)
}

// parseTable is ParseCSV, with names for the columns of a file without header.
func parseTable(r io.Reader, name string, names []string, opt Options) (*Dataset, *Schema, error) {
	t := &table{scan: newCSVScanner(r, name)}
	var known []string
	if opt.Target != "" {
		known = []string{opt.Target}
	}
	first, err := t.readHeader(known)
	if err != nil {
		return nil, nil, err
	}
	for i, name := range names {
		t.columns[i].name = name
	}
	if opt.Target == "" && first != nil {
		opt.Target = t.columns[len(t.columns)-1].name
	}
	t.target = slices.Index(t.names(), opt.Target)
	if t.target < 0 {
		if opt.Target == "" {
			err = ErrNoTarget
		} else {
			err = fmt.Errorf("no column %q", spelling.Clip(opt.Target))
		}
		return nil, nil, fmt.Errorf("%s: %w; %s", name, err, spelling.Suggest(opt.Target, t.names()))
	}
	c := &t.columns[t.target]
	c.target = true
	switch opt.Task {
	case AsRegression:
		c.kind = numbers
	case AsClassification:
		c.kind = texts
	}
	if err := t.readRows(first); err != nil {
		return nil, nil, err
	}
	return t.finish(opt.Task)
}

// ErrNoTarget is the error of a table for which [Options] name no target.
var ErrNoTarget = errors.New("no target given: name the column to predict")
