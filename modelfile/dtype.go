package modelfile

import (
	"encoding/binary"
	"math"

	"github.com/ebb-ml/ebb/tensor"
)

// DType is the type of a tensor's elements, by its name in the file.
type DType string

// The element types that are read. All of them can be written as bytes; numbers
// of package tensor are written as F32 or F64.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"  // IEEE 754 half precision
	BF16 DType = "BF16" // the upper half of a float32
	I64  DType = "I64"
	I32  DType = "I32"
	I16  DType = "I16"
	I8   DType = "I8"
	U8   DType = "U8"
	Bool DType = "BOOL" // one byte, 0 or 1
)

const knownDTypes = "F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL"

// Exact returns the DType that holds a tensor.Float without loss: F32, or F64
// under the build tag float64.
func Exact() DType {
	if tensor.FloatBits == 64 {
		return F64
	}
	return F32
}

// Size returns the bytes of one element; 0 for an unknown type.
func (d DType) Size() int {
	switch d {
	case F64, I64:
		return 8
	case F32, I32:
		return 4
	case F16, BF16, I16:
		return 2
	case I8, U8, Bool:
		return 1
	}
	return 0
}

// decode converts the elements in b to dst, rounding to the nearest where Float
// can't hold the value.
func (d DType) decode(dst []tensor.Float, b []byte) {
	le := binary.LittleEndian
	switch d {
	case F64:
		for i := range dst {
			dst[i] = tensor.Float(math.Float64frombits(le.Uint64(b[8*i:])))
		}
	case F32:
		for i := range dst {
			dst[i] = tensor.Float(math.Float32frombits(le.Uint32(b[4*i:])))
		}
	case F16:
		for i := range dst {
			dst[i] = tensor.Float(halfToFloat(le.Uint16(b[2*i:])))
		}
	case BF16:
		for i := range dst {
			dst[i] = tensor.Float(math.Float32frombits(uint32(le.Uint16(b[2*i:])) << 16))
		}
	case I64:
		for i := range dst {
			dst[i] = tensor.Float(int64(le.Uint64(b[8*i:])))
		}
	case I32:
		for i := range dst {
			dst[i] = tensor.Float(int32(le.Uint32(b[4*i:])))
		}
	case I16:
		for i := range dst {
			dst[i] = tensor.Float(int16(le.Uint16(b[2*i:])))
		}
	case I8:
		for i := range dst {
			dst[i] = tensor.Float(int8(b[i]))
		}
	case U8, Bool:
		for i := range dst {
			dst[i] = tensor.Float(b[i])
		}
	}
}

// encode converts src to bytes of type F32 or F64; it panics for any other.
func (d DType) encode(src []tensor.Float) []byte {
	le := binary.LittleEndian
	b := make([]byte, len(src)*d.Size())
	switch d {
	case F32:
		for i, v := range src {
			le.PutUint32(b[4*i:], math.Float32bits(float32(v)))
		}
	case F64:
		for i, v := range src {
			le.PutUint64(b[8*i:], math.Float64bits(float64(v)))
		}
	default:
		panic("modelfile: numbers are written as F32 or F64, not " + string(d))
	}
	return b
}

// halfToFloat converts IEEE 754 binary16, exactly.
func halfToFloat(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exp, frac := uint32(h>>10)&0x1f, uint32(h)&0x3ff
	switch exp {
	case 0: // zero and subnormal: frac · 2⁻²⁴
		v := float32(frac) * 0x1p-24
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 0x1f: // infinity and NaN
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
}
