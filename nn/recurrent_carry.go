package nn

import (
	"fmt"
	"strconv"

	"github.com/ebb-ml/ebb/tensor"
)

// Carried is a part of a [State] under a name, for a file.
type Carried struct {
	Name  string         // "1.hidden_l0", "1.cell_l0": the module and the layer in it
	Value *tensor.Tensor // [B, hidden]
}

// CopyFrom makes s what o is. Both belong to the same model.
func (s *State) CopyFrom(o *State) {
	s.Reset()
	for k, from := range o.cores {
		c := s.at(k)
		c.h, c.c = append(c.h, from.h...), append(c.c, from.c...)
	}
}

func (s *State) at(k *core) *coreState {
	c := s.cores[k]
	if c == nil {
		c = &coreState{}
		s.cores[k] = c
	}
	return c
}

// Carried returns copies of what s carries for the layers of the model, in their
// order; nothing for a state of zeros.
func (s *State) Carried(model Layer) []Carried {
	var list []Carried
	eachCore(model, "", func(k *core, prefix, suffix string) {
		c := s.cores[k]
		if c == nil || len(c.h) == 0 {
			return
		}
		add := func(name string, v []tensor.Float) {
			v = append([]tensor.Float(nil), v...)
			list = append(list, Carried{prefix + name + suffix, tensor.From(v, len(v)/k.h, k.h)})
		}
		add("hidden", c.h)
		if k.cell.carriesCell() {
			add("cell", c.c)
		}
	})
	return list
}

// SetCarried makes s what [State.Carried] returned, for the same model or one
// like it. The error names what is missing or has another shape; s is then zeros.
func (s *State) SetCarried(model Layer, list []Carried) (err error) {
	s.Reset()
	values := map[string]*tensor.Tensor{}
	for _, c := range list {
		values[c.Name] = c.Value
	}
	eachCore(model, "", func(k *core, prefix, suffix string) {
		take := func(name string) []tensor.Float {
			v := values[prefix+name+suffix]
			if v == nil || v.Rank() != 2 || v.Cols() != k.h {
				if err == nil {
					err = fmt.Errorf("no state %q of shape [·, %d], which the model carries", prefix+name+suffix, k.h)
				}
				return nil
			}
			return v.Data
		}
		if k.reverse || len(list) == 0 {
			return
		}
		c := s.at(k)
		c.h = append(c.h[:0], take("hidden")...)
		if k.cell.carriesCell() {
			c.c = append(c.c[:0], take("cell")...)
			if len(c.c) != len(c.h) && err == nil {
				err = fmt.Errorf("the states %q and %q have different shapes", prefix+"hidden"+suffix, prefix+"cell"+suffix)
			}
		}
	})
	if err != nil {
		s.Reset()
	}
	return err
}

// eachCore calls f for every direction of every recurrent layer of the model.
// prefix is that of its module, suffix that of the layer in it.
func eachCore(l Layer, prefix string, f func(k *core, prefix, suffix string)) {
	var r *Recurrent
	switch l := l.(type) {
	case *Recurrent:
		r = l
	case *Cell:
		r = l.Recurrent
	case Container:
		for i, child := range l.Children() {
			eachCore(child, prefix+strconv.Itoa(i)+".", f)
		}
		return
	default:
		return
	}
	for _, cores := range r.layers {
		for _, k := range cores {
			f(k, prefix, k.wih.Name[len("weight_ih"):])
		}
	}
}
