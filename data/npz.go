package data

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

// openNPZ reads X, and Y when it is wanted, from a zip file of arrays.
func openNPZ(path string, labelled bool) (x, y *array, err error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	defer z.Close()
	if x, err = pick(&z.Reader, "X"); err == nil && labelled {
		y, err = pick(&z.Reader, "Y")
	}
	if err == nil && len(x.dims) < 2 {
		err = fmt.Errorf("array X has the shape %s, expected [rows, features]", tensor.ShapeString(x.dims))
	}
	if err == nil && len(x.data)/x.dims[0] > maxColumns {
		err = fmt.Errorf("array X has the shape %s, expected at most %d features", tensor.ShapeString(x.dims), maxColumns)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return x, y, nil
}

// pick reads the one array of that name, in either case.
func pick(z *zip.Reader, name string) (*array, error) {
	var found *zip.File
	var names []string
	for _, f := range z.File {
		known := strings.TrimSuffix(f.Name, ".npy")
		names = append(names, known)
		if strings.EqualFold(known, name) {
			if found != nil {
				return nil, fmt.Errorf("the array %s is there twice", name)
			}
			found = f
		}
	}
	if found == nil {
		return nil, fmt.Errorf("no array %s; %s", name, spelling.Suggest(name, names))
	}
	r, err := found.Open()
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	defer r.Close()
	bounded := &expansion{r: r, packed: int64(min(found.CompressedSize64, math.MaxInt64/maxExpansion))}
	a, err := readNPY(bounded)
	if errors.Is(err, zip.ErrChecksum) {
		err = errors.New("the file is damaged: wrong checksum")
	}
	if err != nil {
		return nil, fmt.Errorf("array %s: %w", name, err)
	}
	return a, nil
}

// expansion stops at packed data that expand without bound.
type expansion struct {
	r           io.Reader
	packed, out int64
}

func (e *expansion) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.out += int64(n)
	if e.out > freeUnpacked && e.out > maxExpansion*e.packed {
		return 0, fmt.Errorf("expands to more than %d times its size: refused", maxExpansion)
	}
	return n, err
}
