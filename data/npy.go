package data

import (
	"errors"
	"fmt"
	"io"

	"github.com/ebb-ml/ebb/tensor"
)

// array is what an .npy file holds, in C order.
type array struct {
	dims []int
	data []tensor.Float
}

// readNPY reads an array in NumPy's format, versions 1 to 3 (numpy.lib.format):
// the magic \x93NUMPY, two bytes of version, the length of the header in 2 or 4
// bytes, a Python dictionary, the elements. Memory grows with what is read, not
// with what the header promises. A value that is not finite is an error.
func readNPY(r io.Reader) (*array, error) {
	h, err := readNPYHeader(r)
	if err != nil {
		return nil, err
	}
	a := &array{dims: h.dims}
	buf := make([]byte, 1<<16)
	for got := 0; got < h.count; {
		n := min(h.count-got, len(buf)/h.size)
		part := buf[:n*h.size]
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, cutShort(err, fmt.Sprintf("the shape %s promises %d elements of %d bytes", tensor.ShapeString(h.dims), h.count, h.size))
		}
		for i := range n {
			v := h.value(part[i*h.size:])
			if f := float64(tensor.Float(v)); !finite(f) {
				return nil, fmt.Errorf("element %d is %v, expected a finite number in float%d", got+i, v, tensor.FloatBits)
			}
			a.data = append(a.data, tensor.Float(v))
		}
		got += n
	}
	if err := atEnd(r); err != nil {
		return nil, err
	}
	if h.fortran && len(h.dims) > 1 {
		a.data = fromFortran(a.data, h.dims)
	}
	return a, nil
}

// cutShort words the errors of a reader that ends too early.
func cutShort(err error, promise string) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("the file is cut short: %s", promise)
	}
	return err
}

// atEnd checks that nothing follows, and with it the checksum of a packed file.
func atEnd(r io.Reader) error {
	var b [1]byte
	switch _, err := io.ReadFull(r, b[:]); err {
	case io.EOF:
		return nil
	case nil:
		return errors.New("there are bytes after the end of the data")
	default:
		return err
	}
}

// fromFortran turns column-major elements (the first index runs fastest) into
// row-major ones.
func fromFortran(in []tensor.Float, dims []int) []tensor.Float {
	out := make([]tensor.Float, len(in))
	index := make([]int, len(dims))
	stride := make([]int, len(dims))
	step := 1
	for i, d := range dims {
		stride[i] = step
		step *= d
	}
	from := 0
	for to := range out {
		out[to] = in[from]
		for i := len(dims) - 1; i >= 0; i-- {
			index[i]++
			from += stride[i]
			if index[i] < dims[i] {
				break
			}
			from -= dims[i] * stride[i]
			index[i] = 0
		}
	}
	return out
}
