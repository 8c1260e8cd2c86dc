package tensor_test

import (
	"fmt"

	"github.com/ebb-ml/ebb/tensor"
)

func ExampleNew() {
	x := tensor.New(2, 3)
	x.Row(1)[2] = 5
	fmt.Println(x.ShapeString(), x.Data)
	// Output: [2, 3] [0 0 0 0 0 5]
}

func ExampleFrom() {
	x := tensor.From([]tensor.Float{1, 2, 3, 4}, 2, 2)
	fmt.Println(x.Rows(), x.Cols(), x.Row(1))
	// Output: 2 2 [3 4]
}

func ExampleArena() {
	var a tensor.Arena
	for range 3 { // three steps, one block of memory
		a.Reset()
		a.New(64, 10)
		a.New(64, 10)
	}
	fmt.Println(a.Bytes() == 1<<14*tensor.FloatBits/8)
	// Output: true
}

func ExampleNewRNG() {
	a, b := tensor.NewRNG(7, 1), tensor.NewRNG(7, 1)
	fmt.Println(a.Uint64() == b.Uint64(), a.IntN(10) == b.IntN(10))
	// Output: true true
}
