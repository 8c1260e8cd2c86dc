package data

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

// missing reports whether a cell stands for no value: empty, NA, N/A, null or
// a question mark.
func missing(cell []byte) bool {
	switch len(cell) {
	case 0:
		return true
	case 1:
		return cell[0] == '?'
	case 2:
		return string(cell) == "NA"
	case 3:
		return string(cell) == "N/A"
	case 4:
		return string(cell) == "null" || string(cell) == "NULL"
	}
	return false
}

// number returns the value of a text that is a finite number.
func number(s string) (float64, bool) {
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// numeric reports whether a cell was meant as a number: any that strconv reads,
// NaN and Inf among them, and any with a decimal comma.
func numeric(cell []byte) bool {
	_, err := strconv.ParseFloat(strings.ReplaceAll(string(cell), ",", ""), 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

// parseCell returns the number in a cell, or what is wrong with it.
func parseCell(cell []byte) (tensor.Float, error) {
	v, err := strconv.ParseFloat(string(cell), tensor.FloatBits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("found %q, too large for float%d", spelling.Clip(string(cell)), tensor.FloatBits)
	case err != nil && numeric(cell):
		return 0, fmt.Errorf("found %q, expected a number with a decimal point and no commas", spelling.Clip(string(cell)))
	case err != nil:
		return 0, fmt.Errorf("found %q, expected a number", spelling.Clip(string(cell)))
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("found %q, expected a finite number (leave the cell empty when there is no value)", spelling.Clip(string(cell)))
	}
	return tensor.Float(v), nil
}

// formatNumber writes a number as a class name: 3, not 3.0 or 3e+00.
func formatNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// className is the class that a cell of a target column belongs to: numbers by
// their value, so that 1 and 1.0 are one class, texts as they are.
func className(cell []byte) string {
	s := string(cell)
	if v, ok := number(s); ok && math.Abs(v) < 1e15 {
		return formatNumber(v + 0) // + 0 turns -0 into 0
	}
	return s
}
