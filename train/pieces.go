package train

import "github.com/ebb-ml/ebb/tensor"

// cuts numbers the pieces that things are cut into, one thing after the other.
type cuts struct {
	ends []int // the number of pieces of a thing and those before it
}

func (c *cuts) reset() { c.ends = c.ends[:0] }

// add adds a thing of n pieces.
func (c *cuts) add(n int) { c.ends = append(c.ends, c.total()+n) }

func (c *cuts) total() int {
	if len(c.ends) == 0 {
		return 0
	}
	return c.ends[len(c.ends)-1]
}

// of returns the pieces lo..hi of thing i.
func (c *cuts) of(i int) (lo, hi int) {
	if i > 0 {
		lo = c.ends[i-1]
	}
	return lo, c.ends[i]
}

// find returns which thing a piece belongs to, and its number there.
func (c *cuts) find(piece int) (i, part int) {
	lo, hi := 0, len(c.ends)-1
	for lo < hi {
		if mid := (lo + hi) / 2; c.ends[mid] > piece {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	first, _ := c.of(lo)
	return lo, piece - first
}

// bandScratch is the memory that one goroutine needs for a band.
type bandScratch struct {
	grad, before []tensor.Float
	slots        [][]tensor.Float
}

func (s *bandScratch) gradient(n int) []tensor.Float {
	if cap(s.grad) < n {
		s.grad = make([]tensor.Float, n)
	}
	return s.grad[:n]
}

// weights returns a copy of w.
func (s *bandScratch) weights(w []tensor.Float) []tensor.Float {
	s.before = append(s.before[:0], w...)
	return s.before
}
