package train_test

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
	"github.com/ebb-ml/ebb/train"
)

// A row's prediction is the same bits alone, in any batch, and beside other
// goroutines that predict with the same model.
func TestPredictorIsTheSameForEveryBatch(t *testing.T) {
	for name, model := range map[string]nn.Layer{"mixed": mixed(), "wide": formulaNetwork([]int{8, 600, 600, 3})} {
		d := clusters(300, 4)
		want := train.Predict(model, d.X)
		p := train.NewPredictor(model)
		var all sync.WaitGroup
		for _, batch := range []int{1, 3, 17, 64, 300} {
			all.Go(func() {
				got := tensor.New(batch, 3)
				for lo := 0; lo+batch <= 300; lo += batch {
					p.Predict(got, tensor.From(d.X.Data[lo*8:(lo+batch)*8], batch, 8))
					for i, v := range got.Data {
						if v != want.Data[lo*3+i] {
							t.Errorf("%s: row %d in a batch of %d: %v, expected %v", name, lo+i/3, batch, v, want.Data[lo*3+i])
							return
						}
					}
				}
			})
		}
		all.Wait()
	}
}

func TestPredictorAllocatesNothing(t *testing.T) {
	p := train.NewPredictor(formulaNetwork([]int{784, 256, 128, 10}))
	for _, rows := range []int{1, 64, 300} {
		x, dst := tensor.New(rows, 784), tensor.New(rows, 10)
		p.Predict(dst, x)
		if n := testing.AllocsPerRun(20, func() { p.Predict(dst, x) }); n != 0 {
			t.Errorf("%d rows: %v allocations", rows, n)
		}
	}
}

func TestPredictorRefusesAWrongShape(t *testing.T) {
	defer func() {
		if msg := fmt.Sprint(recover()); !strings.Contains(msg, "[4, 3]") || !strings.Contains(msg, "[5, 8]") {
			t.Errorf("got %q, expected both shapes", msg)
		}
	}()
	train.NewPredictor(mixed()).Predict(tensor.New(4, 3), tensor.New(5, 8))
}

func BenchmarkPredict(b *testing.B) {
	model := formulaNetwork([]int{784, 256, 128, 10})
	for _, threads := range []int{1, 2} {
		for _, rows := range []int{1, 64, 1024} {
			b.Run(fmt.Sprintf("rows%d/threads%d", rows, threads), func(b *testing.B) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
				p := train.NewPredictor(model)
				x, dst := tensor.New(rows, 784), tensor.New(rows, 10)
				for i := range x.Data {
					x.Data[i] = tensor.Float(math.Sin(float64(i)))
				}
				b.ReportAllocs()
				for b.Loop() {
					p.Predict(dst, x)
				}
			})
		}
	}
}
