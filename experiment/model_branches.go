package experiment

import (
	"github.com/ebb-ml/ebb/nn"
	"github.com/ebb-ml/ebb/tensor"
)

func (b *modelBuilder) residual(it *Item, follows bool, shape []int) (nn.Layer, error) {
	defer func(before bool) { b.inResidual = before }(b.inResidual)
	b.inResidual = true
	body, end, err := b.layers(it.Body, follows, shape)
	if err != nil {
		return nil, err
	}
	if tensor.ShapeString(end) != tensor.ShapeString(shape) {
		return nil, b.fail(it, "residual: the body makes %s of %s, expected the same shape: x and body(x) are added",
			tensor.ShapeString(end), tensor.ShapeString(shape))
	}
	return nn.NewResidual(body...), nil
}

func (b *modelBuilder) parallel(it *Item, follows bool, shape []int) (nn.Layer, []int, error) {
	var branches []nn.Layer
	var out []int
	for i, items := range it.Branches {
		layers, end, err := b.layers(items, follows, shape)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			out = append(out, end...)
			out[len(out)-1] = 0
		}
		if len(end) != len(out) {
			return nil, nil, b.fail(it, "parallel: branch %d makes %s, expected as many dimensions as branch 1 makes, %d", i+1, tensor.ShapeString(end), len(out))
		}
		branches = append(branches, nn.NewSequential(layers...))
		out[len(out)-1] += end[len(end)-1]
	}
	return nn.NewParallel(branches...), out, nil
}
