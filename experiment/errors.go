package experiment

import (
	"errors"
	"io/fs"
)

// InputError marks an error that is in what the caller gave (a file, a
// directory, a setting), found before anything was trained or written.
type InputError struct{ Err error }

func (e InputError) Error() string { return e.Err.Error() }
func (e InputError) Unwrap() error { return e.Err }

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }
