package modelfile

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ebb-ml/ebb/tensor"
)

// maxHeader is the longest header that the format allows.
const maxHeader = 100_000_000

const metadataKey = "__metadata__"

// Read reads the file at path. Every error names the path.
func Read(path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	// A pipe or a device could deliver without end.
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Parse reads the file that b holds. The tensors share the memory of b.
func Parse(b []byte) (*File, error) {
	if len(b) < 8 {
		return nil, fmt.Errorf("not a safetensors file: %d bytes, want at least 8", len(b))
	}
	n := binary.LittleEndian.Uint64(b)
	if limit := uint64(min(maxHeader, len(b)-8)); n > limit {
		return nil, fmt.Errorf("not a safetensors file: the header claims %d bytes, at most %d are possible here", n, limit)
	}
	header, data := b[8:8+n], b[8+n:]
	if !utf8.Valid(header) {
		return nil, errors.New("header: not valid UTF-8")
	}
	if len(header) == 0 || header[0] != '{' {
		return nil, errors.New("header: does not begin with {")
	}
	p := &parser{dec: json.NewDecoder(bytes.NewReader(header))}
	p.dec.UseNumber()
	f, err := p.file()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("header: %w", err)
	}
	for i, c := range header[p.dec.InputOffset():] {
		if c != ' ' {
			return nil, fmt.Errorf("header: byte %d after the JSON is %q, want only spaces", int(p.dec.InputOffset())+i, c)
		}
	}
	if err := p.place(f, data); err != nil {
		return nil, err
	}
	return f, nil
}

// parser reads the header token by token, because encoding/json alone would
// let the last of two equal keys win.
type parser struct {
	dec    *json.Decoder
	ranges [][2]uint64 // data_offsets of each tensor
}

func (p *parser) file() (*File, error) {
	f := &File{}
	seen := map[string]bool{}
	err := p.object(func(key string) error {
		if seen[key] {
			return fmt.Errorf("%q appears twice", key)
		}
		seen[key] = true
		if key == metadataKey {
			return p.metadata(f)
		}
		t := Tensor{Name: key}
		if err := p.tensor(&t); err != nil {
			return fmt.Errorf("tensor %q: %w", key, err)
		}
		f.Tensors = append(f.Tensors, t)
		return nil
	})
	return f, err
}

func (p *parser) metadata(f *File) error {
	f.Metadata = map[string]string{}
	err := p.object(func(key string) error {
		if _, ok := f.Metadata[key]; ok {
			return fmt.Errorf("%q appears twice", key)
		}
		v, err := p.text()
		f.Metadata[key] = v
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", metadataKey, err)
	}
	return nil
}

func (p *parser) tensor(t *Tensor) error {
	var offsets []uint64
	var dtype, shape, place bool
	err := p.object(func(key string) error {
		var have *bool
		var err error
		switch key {
		case "dtype":
			have = &dtype
			var s string
			s, err = p.text()
			t.DType = DType(s)
		case "shape":
			have = &shape
			var dims []uint64
			dims, err = p.naturals()
			for _, d := range dims {
				t.Shape = append(t.Shape, int(d))
			}
		case "data_offsets":
			have = &place
			offsets, err = p.naturals()
		default:
			return fmt.Errorf("unknown key %q, want dtype, shape and data_offsets", key)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if *have {
			return fmt.Errorf("%q appears twice", key)
		}
		*have = true
		return nil
	})
	switch {
	case err != nil:
		return err
	case !dtype || !shape || !place:
		return errors.New("needs dtype, shape and data_offsets")
	case t.DType.Size() == 0:
		return fmt.Errorf("unknown dtype %q, want one of %s", t.DType, knownDTypes)
	case len(offsets) != 2:
		return fmt.Errorf("data_offsets has %d numbers, want 2", len(offsets))
	}
	p.ranges = append(p.ranges, [2]uint64{offsets[0], offsets[1]})
	return nil
}

// place gives every tensor its bytes. The tensors must fill data from the
// beginning to the end without overlaps and holes.
func (p *parser) place(f *File, data []byte) error {
	order := make([]int, len(f.Tensors))
	for i := range order {
		order[i] = i
		if err := fits(&f.Tensors[i], p.ranges[i], uint64(len(data))); err != nil {
			return fmt.Errorf("tensor %q: %w", f.Tensors[i].Name, err)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		ra, rb := p.ranges[a], p.ranges[b]
		if c := slices.Compare(ra[:], rb[:]); c != 0 {
			return c
		}
		return strings.Compare(f.Tensors[a].Name, f.Tensors[b].Name)
	})
	end := uint64(0)
	sorted := make([]Tensor, len(order))
	for i, k := range order {
		t, r := f.Tensors[k], p.ranges[k]
		if r[0] < end {
			return fmt.Errorf("tensor %q: begins at byte %d and overlaps %q, which ends at %d", t.Name, r[0], sorted[i-1].Name, end)
		}
		if r[0] > end {
			return fmt.Errorf("tensor %q: begins at byte %d, a hole after byte %d", t.Name, r[0], end)
		}
		t.Data = data[r[0]:r[1]:r[1]]
		sorted[i], end = t, r[1]
	}
	if end != uint64(len(data)) {
		return fmt.Errorf("%d bytes follow the last tensor, want none", uint64(len(data))-end)
	}
	f.Tensors = sorted
	return nil
}

// fits checks one tensor's range against the file and against its shape.
func fits(t *Tensor, r [2]uint64, size uint64) error {
	if r[0] > r[1] || r[1] > size {
		return fmt.Errorf("data_offsets [%d, %d] are not within the %d bytes of data", r[0], r[1], size)
	}
	want, ok := byteLen(t.Shape, t.DType)
	if !ok {
		return fmt.Errorf("shape %s overflows", tensor.ShapeString(t.Shape))
	}
	if r[1]-r[0] != want {
		return fmt.Errorf("shape %s of %s needs %d bytes, data_offsets give %d", tensor.ShapeString(t.Shape), t.DType, want, r[1]-r[0])
	}
	return nil
}

// byteLen returns the bytes of a tensor, false when even the product of its
// non-zero dimensions can't be held.
func byteLen(shape []int, d DType) (uint64, bool) {
	n, zero := uint64(d.Size()), false
	for _, dim := range shape {
		if dim == 0 {
			zero = true
			continue
		}
		hi, lo := bits.Mul64(n, uint64(dim))
		if dim < 0 || hi != 0 || lo > math.MaxInt {
			return 0, false
		}
		n = lo
	}
	if zero {
		return 0, true
	}
	return n, true
}
