package modelfile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ebb-ml/ebb/tensor"
)

// Write writes a file. The tensors are sorted by the size of their elements,
// largest first, then by name: every element is aligned, and the same tensors
// give the same bytes in whatever order they are passed.
//
// It returns an error when a name occurs twice or is not valid UTF-8, when a
// shape and its data don't fit, or when w fails.
func Write(w io.Writer, metadata map[string]string, tensors []Tensor) error {
	sorted := slices.Clone(tensors)
	slices.SortFunc(sorted, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(b.DType.Size(), a.DType.Size()), strings.Compare(a.Name, b.Name))
	})
	header, err := encodeHeader(metadata, sorted)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, t := range sorted {
		if _, err := w.Write(t.Data); err != nil {
			return err
		}
	}
	return nil
}

// encodeHeader returns the length and the header, padded with spaces so that
// the data begin at a multiple of eight bytes.
func encodeHeader(metadata map[string]string, tensors []Tensor) ([]byte, error) {
	var b bytes.Buffer
	b.Write(make([]byte, 8))
	b.WriteByte('{')
	if len(metadata) > 0 {
		for k, v := range metadata {
			if !utf8.ValidString(k) || !utf8.ValidString(v) {
				return nil, fmt.Errorf("metadata %q: not valid UTF-8", k)
			}
		}
		b.WriteString(`"` + metadataKey + `":`)
		m, err := json.Marshal(metadata) // in the order of the keys
		if err != nil {
			return nil, err
		}
		b.Write(m)
	}
	seen := make(map[string]bool, len(tensors))
	begin := 0
	for _, t := range tensors {
		if err := check(&t); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		if seen[t.Name] {
			return nil, fmt.Errorf("tensor %q: there are two of that name", t.Name)
		}
		seen[t.Name] = true
		if b.Len() > 9 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(t.Name)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		shape := strings.ReplaceAll(tensor.ShapeString(t.Shape), " ", "")
		fmt.Fprintf(&b, `:{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}`, t.DType, shape, begin, begin+len(t.Data))
		begin += len(t.Data)
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	if b.Len()-8 > maxHeader {
		return nil, fmt.Errorf("the header would take %d bytes, the format allows %d", b.Len()-8, maxHeader)
	}
	binary.LittleEndian.PutUint64(b.Bytes(), uint64(b.Len()-8))
	return b.Bytes(), nil
}

func check(t *Tensor) error {
	if t.Name == metadataKey || !utf8.ValidString(t.Name) {
		return fmt.Errorf("the name is reserved or not valid UTF-8")
	}
	if t.DType.Size() == 0 {
		return fmt.Errorf("unknown dtype %q, want one of %s", t.DType, knownDTypes)
	}
	n, ok := byteLen(t.Shape, t.DType)
	if !ok || n != uint64(len(t.Data)) {
		return fmt.Errorf("shape %s of %s does not fit its %d bytes", tensor.ShapeString(t.Shape), t.DType, len(t.Data))
	}
	return nil
}
