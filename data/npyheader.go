package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ebb-ml/ebb/internal/spelling"
	"github.com/ebb-ml/ebb/tensor"
)

const (
	maxNPYHeader = 64 << 10
	maxElements  = 1 << 31 // of an array or of the images of a file
)

// npyHeader is the description of an array: its element type and its shape.
type npyHeader struct {
	order   binary.ByteOrder
	kind    byte // f, i, u or b
	size    int  // bytes of an element
	fortran bool
	dims    []int
	count   int
}

func readNPYHeader(r io.Reader) (*npyHeader, error) {
	start := make([]byte, 8)
	if _, err := io.ReadFull(r, start); err != nil {
		return nil, cutShort(err, "no .npy header")
	}
	if string(start[:6]) != "\x93NUMPY" {
		return nil, fmt.Errorf("not an .npy file: it begins with %q", start[:6])
	}
	length := make([]byte, 4)
	switch start[6] {
	case 1:
		length = length[:2]
	case 2, 3:
	default:
		return nil, fmt.Errorf("version %d.%d of the .npy format, expected 1 to 3", start[6], start[7])
	}
	if _, err := io.ReadFull(r, length); err != nil {
		return nil, cutShort(err, "the header's length")
	}
	n := uint32(binary.LittleEndian.Uint16(length))
	if len(length) == 4 {
		n = binary.LittleEndian.Uint32(length)
	}
	if n > maxNPYHeader {
		return nil, fmt.Errorf("a header of %d bytes, expected at most %d", n, maxNPYHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, cutShort(err, fmt.Sprintf("a header of %d bytes", n))
	}
	h, err := parseNPYHeader(string(text))
	if err != nil {
		return nil, fmt.Errorf("header %q: %w", spelling.Clip(strings.TrimSpace(string(text))), err)
	}
	return h, nil
}

// parseNPYHeader reads {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }
// and nothing else: each key once, in any order.
func parseNPYHeader(text string) (*npyHeader, error) {
	h := &npyHeader{}
	p := &dictParser{rest: text}
	p.expect("{")
	seen := map[string]bool{}
	for p.err == nil && !p.accept("}") {
		key := p.quoted()
		p.expect(":")
		if p.err == nil && seen[key] {
			return nil, fmt.Errorf("key %q twice", spelling.Clip(key))
		}
		seen[key] = true
		switch {
		case p.err != nil:
		case key == "descr":
			if err := h.setType(p.quoted()); p.err == nil && err != nil {
				return nil, err
			}
		case key == "fortran_order":
			h.fortran = p.accept("True")
			if !h.fortran {
				p.expect("False")
			}
		case key == "shape":
			h.dims = p.tuple()
		default:
			return nil, fmt.Errorf("unknown key %q", spelling.Clip(key))
		}
		if !p.accept(",") {
			p.expect("}")
			break
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	if strings.TrimSpace(p.rest) != "" {
		return nil, errors.New("text after the closing brace")
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return nil, fmt.Errorf("no key %q", key)
		}
	}
	count, err := volume(h.dims)
	h.count = count
	return h, err
}

// volume returns the number of elements of a shape that came from a file.
func volume(dims []int) (int, error) {
	if len(dims) > tensor.MaxRank {
		return 0, fmt.Errorf("%d dimensions, expected at most %d", len(dims), tensor.MaxRank)
	}
	n := 1
	for _, d := range dims {
		if d < 1 {
			return 0, fmt.Errorf("shape %s has no elements", tensor.ShapeString(dims))
		}
		if d > maxElements/n {
			return 0, fmt.Errorf("shape %s has more than %d elements", tensor.ShapeString(dims), maxElements)
		}
		n *= d
	}
	return n, nil
}

func (h *npyHeader) setType(descr string) error {
	unknown := fmt.Errorf("element type %q, expected bool, int, uint, float32 or float64", spelling.Clip(descr))
	if len(descr) != 3 {
		return unknown
	}
	h.kind, h.size = descr[1], int(descr[2]-'0')
	switch descr[0] {
	case '<':
		h.order = binary.LittleEndian
	case '>':
		h.order = binary.BigEndian
	case '|':
		if h.size != 1 {
			return unknown
		}
	default:
		return unknown
	}
	sizes := map[byte][]int{'f': {4, 8}, 'i': {1, 2, 4, 8}, 'u': {1, 2, 4, 8}, 'b': {1}}
	if !slices.Contains(sizes[h.kind], h.size) {
		return unknown
	}
	return nil
}

// value reads one element.
func (h *npyHeader) value(b []byte) float64 {
	var bits uint64
	switch h.size {
	case 1:
		bits = uint64(b[0])
	case 2:
		bits = uint64(h.order.Uint16(b))
	case 4:
		bits = uint64(h.order.Uint32(b))
	case 8:
		bits = h.order.Uint64(b)
	}
	switch {
	case h.kind == 'f' && h.size == 4:
		return float64(math.Float32frombits(uint32(bits)))
	case h.kind == 'f':
		return math.Float64frombits(bits)
	case h.kind == 'i':
		unused := 64 - 8*h.size
		return float64(int64(bits<<unused) >> unused)
	case h.kind == 'b' && bits != 0:
		return 1
	}
	return float64(bits)
}

// dictParser reads the few Python literals of an .npy header; the first mistake
// stays in err.
type dictParser struct {
	rest string
	err  error
}

func (p *dictParser) accept(token string) bool {
	p.rest = strings.TrimLeft(p.rest, " \n")
	if p.err == nil && strings.HasPrefix(p.rest, token) {
		p.rest = p.rest[len(token):]
		return true
	}
	return false
}

func (p *dictParser) expect(token string) {
	if !p.accept(token) && p.err == nil {
		p.err = fmt.Errorf("expected %s before %q", token, spelling.Clip(p.rest))
	}
}

func (p *dictParser) quoted() string {
	p.rest = strings.TrimLeft(p.rest, " \n")
	if p.err != nil || p.rest == "" || p.rest[0] != '\'' && p.rest[0] != '"' {
		p.expect("a text in quotes")
		return ""
	}
	text, rest, ok := strings.Cut(p.rest[1:], p.rest[:1])
	if !ok {
		p.err = errors.New("a quote is never closed")
		return ""
	}
	p.rest = rest
	return text
}

func (p *dictParser) tuple() []int {
	dims := []int{}
	p.expect("(")
	for p.err == nil && !p.accept(")") {
		p.rest = strings.TrimLeft(p.rest, " \n")
		end := strings.IndexFunc(p.rest, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(p.rest)
		}
		n, err := strconv.ParseInt(p.rest[:end], 10, 48)
		if err != nil {
			p.err = fmt.Errorf("expected a dimension before %q", spelling.Clip(p.rest))
			return nil
		}
		dims = append(dims, int(n))
		p.rest = p.rest[end:]
		if !p.accept(",") {
			p.expect(")")
			break
		}
	}
	return dims
}
