package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

// readIDX reads an array of unsigned bytes in the IDX format of MNIST (LeCun,
// Cortes and Burges): the magic 0 0 8 rank, each dimension in four bytes, big
// end first, the elements. Memory grows with what is read.
func readIDX(r io.Reader, rank int) (dims []int, pixels []byte, err error) {
	magic := make([]byte, 4)
	if _, err := io.ReadFull(r, magic); err != nil {
		return nil, nil, cutShort(err, "no IDX header")
	}
	if magic[0] != 0 || magic[1] != 0 {
		return nil, nil, fmt.Errorf("not an IDX file: it begins with % x, expected 00 00 08 %02x", magic, rank)
	}
	if magic[2] != 8 {
		return nil, nil, fmt.Errorf("IDX elements of type 0x%02x, expected 0x08, unsigned bytes", magic[2])
	}
	if int(magic[3]) != rank {
		return nil, nil, fmt.Errorf("an IDX file of %d dimensions, expected %d: labels have 1, images 3", magic[3], rank)
	}
	for range rank {
		var d [4]byte
		if _, err := io.ReadFull(r, d[:]); err != nil {
			return nil, nil, cutShort(err, fmt.Sprintf("%d dimensions", rank))
		}
		dims = append(dims, int(binary.BigEndian.Uint32(d[:])))
	}
	count, err := volume(dims)
	if err != nil {
		return nil, nil, err
	}
	pixels, err = io.ReadAll(io.LimitReader(r, int64(count)))
	if err != nil {
		return nil, nil, err
	}
	if len(pixels) < count {
		return nil, nil, fmt.Errorf("the file is cut short: the shape %s promises %d bytes, found %d", tensor.ShapeString(dims), count, len(pixels))
	}
	return dims, pixels, atEnd(r)
}

func openIDX(path string, rank int) (dims []int, pixels []byte, err error) {
	f, err := openFile(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	dims, pixels, err = readIDX(f, rank)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return dims, pixels, nil
}

// openImages reads images [N, height, width] with pixels from 0 to 1.
func openImages(path string) (*array, error) {
	dims, pixels, err := openIDX(path, 3)
	if err != nil {
		return nil, err
	}
	if dims[1]*dims[2] > maxColumns {
		return nil, fmt.Errorf("%s: images of %d×%d pixels, expected at most %d pixels", path, dims[1], dims[2], maxColumns)
	}
	a := &array{dims: dims, data: make([]tensor.Float, len(pixels))}
	for i, p := range pixels {
		a.data[i] = tensor.Float(p) / 255
	}
	return a, nil
}

// LoadIDX reads a pair of IDX files, each with or without gzip (by the ending
// .gz): images [N, height, width] and labels [N]. A pixel becomes byte / 255,
// from 0 to 1; the features are pixel_row_column. Each different label is a
// class.
func LoadIDX(images, labels string, opt Options) (*Dataset, *Schema, error) {
	if opt.Target != "" && opt.Target != "label" {
		return nil, nil, fmt.Errorf("%s: no target %q: it is called \"label\"", labels, spelling.Clip(opt.Target))
	}
	x, err := openImages(images)
	if err != nil {
		return nil, nil, err
	}
	dims, classes, err := openIDX(labels, 1)
	if err != nil {
		return nil, nil, err
	}
	if dims[0] != x.dims[0] {
		return nil, nil, fmt.Errorf("%s has %d labels, and %s has %d images", labels, dims[0], images, x.dims[0])
	}
	d := &Dataset{Name: images, X: asMatrix(x), Y: tensor.New(dims[0]), Targets: []string{"label"}}
	for i, c := range classes {
		d.Y.Data[i] = tensor.Float(c)
	}
	for row := range x.dims[1] {
		for col := range x.dims[2] {
			d.Features = append(d.Features, fmt.Sprintf("pixel_%d_%d", row, col))
		}
	}
	if opt.Task == Auto {
		opt.Task = AsClassification
	}
	if err := d.settle(numbers, nil, opt.Task); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", labels, err)
	}
	return d, schemaOf(d, -1), nil
}

// LoadIDXFolder reads a folder with the four files of MNIST or Fashion-MNIST,
// train-images-idx3-ubyte, train-labels-idx1-ubyte and the same with t10k, each
// with or without .gz. See [LoadIDX].
func LoadIDXFolder(dir string, opt Options) (train, test *Dataset, schema *Schema, err error) {
	var paths []string
	for _, name := range []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			path += ".gz"
		}
		if _, err := os.Stat(path); err != nil {
			return nil, nil, nil, fmt.Errorf("%s: a folder must have the four files of MNIST, and %s (or with .gz) is not there", dir, name)
		}
		paths = append(paths, path)
	}
	if train, schema, err = LoadIDX(paths[0], paths[1], opt); err != nil {
		return nil, nil, nil, err
	}
	x, err := openImages(paths[2])
	if err != nil {
		return nil, nil, nil, err
	}
	if pixels := len(x.data) / x.dims[0]; pixels != train.X.Cols() {
		return nil, nil, nil, fmt.Errorf("%s: images of %d pixels, and those of %s have %d", paths[2], pixels, paths[0], train.X.Cols())
	}
	dims, labels, err := openIDX(paths[3], 1)
	if err != nil {
		return nil, nil, nil, err
	}
	y := &array{dims: dims, data: make([]tensor.Float, len(labels))}
	for i, c := range labels {
		y.data[i] = tensor.Float(c)
	}
	test = &Dataset{Name: paths[2], X: asMatrix(x), Features: train.Features}
	schema.describe(test)
	if err := schema.setLabels(test, y); err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", paths[3], err)
	}
	train.Name = strings.TrimSuffix(dir, string(filepath.Separator))
	test.Name = train.Name + " (test)"
	return train, test, schema, nil
}
