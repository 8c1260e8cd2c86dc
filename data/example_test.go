package data_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/tensor"
)

func Example() {
	train, _, schema, err := data.Open(data.Source{Path: "penguins"}, data.Options{Target: "body_mass_g"})
	if err != nil {
		log.Fatal(err)
	}
	train, held, err := data.Split(train, 0.2, 1)
	if err != nil {
		log.Fatal(err)
	}
	schema.Scaler = data.FitScaler(train, true)
	schema.Scaler.Apply(train)
	schema.Scaler.Apply(held)
	batches, err := data.NewBatcher(train, 32, 1)
	if err != nil {
		log.Fatal(err)
	}
	x, y, _ := batches.Next()
	fmt.Println(train.Task, x.ShapeString(), y.ShapeString(), batches.Len(), held.Len())
	// Output: regression [32, 11] [32, 1] 9 68
}

func ExampleBuiltIn() {
	for _, set := range data.BuiltIn() {
		fmt.Println(set.Name, set.Rows, set.Columns, set.Task)
	}
	// Output:
	// adding 2000 2 regression
	// co2 2225 1 regression
	// copy 2000 10 classification
	// digits 1797 64 classification
	// latch 2000 1 classification
	// penguins 344 6 classification
	// sine 2000 1 regression
	// sunspots 309 1 regression
	// temporal_order 2000 6 classification
	// two_spirals 400 2 classification
	// xor 4 2 classification
}

func ExampleLoad() {
	d, _, err := data.Load("digits", data.Options{})
	fmt.Println(d.X.ShapeString(), d.Y.ShapeString(), d.Classes, err)
	// Output: [1797, 64] [1797] [0 1 2 3 4 5 6 7 8 9] <nil>
}

func ExampleParseCSV() {
	table := "height,colour,kind\n1.5,red,oak\n,blue,elm\n2,red,elm\n"
	d, _, err := data.ParseCSV(strings.NewReader(table), "trees.csv", data.Options{Target: "kind"})
	fmt.Println(d.Features, d.Classes, d.Y.Data, d.Missing, err)
	_, _, err = data.ParseCSV(strings.NewReader("age,y\n1,2\n2,3\nabc,4\n"), "table.csv", data.Options{Target: "y"})
	fmt.Println(err)
	// Output:
	// [height colour=blue colour=red] [elm oak] [1 0 0] 1 <nil>
	// table.csv:4: column "age": found "abc", expected a number
}

func ExampleFitScaler() {
	d := &data.Dataset{Task: data.Classification, X: tensor.From([]tensor.Float{1, 3, 5, 3}, 2, 2)}
	s := data.FitScaler(d, true)
	s.Apply(d)
	fmt.Println(s.Mean, s.Std, d.X.Data)
	// Output: [3 3] [2 1] [-1 0 1 0]
}

func ExampleSplit() {
	d, _, _ := data.Load("digits", data.Options{})
	train, held, err := data.Split(d, 0.2, 1)
	fmt.Println(train.Len(), held.Len(), err)
	// Output: 1438 359 <nil>
}

func ExampleNewBatcher() {
	d, _, _ := data.Load("xor", data.Options{})
	b, err := data.NewBatcher(d, 3, 1)
	if err != nil {
		log.Fatal(err)
	}
	for {
		x, y, ok := b.Next()
		if !ok {
			break
		}
		fmt.Println(x.ShapeString(), y.ShapeString())
	}
	// Output:
	// [3, 2] [3]
	// [1, 2] [1]
}

func ExampleNewOrderedBatcher() {
	d, _, _ := data.Load("xor", data.Options{})
	b, err := data.NewOrderedBatcher(d, 2)
	x, _, _ := b.Next()
	fmt.Println(x.Data, err)
	// Output: [0 0 0 1] <nil>
}

func ExampleTwoSpirals() {
	d, err := data.TwoSpirals(100, 7)
	fmt.Println(d.X.ShapeString(), d.Classes, err)
	// Output: [100, 2] [0 1] <nil>
}
