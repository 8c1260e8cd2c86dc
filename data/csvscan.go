package data

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/ebb-ml/ebb/internal/spelling"
)

const (
	maxRecord  = 16 << 20 // bytes of one row of a CSV file
	maxColumns = 1 << 16
)

// csvScanner reads a CSV file row by row (RFC 4180, and also semicolons and
// tabs, a byte order mark and any line end) into memory that it reuses.
type csvScanner struct {
	r      *bufio.Reader
	name   string
	comma  byte
	line   int // line on which the current row begins
	next   int // line that comes next
	record []byte
	fields [][]byte
}

func newCSVScanner(r io.Reader, name string) *csvScanner {
	return &csvScanner{r: bufio.NewReaderSize(r, 1<<18), name: name, next: 1}
}

func (s *csvScanner) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: "+format, append([]any{s.name, s.line}, args...)...)
}

// row returns the cells of the next row that is not blank, valid until the next
// call, or io.EOF.
func (s *csvScanner) row() ([][]byte, error) {
	for {
		s.record = s.record[:0]
		s.line = s.next
		if err := s.readLine(); err != nil {
			return nil, err
		}
		if s.line == 1 {
			s.record = bytes.TrimPrefix(s.record, []byte("\xef\xbb\xbf"))
		}
		if len(bytes.TrimSpace(s.record)) == 0 {
			continue
		}
		if s.comma == 0 {
			s.comma = sniff(s.record)
		}
		if err := s.split(); err != nil {
			return nil, err
		}
		if len(s.fields) > maxColumns {
			return nil, s.errorf("more than %d columns", maxColumns)
		}
		return s.fields, nil
	}
}

// readLine appends one line to the record, without its end.
func (s *csvScanner) readLine() error {
	start := len(s.record)
	for {
		part, err := s.r.ReadSlice('\n')
		if len(s.record)+len(part) > maxRecord {
			return s.errorf("a row of more than %d MiB: not a CSV file, or a quote that is never closed", maxRecord>>20)
		}
		s.record = append(s.record, part...)
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil && (err != io.EOF || len(s.record) == start) {
			if err == io.EOF {
				return err
			}
			return s.errorf("%w", err)
		}
		break
	}
	if bytes.IndexByte(s.record[start:], 0) >= 0 {
		return s.errorf("a zero byte: this is not a text file in UTF-8")
	}
	s.next++
	s.record = bytes.TrimSuffix(s.record, []byte{'\n'})
	s.record = bytes.TrimSuffix(s.record, []byte{'\r'})
	return nil
}

// sniff finds the separator: the one of comma, semicolon and tab that the first
// row has most of, outside quotes.
func sniff(row []byte) byte {
	var n [256]int
	quoted := false
	for _, c := range row {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			n[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte{';', '\t'} {
		if n[c] > n[best] {
			best = c
		}
	}
	return best
}

// split cuts the record into fields, reading on while a quote is open.
func (s *csvScanner) split() error {
	s.fields = s.fields[:0]
	if bytes.IndexByte(s.record, '"') < 0 {
		rest := s.record
		for {
			i := bytes.IndexByte(rest, s.comma)
			if i < 0 {
				s.fields = append(s.fields, trim(rest))
				return nil
			}
			s.fields = append(s.fields, trim(rest[:i]))
			rest = rest[i+1:]
		}
	}
	// Unquoting writes to memory of its own: fields that point into the record
	// would move when the record grows by another line.
	var text []byte
	var ends []int
	pos := 0
	for {
		for pos < len(s.record) && s.record[pos] == ' ' {
			pos++
		}
		if pos < len(s.record) && s.record[pos] == '"' {
			pos++
			for {
				i := bytes.IndexByte(s.record[pos:], '"')
				if i < 0 {
					text = append(text, s.record[pos:]...)
					text = append(text, '\n')
					pos = len(s.record)
					if err := s.readLine(); err == io.EOF {
						return s.errorf("the quote in column %d is never closed", len(ends)+1)
					} else if err != nil {
						return err
					}
					continue
				}
				text = append(text, s.record[pos:pos+i]...)
				pos += i + 1
				if pos < len(s.record) && s.record[pos] == '"' {
					text = append(text, '"')
					pos++
					continue
				}
				break
			}
			for pos < len(s.record) && s.record[pos] == ' ' {
				pos++
			}
			if pos < len(s.record) && s.record[pos] != s.comma {
				return s.errorf("column %d: text after the closing quote, expected %q", len(ends)+1, s.comma)
			}
		} else {
			end := len(s.record)
			if i := bytes.IndexByte(s.record[pos:], s.comma); i >= 0 {
				end = pos + i
			}
			cell := trim(s.record[pos:end])
			if bytes.IndexByte(cell, '"') >= 0 {
				return s.errorf("column %d: a quote inside %q; put the cell in quotes and double the quote", len(ends)+1, spelling.Clip(string(cell)))
			}
			text = append(text, cell...)
			pos = end
		}
		ends = append(ends, len(text))
		if pos >= len(s.record) {
			break
		}
		pos++ // the separator
	}
	begin := 0
	for _, end := range ends {
		s.fields = append(s.fields, text[begin:end])
		begin = end
	}
	return nil
}

// trim cuts spaces (and tabs) off both ends without the cost of
// bytes.TrimSpace on cells that have none.
func trim(b []byte) []byte {
	if n := len(b); n == 0 || b[0] > ' ' && b[n-1] > ' ' {
		return b
	}
	return bytes.TrimSpace(b)
}
