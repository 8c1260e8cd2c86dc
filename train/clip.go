package train

import (
	"github.com/ebb-ml/ebb/internal/kernel"
	"github.com/ebb-ml/ebb/tensor"
)

// clip limits the gradient's elements, then its norm.
func (s *Stepper) clip() {
	norm := s.gradient
	if s.ClipValue > 0 {
		for _, p := range s.params {
			if p.Grad != nil {
				kernel.Clamp(p.Grad.Data, tensor.Float(s.ClipValue))
			}
		}
		norm = gradientNorm(s.params)
	}
	if s.ClipNorm > 0 && norm > s.ClipNorm {
		scale := tensor.Float(s.ClipNorm / norm)
		for _, p := range s.params {
			if p.Grad != nil {
				kernel.Scale(p.Grad.Data, scale)
			}
		}
	}
}
