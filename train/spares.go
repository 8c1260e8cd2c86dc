package train

import "sync"

// spares lends what a goroutine needs for itself, one to each at a time. It never
// gives memory back, unlike a sync.Pool, which every garbage collection empties.
type spares[T any] struct {
	make func() *T
	mu   sync.Mutex
	free []*T
}

// take returns a T that nobody else has.
func (s *spares[T]) take() *T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		t := s.free[n-1]
		s.free = s.free[:n-1]
		return t
	}
	return s.make()
}

func (s *spares[T]) give(t *T) {
	s.mu.Lock()
	s.free = append(s.free, t)
	s.mu.Unlock()
}
