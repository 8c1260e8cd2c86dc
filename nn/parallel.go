package nn

import (
	"fmt"
	"strconv"

	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// Parallel gives its input to several branches and puts their outputs side by
// side: y = [b₁(x), b₂(x), …] along the last dimension. Going backwards each
// branch gets its columns of dy, and their gradients add up.
type Parallel struct {
	branches []Layer
	sites    []string
	params   []*Param
	widths   []int // features of each branch at the last recorded forward
	y        *tensor.Tensor
}

// NewParallel returns the branches side by side. A branch is a layer; use
// [NewSequential] for a branch of several, and [NewIdentity] for one that hands
// the input on. It panics without a branch.
func NewParallel(branches ...Layer) *Parallel {
	if len(branches) == 0 {
		panic("nn.NewParallel: no branches")
	}
	l := &Parallel{branches: branches, widths: make([]int, len(branches))}
	for i, b := range branches {
		l.sites = append(l.sites, "branch_"+strconv.Itoa(i+1))
		l.params = append(l.params, b.Params()...)
	}
	return l
}

func (l *Parallel) Kind() string     { return "parallel" }
func (l *Parallel) Stage() Stage     { return StageParallel }
func (l *Parallel) Params() []*Param { return l.params }

// Children returns the branches.
func (l *Parallel) Children() []Layer { return l.branches }

// Sites returns the site of each branch.
func (l *Parallel) Sites() []string { return l.sites }

// Forward computes all branches. It panics when their outputs differ in more
// than the last dimension.
func (l *Parallel) Forward(p *Pass, x *tensor.Tensor) *tensor.Tensor {
	site, base, width := p.site, len(p.outs), 0
	for i, b := range l.branches {
		p.enter(site, l.sites[i])
		out := b.Forward(p, x)
		if p.Trace != nil {
			p.Trace(p.site, StageParallel, out)
		}
		p.site = site
		p.outs = append(p.outs, out)
		if !sameButLast(out, p.outs[base]) {
			panic(fmt.Sprintf("nn: parallel at %q needs branches that differ in the last dimension only: branch_1 gave %s, %s gave %s",
				site, p.outs[base].ShapeString(), l.sites[i], out.ShapeString()))
		}
		width += out.Cols()
	}
	y := p.LikeRows(p.outs[base], width)
	at := 0
	for i, out := range p.outs[base:] {
		w := out.Cols()
		for r := range out.Rows() {
			copy(y.Row(r)[at:at+w], out.Row(r))
		}
		at += w
		if p.Record {
			l.widths[i] = w
		}
	}
	p.outs = p.outs[:base]
	if p.Record {
		l.y = y
	}
	return y
}

// Backward hands each branch its columns of dy, adds up what comes back, and
// reports every branch as "…/branch_1" and so on.
func (l *Parallel) Backward(p *Pass, dy *tensor.Tensor) *tensor.Tensor {
	p.CheckGradient("parallel", dy, l.y)
	site, at := p.site, 0
	var dx *tensor.Tensor
	for i, b := range l.branches {
		w := l.widths[i]
		db := p.LikeRows(dy, w)
		for r := range dy.Rows() {
			copy(db.Row(r), dy.Row(r)[at:at+w])
		}
		at += w
		p.enter(site, l.sites[i])
		dxb := p.Backward(b, db)
		if dxb != nil && p.InputGrad() {
			p.Report(StageParallel, db, dxb)
			if dx == nil {
				dx = p.Arena.Like(dxb)
				dx.CopyFrom(dxb)
			} else {
				kernel.Add(dx.Data, dxb.Data)
			}
		}
		p.site = site
	}
	return dx
}

// sameButLast reports whether two shapes differ at most in the last dimension.
func sameButLast(a, b *tensor.Tensor) bool {
	if a.Rank() != b.Rank() || a.Rank() == 0 {
		return false
	}
	for i := range a.Rank() - 1 {
		if a.Dim(i) != b.Dim(i) {
			return false
		}
	}
	return true
}
