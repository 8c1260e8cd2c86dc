package experiment

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/train"
)

// eventLog appends to events.jsonl, one JSON object a line, each with a "type"
// and a "step". Lines are flushed at least once a second, so that whoever
// watches the file sees whole lines soon.
type eventLog struct {
	file    *os.File
	w       *bufio.Writer
	flushed time.Time
}

// openEvents opens the log of a run directory at the given length; what stands
// after it belongs to steps that will be made again.
func openEvents(dir string, length int64) (*eventLog, error) {
	path := filepath.Join(dir, eventsFile)
	// The log is cut to length: never through a link into someone else's file.
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, InputError{fmt.Errorf("%s: not a regular file", path)}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() < length {
		err = fmt.Errorf("%s: has %d bytes, the checkpoint knows of %d: the file was cut", path, info.Size(), length)
	}
	if err == nil {
		err = f.Truncate(length)
	}
	if err == nil {
		_, err = f.Seek(length, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &eventLog{file: f, w: bufio.NewWriterSize(f, 1<<16), flushed: time.Now()}, nil
}

// add appends an event.
func (l *eventLog) add(event any) error {
	b, err := json.Marshal(event)
	if err != nil {
		return err
	}
	if _, err := l.w.Write(append(b, '\n')); err != nil {
		return err
	}
	if time.Since(l.flushed) > time.Second {
		l.flushed = time.Now()
		return l.w.Flush()
	}
	return nil
}

// sync brings everything to disk and returns the length of the file.
func (l *eventLog) sync() (int64, error) {
	if err := l.w.Flush(); err != nil {
		return 0, err
	}
	if err := l.file.Sync(); err != nil {
		return 0, err
	}
	return l.file.Seek(0, io.SeekCurrent)
}

// close flushes and closes the log.
func (l *eventLog) close() error {
	err := l.w.Flush()
	if e := l.file.Close(); err == nil {
		err = e
	}
	return err
}

// The events.
type (
	startEvent struct {
		Type    string `json:"type"` // "start", or "resume"
		Step    uint64 `json:"step"`
		Time    string `json:"time"`
		Params  int    `json:"params"`
		Rows    int    `json:"rows"`
		Batches int    `json:"batches"`
	}
	stepEvent struct {
		Type     string  `json:"type"` // "step"
		Step     uint64  `json:"step"`
		Epoch    int     `json:"epoch"`
		Loss     float64 `json:"loss"`
		LR       float64 `json:"lr"`
		Gradient float64 `json:"gradient_norm"`
	}
	epochEvent struct {
		Type       string         `json:"type"` // "epoch"
		Step       uint64         `json:"step"`
		Epoch      int            `json:"epoch"`
		Loss       float64        `json:"loss"`
		Validation *train.Metrics `json:"validation,omitempty"`
		LR         float64        `json:"lr"`
		Seconds    float64        `json:"seconds"`
	}
	flowEvent struct {
		Type    string           `json:"type"` // "flow": the mean over the steps since the last one
		Step    uint64           `json:"step"`
		Flow    []flow.Row       `json:"flow"`
		Updates []UpdateEffect   `json:"updates"`
		Time    []flow.TimeCurve `json:"time,omitempty"`
	}
	endEvent struct {
		Type   string `json:"type"` // "end"
		Step   uint64 `json:"step"`
		Reason string `json:"reason"` // "done", "early_stopping", "interrupted", "non_finite", "failed"
		Text   string `json:"text,omitempty"`
	}
)
