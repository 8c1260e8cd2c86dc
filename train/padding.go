package train

import "github.com/ebb-ml/ebb/tensor"

// pack returns the rows of t, [T, B, …], that are not padding: t before
// lengths[b] in row b of the batch, step by step. The result, [n, …], is of the
// arena a. A mean over it is one over the real steps alone.
func pack(a *tensor.Arena, t *tensor.Tensor, lengths []int) *tensor.Tensor {
	var dims [tensor.MaxRank]int
	rank := copy(dims[:], t.Shape())
	steps, batch, width := dims[0], dims[1], 1
	for _, n := range dims[2:rank] {
		width *= n
	}
	dims[1] = 0
	for _, n := range lengths {
		dims[1] += min(n, steps)
	}
	out := a.New(dims[1:rank]...)
	at := 0
	for s := range steps {
		for b := range batch {
			if s < lengths[b] {
				from := (s*batch + b) * width
				at += copy(out.Data[at:], t.Data[from:from+width])
			}
		}
	}
	return out
}

// unpack puts the rows of packed, which [pack] made, back to their places in dst,
// and zeros to the padding.
func unpack(dst, packed *tensor.Tensor, lengths []int) {
	steps, batch := dst.Dim(0), dst.Dim(1)
	width := dst.Len() / max(steps*batch, 1)
	at := 0
	for s := range steps {
		for b := range batch {
			row := dst.Data[(s*batch+b)*width : (s*batch+b+1)*width]
			if s < lengths[b] {
				at += copy(row, packed.Data[at:])
			} else {
				clear(row)
			}
		}
	}
}
