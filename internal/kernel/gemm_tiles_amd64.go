//go:build amd64 && !purego && !float64

package kernel

// The tiles of each instruction set: as many sums as its registers hold beside
// what is multiplied, in the shape that reads least for each multiplication.
var (
	avx512Tiles = tileSet{
		rows: 14, cols: 32, narrowRows: 14, lanes: 16, cutPanels: true,
		byRows:       []tile{nil, avx512Rows1x32, avx512Rows2x32, avx512Rows3x32, avx512Rows4x32, avx512Rows5x32, avx512Rows6x32, avx512Rows7x32, avx512Rows8x32, avx512Rows9x32, avx512Rows10x32, avx512Rows11x32, avx512Rows12x32, avx512Rows13x32, avx512Rows14x32},
		byCols:       []tile{nil, avx512Cols1x32, avx512Cols2x32, avx512Cols3x32, avx512Cols4x32, avx512Cols5x32, avx512Cols6x32, avx512Cols7x32, avx512Cols8x32, avx512Cols9x32, avx512Cols10x32, avx512Cols11x32, avx512Cols12x32, avx512Cols13x32, avx512Cols14x32},
		narrowByRows: []tile{nil, avx512Rows1x16, avx512Rows2x16, avx512Rows3x16, avx512Rows4x16, avx512Rows5x16, avx512Rows6x16, avx512Rows7x16, avx512Rows8x16, avx512Rows9x16, avx512Rows10x16, avx512Rows11x16, avx512Rows12x16, avx512Rows13x16, avx512Rows14x16},
		narrowByCols: []tile{nil, avx512Cols1x16, avx512Cols2x16, avx512Cols3x16, avx512Cols4x16, avx512Cols5x16, avx512Cols6x16, avx512Cols7x16, avx512Cols8x16, avx512Cols9x16, avx512Cols10x16, avx512Cols11x16, avx512Cols12x16, avx512Cols13x16, avx512Cols14x16},
		wide: [][]wideTile{
			1: {{256, avx512Rows1x256}, {128, avx512Rows1x128}, {64, avx512Rows1x64}},
			2: {{128, avx512Rows2x128}, {64, avx512Rows2x64}},
			3: {{128, avx512Rows3x128}, {64, avx512Rows3x64}},
		},
		turned:    []tile{nil, avx512Turn1x32, avx512Turn2x32, avx512Turn3x32, avx512Turn4x32},
		copyPanel: avx512Copy32, copyRows: avx512Copy16, transpose: avx512Transpose,
	}
	avx2Tiles = tileSet{
		rows: 6, cols: 16, narrowRows: 12, lanes: 8,
		byRows:       []tile{nil, avx2Rows1x16, avx2Rows2x16, avx2Rows3x16, avx2Rows4x16, avx2Rows5x16, avx2Rows6x16},
		byCols:       []tile{nil, avx2Cols1x16, avx2Cols2x16, avx2Cols3x16, avx2Cols4x16, avx2Cols5x16, avx2Cols6x16},
		narrowByRows: []tile{nil, avx2Rows1x8, avx2Rows2x8, avx2Rows3x8, avx2Rows4x8, avx2Rows5x8, avx2Rows6x8, avx2Rows7x8, avx2Rows8x8, avx2Rows9x8, avx2Rows10x8, avx2Rows11x8, avx2Rows12x8},
		narrowByCols: []tile{nil, avx2Cols1x8, avx2Cols2x8, avx2Cols3x8, avx2Cols4x8, avx2Cols5x8, avx2Cols6x8, avx2Cols7x8, avx2Cols8x8, avx2Cols9x8, avx2Cols10x8, avx2Cols11x8, avx2Cols12x8},
		wide: [][]wideTile{
			1: {{64, avx2Rows1x64}, {32, avx2Rows1x32}},
			2: {{32, avx2Rows2x32}},
			3: {{32, avx2Rows3x32}},
		},
		turned:    []tile{nil, avx2Turn1x16, avx2Turn2x16},
		copyPanel: avx2Copy16, copyRows: avx2Copy8, transpose: avx2Transpose,
	}
)

var (
	avx512Gemm = gemmLoops{gemm: avx512Product, speed: 100_000, small: avx512Small, peak: avx512Peak}
	avx2Gemm   = gemmLoops{gemm: avx2Product, speed: 50_000, peak: avx2Peak}
)

func avx512Product(j gemmJob, lo, hi int) { avx512Tiles.product(j, lo, hi) }

func avx2Product(j gemmJob, lo, hi int) { avx2Tiles.product(j, lo, hi) }

// A round is 48 multiply-adds of whole vectors.

func avx512Peak(n int) float64 {
	avx512FMAs(n)
	return float64(n) * 48 * 16 * 2
}

func avx2Peak(n int) float64 {
	avx2FMAs(n)
	return float64(n) * 48 * 8 * 2
}
