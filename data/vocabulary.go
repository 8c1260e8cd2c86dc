package data

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const maxVocabulary = 1 << 16 // different characters of a text

// Vocabulary numbers the characters (Unicode code points) of a text from 0, in
// the order of their code points.
type Vocabulary struct {
	runes []rune
	ids   map[rune]int
}

// newVocabulary numbers the characters that are in seen.
func newVocabulary(seen map[rune]int) *Vocabulary {
	v := &Vocabulary{runes: make([]rune, 0, len(seen)), ids: seen}
	for r := range seen {
		v.runes = append(v.runes, r)
	}
	slices.Sort(v.runes)
	for i, r := range v.runes {
		v.ids[r] = i
	}
	return v
}

// Vocabulary returns the characters that a model of text knows. It is an error
// for a model of anything else.
func (s *Schema) Vocabulary() (*Vocabulary, error) {
	if s.Layout != Stream || s.Target == nil {
		return nil, fmt.Errorf("the model was not trained on a text: it has no characters")
	}
	v := &Vocabulary{ids: make(map[rune]int, len(s.Target.Classes))}
	for i, class := range s.Target.Classes {
		r, size := utf8.DecodeRuneInString(class)
		if size == 0 || size != len(class) || r == utf8.RuneError && size == 1 {
			return nil, fmt.Errorf("schema: class %d of a text is %q, expected one character", i, class)
		}
		v.runes = append(v.runes, r)
		v.ids[r] = i
	}
	return v, nil
}

// Len returns the number of characters.
func (v *Vocabulary) Len() int { return len(v.runes) }

// Rune returns the character of an id from 0..Len-1.
func (v *Vocabulary) Rune(id int) rune { return v.runes[id] }

// Names returns the characters in the order of their ids.
func (v *Vocabulary) Names() []string {
	names := make([]string, len(v.runes))
	for i, r := range v.runes {
		names[i] = string(r)
	}
	return names
}

// Encode returns the ids of a text, one for each character. It is an error when
// the text is not UTF-8 or has characters that the vocabulary lacks, which the
// error names.
func (v *Vocabulary) Encode(text string) ([]int, error) {
	ids := make([]int, 0, len(text))
	var unknown []rune
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if r == utf8.RuneError && size == 1 {
			return nil, notUTF8(text[at], at)
		}
		id, ok := v.ids[r]
		if !ok && !slices.Contains(unknown, r) && len(unknown) <= maxNamed {
			unknown = append(unknown, r)
		}
		ids = append(ids, id)
		at += size
	}
	if unknown != nil {
		return nil, fmt.Errorf("the text the model was trained on did not have %s", characters(unknown))
	}
	return ids, nil
}

// Decode returns the text of ids. It panics for an id that is not in 0..Len-1.
func (v *Vocabulary) Decode(ids []int) string {
	var b strings.Builder
	for _, id := range ids {
		b.WriteRune(v.runes[id])
	}
	return b.String()
}

func notUTF8(b byte, offset int) error {
	return fmt.Errorf("byte %d (0x%02x) is not UTF-8: save the text as UTF-8", offset, b)
}

const maxNamed = 10 // characters that a message names

// characters names up to maxNamed characters, 'x' (U+0078).
func characters(list []rune) string {
	var b strings.Builder
	for i, r := range list {
		if i == maxNamed {
			b.WriteString(", …")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q (%U)", r, r)
	}
	return b.String()
}
