package data

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
)

// openFile opens a file for reading, unpacked when its name ends in .gz.
// Errors of the reader name the file.
func openFile(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err // names the path
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s: is a folder, expected a file", path)
	}
	if !strings.HasSuffix(path, ".gz") {
		return f, nil
	}
	r, err := unpack(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{r, f}, nil
}

const (
	freeUnpacked = 256 << 20 // bytes that any gzip file may expand to
	maxExpansion = 200       // beyond that, so many times its size
)

// gunzip unpacks, says in words what is wrong with a damaged file, and stops at
// one that expands without bound. Real tables and images shrink to a fiftieth at
// the very best.
type gunzip struct {
	packed countingReader
	zip    *gzip.Reader
	out    int64
}

type countingReader struct {
	r *bufio.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// ReadByte keeps compress/flate from buffering by itself.
func (c *countingReader) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

func unpack(r io.Reader) (io.Reader, error) {
	g := &gunzip{packed: countingReader{r: bufio.NewReaderSize(r, 1<<16)}}
	z, err := gzip.NewReader(&g.packed)
	if err != nil {
		return nil, gzipError(err)
	}
	g.zip = z
	return g, nil
}

func (g *gunzip) Read(p []byte) (int, error) {
	n, err := g.zip.Read(p)
	g.out += int64(n)
	if g.out > freeUnpacked && g.out > maxExpansion*g.packed.n {
		return 0, fmt.Errorf("expands to more than %d times its size: refused", maxExpansion)
	}
	if err != nil && err != io.EOF {
		err = gzipError(err)
	}
	return n, err
}

func gzipError(err error) error {
	switch err {
	case io.ErrUnexpectedEOF, io.EOF:
		return fmt.Errorf("the gzip file is cut short")
	case gzip.ErrHeader:
		return fmt.Errorf("not a gzip file, or a damaged one: %w", err)
	}
	return fmt.Errorf("the gzip file is damaged: %w", err)
}
