package modelfile

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// object reads an object and calls member after each key, with the value next.
func (p *parser) object(member func(key string) error) error {
	if err := p.delim('{'); err != nil {
		return err
	}
	for p.dec.More() {
		key, err := p.text()
		if err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
	}
	return p.delim('}')
}

// naturals reads an array of integers of 0 and above that fit an int.
func (p *parser) naturals() ([]uint64, error) {
	if err := p.delim('['); err != nil {
		return nil, err
	}
	var list []uint64
	for p.dec.More() {
		tok, err := p.dec.Token()
		if err != nil {
			return nil, err
		}
		n, ok := tok.(json.Number)
		if !ok {
			return nil, fmt.Errorf("got %v, want an integer", tok)
		}
		v, err := strconv.ParseUint(n.String(), 10, strconv.IntSize-1)
		if err != nil {
			return nil, fmt.Errorf("got %s, want an integer of 0 and above that fits %d bits", n, strconv.IntSize-1)
		}
		list = append(list, v)
	}
	return list, p.delim(']')
}

func (p *parser) text() (string, error) {
	tok, err := p.dec.Token()
	if err != nil {
		return "", err
	}
	s, ok := tok.(string)
	if !ok {
		return "", fmt.Errorf("got %v, want a string", tok)
	}
	return s, nil
}

func (p *parser) delim(want json.Delim) error {
	tok, err := p.dec.Token()
	if err != nil {
		return err
	}
	if tok != want {
		return fmt.Errorf("got %v, want %v", tok, want)
	}
	return nil
}
