package nn

import (
	"math"
	"strings"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Direction is one direction of one layer of a [Recurrent], for those who
// measure it: its recurrent weights, and what the last recorded pass left of
// each step. Steps count in the order in which the direction takes them, so
// that step 0 of one that runs backwards in time is the last of the sequence.
type Direction struct{ core *core }

// Directions returns the layers' directions, in the order of their parameters.
func (l *Recurrent) Directions() []Direction {
	var list []Direction
	for _, cores := range l.layers {
		for _, k := range cores {
			list = append(list, Direction{k})
		}
	}
	return list
}

// Name returns what [Event.Site] ends with where the layer has several
// directions: "l0", "l1_reverse".
func (d Direction) Name() string {
	name := strings.TrimPrefix(d.core.wih.Name, "weight_ih")
	if name == "" {
		return "l0" // of a Cell, whose parameters have no number
	}
	return name[1:]
}

// Reverse reports whether it runs from the last step to the first.
func (d Direction) Reverse() bool { return d.core.reverse }

// Recurrent returns W_hh, [H, gates·H]: h·W_hh is what a step adds for the state
// before it.
func (d Direction) Recurrent() *Param { return d.core.whh }

// Phi returns the kind of a plain cell's activation and sup|φ′|; "" and +Inf for
// a cell with gates.
func (d Direction) Phi() (kind string, sup float64) {
	if c, ok := d.core.cell.(rnnCell); ok {
		return c.phi.name, c.phi.sup
	}
	return "", math.Inf(1)
}

// Steps returns the numbers of steps and rows of the last recorded pass.
func (d Direction) Steps() (steps, batch int) { return d.core.run.steps, d.core.run.batch }

// Kept returns, for row b and unit by unit, what part of the memory step s keeps
// as it is: the forget gate of an LSTM, z of a GRU, nil for a plain cell. It is
// there between Forward and Backward alone, and must not be changed. A row whose
// sequence is over keeps all; that is not told here.
func (d Direction) Kept(s, b int) []tensor.Float {
	h := d.core.h
	switch d.core.cell.(type) {
	case lstmCell, gruCell:
		return d.core.run.gateRow(s, b)[h : 2*h]
	}
	return nil
}

// Term returns ‖h_{s−1}ᵀ·dz_s‖, the Frobenius norm of what step s alone adds to
// the gradient of W_hh, the sum over all steps. It is there after Backward.
//
// A sum of outer products has ‖Σ_b h_b·dz_bᵀ‖² = Σ_bc (h_b·h_c)(dz_b·dz_c): for a
// small batch that is far less work than the sum itself.
func (d Direction) Term(s int) float64 {
	r := &d.core.run
	if r.batch > r.h/2 {
		return d.termMatrix(s)
	}
	sum := 0.0
	for b := range r.batch {
		for c := range b + 1 {
			p := kernel.Dot(r.hRow(s, b), r.hRow(s, c)) * d.dots(s, b, c)
			if c < b {
				p *= 2
			}
			sum += p
		}
	}
	return math.Sqrt(max(sum, 0))
}

// dots returns dz_b·dz_c of the gradients that meet W_hh.
func (d Direction) dots(s, b, c int) float64 {
	r := &d.core.run
	u, v, h := r.gateRow(s, b), r.gateRow(s, c), r.h
	if d.core.cell.rowGates() == d.core.cell.outGates() {
		return kernel.Dot(u, v)
	}
	return kernel.Dot(u[:2*h], v[:2*h]) + kernel.Dot(u[3*h:], v[3*h:])
}

// termMatrix is Term by way of the sum.
func (d Direction) termMatrix(s int) float64 {
	r := &d.core.run
	h, width, row := r.h, r.in+r.h, r.cell.rowGates()*r.h
	x, dz := r.xh[s*r.xhStep+r.in:], r.gates[s*r.gateStep:]
	product := make([]tensor.Float, h*row)
	kernel.Gemm(kernel.TN, h, row, r.batch, x, width, dz, r.gateWidth, product, row, kernel.Epilogue{})
	if row == r.cell.outGates()*h {
		return math.Sqrt(kernel.SumSquares(product))
	}
	sum := 0.0
	for k := range h { // the GRU's third block belongs to W_ih
		p := product[k*row : (k+1)*row]
		sum += kernel.SumSquares(p[:2*h]) + kernel.SumSquares(p[3*h:])
	}
	return math.Sqrt(sum)
}
