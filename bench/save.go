package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// save writes the report, the picture and the raw numbers. What was stopped
// before its end goes to files of its own and leaves the last whole run alone.
func save(o Options, r *Results, stdout io.Writer, say func(string, ...any)) error {
	var report, picture bytes.Buffer
	if o.Out == "" {
		writeReport(&report, r, "")
		_, err := stdout.Write(report.Bytes())
		return err
	}
	part := ""
	if r.Partial {
		part = ".partial"
	}
	writeReport(&report, r, "results"+part+".svg")
	drawPicture(&picture, r)
	raw, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	dir, extension := filepath.Dir(o.Out), filepath.Ext(o.Out)
	files := []struct {
		path string
		text []byte
	}{
		{strings.TrimSuffix(o.Out, extension) + part + extension, report.Bytes()},
		{filepath.Join(dir, "results"+part+".svg"), picture.Bytes()},
		{filepath.Join(dir, "results"+part+".json"), append(raw, '\n')},
	}
	for _, f := range files {
		if err := os.WriteFile(f.path, f.text, 0o644); err != nil {
			return err
		}
		say("wrote %s", f.path)
	}
	return nil
}
