package modelfile_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ebb-ml/ebb/modelfile"
	"github.com/ebb-ml/ebb/tensor"
)

func ExampleWriteFile() {
	dir, err := os.MkdirTemp("", "ebb")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.safetensors")
	weights := modelfile.Tensors(modelfile.F32, []modelfile.Entry{
		{Name: "0.weight", Shape: []int{2, 3}, Data: []tensor.Float{1, 2, 3, 4, 5, 6}, Transposed: true},
	})
	fmt.Println(modelfile.WriteFile(path, map[string]string{"format": "pt"}, weights))
	file, err := modelfile.Read(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range file.Tensors {
		fmt.Println(t.Name, t.DType, t.Shape, t.Floats()) // PyTorch's [out, in]
	}
	// Output:
	// <nil>
	// 0.weight F32 [3 2] [1 4 2 5 3 6]
}

func ExampleRead() {
	dir, err := os.MkdirTemp("", "ebb")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "state.safetensors")
	if err := modelfile.WriteFile(path, nil, []modelfile.Tensor{
		modelfile.Ints("optimizer.step", 7),
		modelfile.Floats("model.bias", modelfile.F64, []int{2}, []tensor.Float{0.5, 0.25}),
	}); err != nil {
		fmt.Println(err)
	}
	file, err := modelfile.Read(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	step, err := file.Tensor("optimizer.step").Ints()
	fmt.Println(step, err)
	fmt.Println(file.Sub("model.").Tensor("bias").Floats())
	// Output:
	// [7] <nil>
	// [0.5 0.25]
}

func ExampleWriteAtomic() {
	dir, err := os.MkdirTemp("", "ebb")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "run.json")
	write := func(text string, failure error) error {
		return modelfile.WriteAtomic(path, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, failure)
		})
	}
	fmt.Println(write("the first", nil))
	fmt.Println(write("half of the sec", errors.New("no more paper")) != nil)
	kept, err := os.ReadFile(path)
	fmt.Println(string(kept), err)
	// Output:
	// <nil>
	// true
	// the first <nil>
}
