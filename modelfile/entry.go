package modelfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ebb-ml/ebb/tensor"
)

// Entry is a tensor in memory that goes to a file and comes back: a parameter
// of a model, or the state that an optimizer keeps for it.
type Entry struct {
	Name  string
	Shape []int // in memory
	Data  []tensor.Float

	// Transposed says that a matrix is kept as [in, out] and written as
	// PyTorch's [out, in].
	Transposed bool
}

// Tensor returns the entry as it is written, its elements as d: F32, or F64, or
// [Exact].
func (e Entry) Tensor(d DType) Tensor {
	data := e.Data
	if e.Transposed {
		data = make([]tensor.Float, len(e.Data))
		transpose(data, e.Data, e.Shape[0], e.Shape[1])
	}
	return Floats(e.Name, d, e.fileShape(), data)
}

// Tensors returns the entries as they are written.
func Tensors(d DType, entries []Entry) []Tensor {
	list := make([]Tensor, len(entries))
	for i, e := range entries {
		list[i] = e.Tensor(d)
	}
	return list
}

// fileShape returns the shape in the file.
func (e Entry) fileShape() []int {
	if !e.Transposed {
		return slices.Clone(e.Shape)
	}
	if len(e.Shape) != 2 {
		panic(fmt.Sprintf("modelfile.Entry: %q is transposed but has shape %s", e.Name, tensor.ShapeString(e.Shape)))
	}
	return []int{e.Shape[1], e.Shape[0]}
}

// LoadInto reads the tensors of file into the Data of the entries. The names
// must be the same on both sides, and so must the shapes; PyTorch's counter
// num_batches_tracked, which changes no output, may be in the file. Otherwise
// the error names what does not fit and no entry is changed.
func LoadInto(file *File, entries []Entry) error {
	var problems []string
	byName := make(map[string]*Tensor, len(file.Tensors))
	for i := range file.Tensors {
		byName[file.Tensors[i].Name] = &file.Tensors[i]
	}
	wanted := make(map[string]bool, len(entries))
	found := make([]*Tensor, len(entries))
	var missing, unexpected []string
	for i, e := range entries {
		wanted[e.Name] = true
		found[i] = byName[e.Name]
		if found[i] == nil {
			missing = append(missing, e.Name)
		} else if want := e.fileShape(); !slices.Equal(found[i].Shape, want) {
			problems = append(problems, fmt.Sprintf("tensor %q has shape %s, the model needs %s",
				e.Name, tensor.ShapeString(found[i].Shape), tensor.ShapeString(want)))
		}
	}
	for _, t := range file.Tensors {
		if !wanted[t.Name] && !strings.HasSuffix("."+t.Name, ".num_batches_tracked") {
			unexpected = append(unexpected, t.Name)
		}
	}
	if missing != nil {
		problems = append(problems, fmt.Sprintf("missing: %s", nameList(missing)))
	}
	if unexpected != nil {
		problems = append(problems, fmt.Sprintf("not in the model: %s", nameList(unexpected)))
	}
	if problems != nil {
		return errors.New(strings.Join(problems, "; "))
	}
	for i, e := range entries {
		if e.Transposed {
			// The file's rows are the columns in memory.
			transpose(e.Data, found[i].Floats(), e.Shape[1], e.Shape[0])
		} else {
			found[i].DType.decode(e.Data, found[i].Data)
		}
	}
	return nil
}

// transpose writes the transpose of src, which is [rows, cols], to dst.
func transpose(dst, src []tensor.Float, rows, cols int) {
	for r := range rows {
		for c := range cols {
			dst[c*rows+r] = src[r*cols+c]
		}
	}
}

// nameList quotes names for a message, the first ten of them.
func nameList(names []string) string {
	const most = 10
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(quoted, ", ") + more
}
