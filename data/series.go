package data

import (
	"fmt"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

// Series is one or more values over time, at even steps.
type Series struct {
	Name    string
	Columns []string       // names of the values
	Values  *tensor.Tensor // [L, columns], oldest first; NaN where a value is missing
	Target  int            // the column whose next value is to be predicted
}

// Windows makes an example of every window of past steps: X is [N, window,
// columns], the steps i..i+window-1, and Y, [N, 1], the target column at step
// i+window; N is L − window when nothing is missing. They are in the order of
// time, and [Split] holds the last ones out.
//
// A missing input takes the last value before it, so that only the past fills a
// gap; before the first value it stays NaN, for the [Scaler] to fill. A window
// whose target is missing is left out and counted in Dropped.
func (s *Series) Windows(window int) (*Dataset, error) { return s.windows(window, true) }

// windows leaves the targets out unless labelled; then the last window, whose
// target is still to come, is there too.
func (s *Series) windows(window int, labelled bool) (*Dataset, error) {
	steps, width := s.Values.Dim(0), s.Values.Dim(1)
	n := steps - window + 1
	if labelled {
		n--
	}
	switch {
	case window < 1:
		return nil, fmt.Errorf("window: got %d, expected at least 1 past step", window)
	case n < 1 && labelled:
		return nil, fmt.Errorf("window: got %d past steps, and %s has %d rows: expected at most %d, as the row after a window is its target", window, s.Name, steps, steps-1)
	case n < 1:
		return nil, fmt.Errorf("window: the model needs %d past steps, and %s has %d rows", window, s.Name, steps)
	}
	if err := checkValues(s.Name, n, window*width); err != nil {
		return nil, err
	}
	d := &Dataset{
		Name: s.Name, Task: Regression, Layout: Sequences, Window: window,
		Features: s.Columns, Targets: []string{s.Columns[s.Target]},
	}
	starts := make([]int, 0, n)
	for i := range n {
		if labelled {
			if y := s.Values.Row(i + window)[s.Target]; y != y {
				d.Dropped++
				continue
			}
		}
		starts = append(starts, i)
	}
	if len(starts) == 0 {
		return nil, fmt.Errorf("%s: no window of %d steps has a value of %q after it", s.Name, window, spelling.Clip(s.Columns[s.Target]))
	}
	filled, missing := s.carried()
	d.Missing = missing
	d.X = tensor.New(len(starts), window, width)
	if labelled {
		d.Y = tensor.New(len(starts), 1)
	}
	size := window * width
	for i, start := range starts {
		copy(d.X.Data[i*size:(i+1)*size], filled[start*width:start*width+size])
		if labelled {
			d.Y.Data[i] = s.Values.Row(start + window)[s.Target]
		}
	}
	return d, nil
}

// carried returns the values with each gap filled by the value before it, and
// the number of gaps.
func (s *Series) carried() (filled []tensor.Float, missing int) {
	width := s.Values.Dim(1)
	filled = append([]tensor.Float(nil), s.Values.Data...)
	for i, v := range filled {
		if v == v {
			continue
		}
		missing++
		if i >= width {
			filled[i] = filled[i-width]
		}
	}
	return filled, missing
}

// withoutTime leaves the first column out when it counts the time: whole numbers
// that grow from row to row, such as a year or a date, and not the target. What
// only grows tells nothing about the next step, and in the held-out part it lies
// outside of all that was trained on.
func (s *Series) withoutTime() *Series {
	width := s.Values.Dim(1)
	if s.Target == 0 || width < 2 {
		return s
	}
	for i := range s.Values.Dim(0) {
		v := s.Values.Row(i)[0]
		if v != tensor.Float(int64(v)) {
			return s
		}
		// Beyond 2²⁴ a float32 can't tell all whole numbers apart.
		if before := s.Values.Row(max(i-1, 0))[0]; i > 0 && !(v > before || v == before && v >= 1<<24) {
			return s
		}
	}
	out := &Series{Name: s.Name, Columns: s.Columns[1:], Target: s.Target - 1, Values: tensor.New(s.Values.Dim(0), width-1)}
	for i := range out.Values.Dim(0) {
		copy(out.Values.Row(i), s.Values.Row(i)[1:])
	}
	return out
}

// dataset makes windows and their schema as the options say.
func (s *Series) dataset(opt Options) (*Dataset, *Schema, error) {
	if opt.Task == AsClassification {
		return nil, nil, fmt.Errorf("%s: the next value of %q is a number, and the task is a classification", s.Name, spelling.Clip(s.Columns[s.Target]))
	}
	d, err := s.Windows(opt.Window)
	if err != nil {
		return nil, nil, err
	}
	return d, schemaOf(d, -1), nil
}
