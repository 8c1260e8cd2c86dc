package experiment

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/modelfile"
)

// The pictures in a run directory: of the backward flow, and of that through the
// steps of recurrent layers, where there are any.
const (
	pictureFile     = "flow.svg"
	timePictureFile = "time.svg"

	maxTimePanels = 8
)

// Panel returns what [flow.Picture] draws of the run, with how well it did.
func (r *Report) Panel(title string) flow.Panel {
	p := flow.Panel{Title: title, Report: r.flow}
	if v := r.Validation; v != nil && v.Accuracy != nil {
		p.Note = "validation accuracy " + share(v.Accuracy)
	} else if v != nil && v.R2 != nil {
		p.Note = fmt.Sprintf("validation R² %.3f", *v.R2)
	}
	return p
}

// CheckNoPicture returns an error when dir holds a picture that [WritePicture]
// would write over.
func CheckNoPicture(dir string) error {
	path := filepath.Join(dir, pictureFile)
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s is there already: choose another --out", path)
	}
	return nil
}

// WritePicture draws panels into dir/flow.svg.
func WritePicture(dir string, panels ...flow.Panel) error {
	return modelfile.WriteAtomic(filepath.Join(dir, pictureFile), func(w io.Writer) error {
		return flow.Picture(w, panels...)
	})
}

// writeTimePicture draws the flow through time of a run into dir/time.svg: a panel
// for each recurrent layer or direction.
func (r *Report) writeTimePicture(dir, title string) error {
	var panels []flow.TimePanel
	for i := range r.flow.Time {
		if c := &r.flow.Time[i]; len(c.Points) > 0 && len(panels) < maxTimePanels {
			panels = append(panels, flow.TimePanel{Title: title, Note: c.Where, Curve: c})
		}
	}
	if len(panels) == 0 {
		return nil
	}
	return modelfile.WriteAtomic(filepath.Join(dir, timePictureFile), func(w io.Writer) error {
		return flow.TimePicture(w, panels...)
	})
}
