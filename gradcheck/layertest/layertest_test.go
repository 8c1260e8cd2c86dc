package layertest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ebb-ml/ebb/gradcheck/layertest"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// square is the smallest layer of one's own: y = x². It knows nothing of the
// probe and is measured all the same.
type square struct{ x *tensor.Tensor }

func (l *square) Params() []*nn.Param { return nil }

func (l *square) Forward(p *nn.Pass, x *tensor.Tensor) *tensor.Tensor {
	if p.Record {
		l.x = x
	}
	y := p.Arena.Like(x)
	for i, v := range x.Data {
		y.Data[i] = v * v
	}
	return y
}

func (l *square) Backward(p *nn.Pass, dy *tensor.Tensor) *tensor.Tensor {
	dx := p.Arena.Like(dy)
	for i, d := range dy.Data {
		dx.Data[i] = 2 * l.x.Data[i] * d
	}
	return dx
}

func TestOwnLayer(t *testing.T) {
	layertest.Run(t, layertest.Case{
		Name: "square",
		New:  func() nn.Layer { return &square{} },
		In:   []int{4, 3}, Out: []int{4, 3},
	})
}

// broken is a layer y = w·x with one fault.
type broken struct {
	fault string
	w     *nn.Param
	x     *tensor.Tensor
	spare []tensor.Float
}

var made int // layers made so far, for the fault that is never the same twice

func newBroken(fault string) nn.Layer {
	made++
	l := &broken{fault: fault, w: nn.NewParam("weight", 1)}
	l.w.Value.Data[0] = 0.5
	return l
}

func (l *broken) Params() []*nn.Param {
	if l.fault == "save and load" {
		return nil // w is not told of: it stays at its first value in a copy
	}
	return []*nn.Param{l.w}
}

func (l *broken) Forward(p *nn.Pass, x *tensor.Tensor) *tensor.Tensor {
	if p.Record || l.fault == "inference writes nothing" {
		l.x = x
	}
	w := l.w.Value.Data[0]
	if l.fault == "determinism" {
		w += tensor.Float(made)
	}
	if l.fault == "save and load" && p.Train {
		l.w.Value.Data[0] *= 2
	}
	if l.fault == "no allocation" {
		l.spare = make([]tensor.Float, 100)
	}
	y := p.Arena.Like(x)
	for i, v := range x.Data {
		y.Data[i] = w * v
	}
	if l.fault == "shape" {
		return p.Arena.View(y.Data, len(y.Data))
	}
	return y
}

func (l *broken) Backward(p *nn.Pass, dy *tensor.Tensor) *tensor.Tensor {
	dx := p.Arena.Like(dy)
	sum := tensor.Float(0)
	for i, d := range dy.Data {
		sum += d * l.x.Data[i]
		dx.Data[i] = d * l.w.Value.Data[0]
	}
	switch l.fault {
	case "gradients":
		dx.Data[0] *= 1.5
	case "backward adds":
		l.w.Grad.Data[0] = 0
	case "gains telescope":
		p.Reset() // forgets what the chain was measuring
		dy.Data[0] = 0
	}
	l.w.Grad.Data[0] += sum
	return dx
}

// Every check finds the fault that it is there for. The test runs itself with
// the fault in an environment variable, because it has to fail.
func TestFaultsAreFound(t *testing.T) {
	if fault := os.Getenv("LAYERTEST_FAULT"); fault != "" {
		layertest.Run(t, layertest.Case{
			Name: "broken", New: func() nn.Layer { return newBroken(fault) },
			In: []int{4, 3}, Out: []int{4, 3}, Train: true,
		})
		return
	}
	for _, fault := range []string{
		"none", "gradients", "shape", "determinism", "inference writes nothing", "save and load",
		"backward adds", "no allocation", "gains telescope",
	} {
		if fault == "no allocation" && layertest.RaceDetector {
			continue
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestFaultsAreFound$")
		cmd.Env = append(os.Environ(), "LAYERTEST_FAULT="+fault)
		out, err := cmd.CombinedOutput()
		found := strings.Contains(string(out), "--- FAIL: TestFaultsAreFound/broken/"+strings.ReplaceAll(fault, " ", "_"))
		if wantFound := fault != "none"; found != wantFound || (err != nil) != wantFound {
			t.Errorf("fault %q: found %v (%v), want %v:\n%s", fault, found, err, wantFound, out)
		}
	}
}
