package experiment

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ebb-ml/ebb/flow"
	"github.com/ebb-ml/ebb/modelfile"
)

// pictureFile is the picture of the backward flow in a run directory.
const pictureFile = "flow.svg"

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
