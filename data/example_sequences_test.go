package data_test

import (
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/ebb-ml/ebb/data"
	"github.com/ebb-ml/ebb/tensor"
)

// Sequences go through the same steps as rows; their batches are time-major.
func ExampleBatcher_NextBatch() {
	all, _, schema, err := data.Open(data.Source{Path: "co2"}, data.Options{Window: 52})
	if err != nil {
		log.Fatal(err)
	}
	train, held, err := data.Split(all, 0.2, 1) // by time
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
	b, _ := batches.NextBatch()
	fmt.Println(b.X.ShapeString(), b.Y.ShapeString(), b.Rows, b.Lengths == nil, b.First)
	// Output: [52, 32, 1] [32, 1] 32 true true
}

func ExampleDataset_Batch() {
	d, err := data.CopyMemory(5, 100, 1)
	if err != nil {
		log.Fatal(err)
	}
	var arena tensor.Arena
	for lo := 0; lo < d.Len(); lo += 64 {
		arena.Reset()
		b := d.Batch(&arena, lo, min(lo+64, d.Len()))
		fmt.Println(b.X.ShapeString(), b.Y.ShapeString(), b.Count())
	}
	// Output:
	// [25, 64, 10] [25, 64] 1600
	// [25, 36, 10] [25, 36] 900
}

func ExampleAdding() {
	d, err := data.Adding(100, 4000, 1)
	loss := 0.0
	for _, y := range d.Y.Data {
		loss += float64(y-1) * float64(y-1) / 4000
	}
	fmt.Printf("%s %s, who answers 1 has an error of %.2f, %v\n", d.X.ShapeString(), d.Features, loss, err)
	// Output: [4000, 100, 2] [value marker], who answers 1 has an error of 0.17, <nil>
}

func ExampleTemporalOrder() {
	d, err := data.TemporalOrder(60, 1000, 1)
	fmt.Println(d.X.ShapeString(), d.Features, d.Classes, err)
	// Output: [1000, 60, 6] [A B c d e f] [AA AB BA BB] <nil>
}

func ExampleCopyMemory() {
	d, err := data.CopyMemory(100, 1000, 1)
	fmt.Println(d.X.ShapeString(), d.Y.ShapeString(), err)
	fmt.Printf("without memory the cross entropy is %.4f\n", 10*math.Log(8)/120)
	// Output:
	// [1000, 120, 10] [1000, 120] <nil>
	// without memory the cross entropy is 0.1733
}

func ExampleLatch() {
	d, err := data.Latch(60, 1000, 1)
	fmt.Println(d.X.ShapeString(), d.Y.Data[:4], err)
	// Output: [1000, 60, 1] [0 1 0 1] <nil>
}

func ExampleSine() {
	d, err := data.Sine(32, 500, 1)
	fmt.Println(d.X.ShapeString(), d.Y.ShapeString(), d.Window, err)
	// Output: [500, 32, 1] [500, 1] 32 <nil>
}

func ExampleSeries_Windows() {
	s := &data.Series{
		Name: "tide", Columns: []string{"level"},
		Values: tensor.From([]tensor.Float{1, 2, 4, 3, 1}, 5, 1),
	}
	d, err := s.Windows(3)
	fmt.Println(d.X.ShapeString(), d.X.Data, d.Y.Data, err)
	_, err = s.Windows(5)
	fmt.Println(err)
	// Output:
	// [2, 3, 1] [1 2 4 2 4 3] [3 1] <nil>
	// window: got 5 past steps, and tide has 5 rows: expected at most 4, as the row after a window is its target
}

func ExampleReadSeries() {
	dir, err := os.MkdirTemp("", "ebb")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "weather.csv")
	if err := os.WriteFile(path, []byte("day,rain,wind\n2024-01-01,3,5.5\n2024-01-02,0,4\n2024-01-03,,7\n"), 0o666); err != nil {
		log.Fatal(err)
	}
	s, err := data.ReadSeries(path, data.Options{Target: "rain"})
	fmt.Println(s.Columns, s.Target, s.Values.ShapeString(), err)
	// Output: [rain wind] 0 [3, 2] <nil>
}

func ExampleParseText() {
	d, _, err := data.ParseText(strings.NewReader("밀물과 썰물"), "tide.txt")
	fmt.Printf("%q %v %v %v\n", d.Classes, d.X.Data, d.Y.Data, err)
	_, _, err = data.ParseText(strings.NewReader("tide\xff"), "tide.txt")
	fmt.Println(err)
	// Output:
	// [" " "과" "물" "밀" "썰"] [3 2 1 0 4] [2 1 0 4 2] <nil>
	// tide.txt: byte 4 (0xff) is not UTF-8: save the text as UTF-8
}

func ExampleSchema_Vocabulary() {
	_, schema, err := data.ParseText(strings.NewReader("밀물과 썰물"), "tide.txt")
	if err != nil {
		log.Fatal(err)
	}
	v, err := schema.Vocabulary()
	if err != nil {
		log.Fatal(err)
	}
	ids, err := v.Encode("물과 물")
	fmt.Println(ids, v.Decode(ids), err)
	_, err = v.Encode("강물")
	fmt.Println(err)
	// Output:
	// [2 1 0 2] 물과 물 <nil>
	// the text the model was trained on did not have '강' (U+AC15)
}

func ExampleSchema_FromText() {
	_, schema, err := data.ParseText(strings.NewReader("to be or not to be"), "hamlet.txt")
	if err != nil {
		log.Fatal(err)
	}
	d, err := schema.FromText("to ")
	var arena tensor.Arena
	fmt.Println(d.Batch(&arena, 0, d.Len()).X.ShapeString(), err)
	// Output: [3, 1] <nil>
}

func ExampleNewStreamBatcher() {
	d, _, err := data.ParseText(strings.NewReader("abcdefghijklm"), "abc.txt")
	if err != nil {
		log.Fatal(err)
	}
	batches, err := data.NewStreamBatcher(d, 2, 4)
	if err != nil {
		log.Fatal(err)
	}
	for {
		b, ok := batches.NextBatch()
		if !ok {
			break
		}
		fmt.Println(b.X.ShapeString(), b.X.Data, b.First)
	}
	// Output:
	// [4, 2] [0 6 1 7 2 8 3 9] true
	// [2, 2] [4 10 5 11] false
}
