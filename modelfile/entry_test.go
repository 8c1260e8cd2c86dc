package modelfile_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/modelfile"
	"github.com/ebb-ml/ebb/tensor"
)

func entries() []modelfile.Entry {
	return []modelfile.Entry{
		{Name: "0.weight", Shape: []int{3, 2}, Data: []tensor.Float{1, 2, 3, 4, 5, 6}, Transposed: true},
		{Name: "0.bias", Shape: []int{2}, Data: []tensor.Float{7, 8}},
	}
}

func TestEntriesGoAndComeBack(t *testing.T) {
	list := modelfile.Tensors(modelfile.Exact(), entries())
	if got := list[0].Floats(); !slices.Equal(got, []tensor.Float{1, 3, 5, 2, 4, 6}) || !slices.Equal(list[0].Shape, []int{2, 3}) {
		t.Fatalf("not transposed: %v %v", list[0].Shape, got)
	}
	list = append(list, modelfile.Ints("1.num_batches_tracked", 3))
	back := entries()
	for _, e := range back {
		clear(e.Data)
	}
	if err := modelfile.LoadInto(&modelfile.File{Tensors: list}, back); err != nil {
		t.Fatal(err)
	}
	for i, e := range entries() {
		if !slices.Equal(back[i].Data, e.Data) {
			t.Errorf("%s: %v", e.Name, back[i].Data)
		}
	}
}

func TestLoadIntoChangesNothingUnlessAllFits(t *testing.T) {
	list := modelfile.Tensors(modelfile.F32, entries())
	list[1].Name = "0.b"
	other := entries()
	other[0].Shape = []int{2, 3}
	clear(other[0].Data)
	err := modelfile.LoadInto(&modelfile.File{Tensors: list}, other)
	for _, want := range []string{`"0.weight" has shape [2, 3], the model needs [3, 2]`, `missing: "0.bias"`, `not in the model: "0.b"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
	if other[0].Data[0] != 0 {
		t.Error("an entry was changed")
	}
}

func TestSubTakesAPrefixAway(t *testing.T) {
	f := &modelfile.File{Tensors: []modelfile.Tensor{modelfile.Ints("optimizer.t", 1), modelfile.Ints("model.t", 2)}}
	if s := f.Sub("model."); len(s.Tensors) != 1 || s.Tensor("t") == nil {
		t.Errorf("%v", s)
	}
}

func ExampleWrite() {
	var file bytes.Buffer
	w := modelfile.Floats("0.weight", modelfile.F32, []int{1, 2}, []tensor.Float{0.5, -1})
	if err := modelfile.Write(&file, map[string]string{"format": "pt"}, []modelfile.Tensor{w}); err != nil {
		fmt.Println(err)
	}
	back, err := modelfile.Parse(file.Bytes())
	fmt.Println(back.Metadata["format"], back.Tensor("0.weight").Shape, back.Tensor("0.weight").Floats(), err)
	// Output: pt [1 2] [0.5 -1] <nil>
}

func ExampleLoadInto() {
	file := &modelfile.File{Tensors: []modelfile.Tensor{
		modelfile.Floats("weight", modelfile.F32, []int{2, 1}, []tensor.Float{3, 4}), // PyTorch's [out, in]
	}}
	w := tensor.New(1, 2) // [in, out]
	err := modelfile.LoadInto(file, []modelfile.Entry{{Name: "weight", Shape: w.Shape(), Data: w.Data, Transposed: true}})
	fmt.Println(w.Data, err)
	// Output: [3 4] <nil>
}
