package data

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/ebb-ml/ebb/tensor"
)

const maxText = 256 << 20 // bytes of a text, unpacked

// ReadText reads a text from a file in UTF-8 (.txt, .txt.gz). See [ParseText].
func ReadText(path string) (*Dataset, *Schema, error) {
	text, err := readText(path)
	if err != nil {
		return nil, nil, err
	}
	return textDataset(text, path)
}

// ParseText makes one long stream of a text in UTF-8: X, [L], has the ids of its
// characters but the last, and Y, [L], the id of the character after each. A
// character is a Unicode code point, a Korean syllable as well as a line end; the
// ids are its place among all characters of the text in the order of their code
// points, and Classes has them in that order. A byte order mark is left out.
//
// Bytes that are not UTF-8, a zero byte, a text of fewer than two different
// characters or more than 65,536, and one of more than 256 MiB are errors. The
// name is used in errors and becomes the data set's.
func ParseText(r io.Reader, name string) (*Dataset, *Schema, error) {
	text, err := readAll(r, name)
	if err != nil {
		return nil, nil, err
	}
	return textDataset(text, name)
}

func readText(path string) ([]byte, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, path)
}

// readAll reads a text and checks that it is one; the byte order mark is cut off.
func readAll(r io.Reader, name string) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxText+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(text) > maxText:
		return nil, fmt.Errorf("%s: more than %d MiB of text", name, maxText>>20)
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return nil, fmt.Errorf("%s: byte %d is zero: this is not a text file in UTF-8", name, i)
	}
	if !utf8.Valid(text) {
		for at := 0; ; {
			r, size := utf8.DecodeRune(text[at:])
			if r == utf8.RuneError && size <= 1 {
				return nil, fmt.Errorf("%s: %w", name, notUTF8(text[at], at))
			}
			at += size
		}
	}
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), nil
}

func textDataset(text []byte, name string) (*Dataset, *Schema, error) {
	seen := map[rune]int{}
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		rest = rest[size:]
		seen[r] = 0
		if len(seen) > maxVocabulary {
			return nil, nil, fmt.Errorf("%s: more than %d different characters", name, maxVocabulary)
		}
	}
	if len(seen) < 2 {
		return nil, nil, fmt.Errorf("%s: %d different characters, expected a text of at least 2", name, len(seen))
	}
	v := newVocabulary(seen)
	d := v.stream(text, name, true)
	return d, schemaOf(d, -1), nil
}

// stream makes a data set of a text whose characters v has. Labelled, X ends one
// character before the text does, and Y is the text but its first: they share
// memory.
func (v *Vocabulary) stream(text []byte, name string, labelled bool) *Dataset {
	ids := make([]tensor.Float, 0, utf8.RuneCount(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		ids = append(ids, tensor.Float(v.ids[r]))
	}
	d := &Dataset{
		Name: name, Task: Classification, Layout: Stream, PerStep: true, IDs: v.Len(),
		Features: []string{"character"}, Targets: []string{"next character"}, Classes: v.Names(),
	}
	if !labelled {
		d.X = tensor.From(ids, len(ids))
		return d
	}
	n := len(ids) - 1
	d.X, d.Y = tensor.From(ids[:n:n], n), tensor.From(ids[1:], n)
	return d
}

// readStream is Schema.read for a model of text.
func (s *Schema) readStream(path string, labelled bool) (*Dataset, error) {
	text, err := readText(path)
	if err != nil {
		return nil, err
	}
	return s.fromText(string(text), path, labelled)
}

// FromText makes inputs of a text that is in memory, such as the beginning that
// a model is to go on from: X is [L], the ids of its characters. Characters that
// the training text did not have are an error that names them, as is an empty
// text.
func (s *Schema) FromText(text string) (*Dataset, error) {
	return s.fromText(text, "text", false)
}

func (s *Schema) fromText(text, name string, labelled bool) (*Dataset, error) {
	v, err := s.Vocabulary()
	if err != nil {
		return nil, err
	}
	ids, err := v.Encode(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(ids) == 0:
		return nil, fmt.Errorf("%s: no characters", name)
	case labelled && len(ids) == 1:
		return nil, fmt.Errorf("%s: one character, and nothing after it to predict", name)
	}
	return v.stream([]byte(text), name, labelled), nil
}
