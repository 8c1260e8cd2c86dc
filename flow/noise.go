package flow

import (
	"encoding/json"
	"math"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

// Noise measures how much of the gradient is the same from one mini-batch to
// the next. Call Observe at each step when the gradients are complete, as
// before the update; Mark begins an interval. It keeps one number for each
// weight and goes over the gradients twice, so it is for an interval such as
// the last epoch rather than for the whole run.
//
// Over the n steps of the interval let g_i be one parameter's gradients and ḡ
// their mean. Then
//
//	Noise  = (Σ‖g_i‖² − n‖ḡ‖²) / (n−1)    the trace of their covariance
//	Signal = ‖ḡ‖² − Noise/n               the squared norm of the true gradient
//
// are without bias as long as the weights move little in the interval, and
// Ratio = Signal/Noise. With batches of B examples, B/Ratio is the simple noise
// scale tr(Σ)/‖G‖² of McCandlish et al. 2018 (An Empirical Model of Large-Batch
// Training, equation 2.9 and appendix A): the batch size from which on a larger
// one saves hardly any steps. With 32-bit floats a noise below 1e-6 of the signal
// is lost in rounding.
type Noise struct {
	params  []nn.NamedParam
	sum     [][]tensor.Float // Σ g
	squares []float64        // Σ ‖g‖²
	steps   int
}

// SignalToNoise is the measurement of one parameter.
type SignalToNoise struct {
	Name   string
	Where  string
	Steps  int
	Signal float64 // ‖G‖²; its estimate may be below 0 where Noise is far larger; NaN before two steps
	Noise  float64 // variance of the mini-batch gradient, summed over the elements; NaN before two steps
	Ratio  float64 // Signal/Noise, not below 0; +Inf without noise, NaN where there is no gradient at all
}

// NewNoise returns the measurement of the trained parameters of a model; the
// interval begins now.
func NewNoise(model nn.Layer) *Noise {
	n := &Noise{}
	for _, p := range nn.Named(model) {
		if p.Grad != nil {
			n.params = append(n.params, p)
			n.sum = append(n.sum, make([]tensor.Float, p.Grad.Len()))
		}
	}
	n.squares = make([]float64, len(n.params))
	return n
}

// Mark begins a new interval.
func (n *Noise) Mark() {
	n.steps = 0
	clear(n.squares)
	for _, s := range n.sum {
		clear(s)
	}
}

// Observe takes the gradients of one step. It allocates nothing.
func (n *Noise) Observe() {
	n.steps++
	for i := range n.params {
		g := n.params[i].Grad.Data
		kernel.Add(n.sum[i], g)
		n.squares[i] += kernel.SumSquares(g)
	}
}

// Rows returns the measurement of each parameter, in the order of nn.Named.
func (n *Noise) Rows() []SignalToNoise {
	rows := make([]SignalToNoise, len(n.params))
	steps := float64(n.steps)
	for i, p := range n.params {
		row := SignalToNoise{Name: p.Name, Where: p.Site, Steps: n.steps, Signal: math.NaN(), Noise: math.NaN(), Ratio: math.NaN()}
		if n.steps > 1 {
			mean := kernel.SumSquares(n.sum[i]) / (steps * steps) // ‖ḡ‖²
			row.Noise = max(0, (n.squares[i]-steps*mean)/(steps-1))
			row.Signal = mean - row.Noise/steps
			row.Ratio = max(0, row.Signal) / row.Noise
		}
		rows[i] = row
	}
	return rows
}

// MarshalJSON writes null for what is not finite.
func (s SignalToNoise) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name   string `json:"name"`
		Where  string `json:"where"`
		Steps  int    `json:"steps"`
		Signal Number `json:"signal"`
		Noise  Number `json:"noise"`
		Ratio  Number `json:"ratio"`
	}{s.Name, s.Where, s.Steps, Number(s.Signal), Number(s.Noise), Number(s.Ratio)})
}
