package kernel

import "math"

// One step of the gated recurrent cells, for some rows of the batch. A row of
// gates has the gates side by side, H elements each.

// CellRows says how the rows of a step's matrices lie: N rows of H units.
type CellRows struct {
	N, H   int
	Gates  int // from one row of gates to the next, at least 4·H
	States int // from one hidden state to the next; all else has no gaps
}

// LSTMForward turns the pre-activations of the gates i, f, g, o into the gates,
// in place, and computes
//
//	c = f·before + i·g,   tc = tanh c,   h = o·tc.
//
// before may be c itself.
func LSTMForward(r CellRows, gates, before, c, tc, h []Float) {
	for row := range r.N {
		i, f, g, o := r.gates(gates, row)
		to := r.state(h, row)
		active.lstmForward(i, f, g, o, r.compact(before, row), r.compact(c, row), r.compact(tc, row), to)
	}
}

// LSTMBackward turns the gates into the gradients of their pre-activations, in
// place, given dh = ∂J/∂h and dc, the gradient that c has from the step after;
// dc becomes that of before.
//
//	dc += dh·o·(1−tc²)
//	do = dh·tc·o(1−o),  di = dc·g·i(1−i),  df = dc·before·f(1−f),  dg = dc·i·(1−g²)
//	dc = dc·f
func LSTMBackward(r CellRows, gates, before, tc, dh, dc []Float) {
	for row := range r.N {
		i, f, g, o := r.gates(gates, row)
		active.lstmBackward(i, f, g, o, r.compact(before, row), r.compact(tc, row), r.compact(dh, row), r.compact(dc, row))
	}
}

// GRUForward turns the pre-activations of the gates r and z and of the two
// parts of n, of the input and of the hidden state, into r, z and n; the fourth
// part stays what it is. Then h = (1−z)·n + z·before, with n = tanh(nx + r·nh).
func GRUForward(r CellRows, gates, before, h []Float) {
	for row := range r.N {
		a, z, nx, nh := r.gates(gates, row)
		active.gruForward(a, z, nx, nh, r.state(before, row), r.state(h, row))
	}
}

// GRUBackward turns r, z, n, nh into the gradients of the four pre-activations,
// in place, and dh = ∂J/∂h into the part of ∂J/∂before that does not go through
// them, z·dh.
//
//	dz = dh·(before−n)·z(1−z),  dnx = dh·(1−z)·(1−n²),  dr = dnx·nh·r(1−r),  dnh = dnx·r
func GRUBackward(r CellRows, gates, before, dh []Float) {
	for row := range r.N {
		a, z, n, nh := r.gates(gates, row)
		active.gruBackward(a, z, n, nh, r.state(before, row), r.compact(dh, row))
	}
}

func (r *CellRows) gates(v []Float, row int) (a, b, c, d []Float) {
	h := r.H
	v = v[row*r.Gates : row*r.Gates+4*h]
	return v[:h], v[h : 2*h], v[2*h : 3*h], v[3*h : 4*h]
}

func (r *CellRows) state(v []Float, row int) []Float { return v[row*r.States : row*r.States+r.H] }

func (r *CellRows) compact(v []Float, row int) []Float { return v[row*r.H : row*r.H+r.H] }

// recurrentLoops are the machine's steps of the cells. All slices are of one
// length.
type recurrentLoops struct {
	lstmForward  func(i, f, g, o, before, c, tc, h []Float)
	lstmBackward func(i, f, g, o, before, tc, dh, dc []Float)
	gruForward   func(r, z, nx, nh, before, h []Float)
	gruBackward  func(r, z, n, nh, before, dh []Float)
}

var goRecurrent = recurrentLoops{lstmForwardGo, lstmBackwardGo, gruForwardGo, gruBackwardGo}

func lstmForwardGo(i, f, g, o, before, c, tc, h []Float) {
	for k := range h {
		a, b, d, e := squash(i[k]), squash(f[k]), tanh(g[k]), squash(o[k])
		i[k], f[k], g[k], o[k] = a, b, d, e
		s := b*before[k] + a*d
		t := tanh(s)
		c[k], tc[k], h[k] = s, t, e*t
	}
}

func lstmBackwardGo(i, f, g, o, before, tc, dh, dc []Float) {
	for k, d := range dh {
		a, b, q, e, t := i[k], f[k], g[k], o[k], tc[k]
		s := dc[k] + d*e*(1-t*t)
		o[k] = d * t * (e * (1 - e))
		i[k] = s * q * (a * (1 - a))
		f[k] = s * before[k] * (b * (1 - b))
		g[k] = s * a * (1 - q*q)
		dc[k] = s * b
	}
}

func gruForwardGo(r, z, nx, nh, before, h []Float) {
	for k := range h {
		a, b := squash(r[k]), squash(z[k])
		n := tanh(nx[k] + a*nh[k])
		r[k], z[k], nx[k] = a, b, n
		h[k] = (1-b)*n + b*before[k]
	}
}

func gruBackwardGo(r, z, n, nh, before, dh []Float) {
	for k, d := range dh {
		a, b, q := r[k], z[k], n[k]
		dn := d * (1 - b) * (1 - q*q)
		r[k] = dn * nh[k] * (a * (1 - a))
		z[k] = d * (before[k] - q) * (b * (1 - b))
		n[k], nh[k] = dn, dn*a
		dh[k] = d * b
	}
}

func squash(v Float) Float { return Float(sigmoid(float64(v))) }

func tanh(v Float) Float { return Float(math.Tanh(float64(v))) }
