package experiment_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/ebb-ml/ebb/experiment"
)

// A spec is read, trained and used, without a file of its own.
func Example() {
	dir, err := os.MkdirTemp("", "ebb")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	spec, err := experiment.ParseSpec("", []byte(`
data: {source: penguins, target: species, validation: 0.2}
model:
  - dense: {units: 16, activation: relu}
  - dense: {units: 3}
optimizer: {name: adam, lr: 0.01}
train: {epochs: 20, batch: 32, seed: 1}
`))
	if err != nil {
		log.Fatal(err)
	}
	e, err := experiment.Build(spec)
	if err != nil {
		log.Fatal(err)
	}
	report, err := e.Run(context.Background(), experiment.RunOptions{Dir: filepath.Join(dir, "run")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("epochs:", report.Epochs)
	fmt.Println("more than 9 of 10 right:", *report.Validation.Accuracy > 0.9)
	// Output:
	// epochs: 20
	// more than 9 of 10 right: true
}

// A service opens a model once, from a run directory or an exported file, and
// predicts with it from any number of goroutines.
func ExampleOpen() {
	run, remove := trainedPenguins()
	defer remove()

	model, err := experiment.Open(run)
	if err != nil {
		log.Fatal(err)
	}
	rows := filepath.Join(run, "rows.csv")
	text := `island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex
Torgersen,39.1,18.7,181,3750,MALE
Biscoe,47.5,14.2,215,5000,FEMALE
`
	if err := os.WriteFile(rows, []byte(text), 0o666); err != nil {
		log.Fatal(err)
	}
	answers, err := model.PredictFile(rows)
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range answers {
		fmt.Println(a.Class, a.Probabilities[a.Class] > 0.9)
	}
	// Output:
	// Adelie true
	// Gentoo true
}

// An exported model is one file: PyTorch's load_state_dict takes it, and so
// does Open.
func ExampleTrained_Export() {
	run, remove := trainedPenguins()
	defer remove()

	model, err := experiment.Open(run)
	if err != nil {
		log.Fatal(err)
	}
	file := filepath.Join(run, "penguins.safetensors")
	if err := model.Export(file); err != nil {
		log.Fatal(err)
	}
	again, err := experiment.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(again.Schema.Target.Name, again.Schema.Target.Classes)
	// Output: species [Adelie Chinstrap Gentoo]
}

// trainedPenguins returns the directory of a run that is done.
func trainedPenguins() (run string, remove func()) {
	dir, err := os.MkdirTemp("", "ebb")
	if err != nil {
		log.Fatal(err)
	}
	spec, err := experiment.AutoSpec("penguins", "species")
	if err != nil {
		log.Fatal(err)
	}
	spec.Train.Epochs = 20
	e, err := experiment.Build(spec)
	if err != nil {
		log.Fatal(err)
	}
	run = filepath.Join(dir, "run")
	if _, err := e.Run(context.Background(), experiment.RunOptions{Dir: run}); err != nil {
		log.Fatal(err)
	}
	return run, func() { os.RemoveAll(dir) }
}

// What is wrong in a spec is told with its line and the nearest name.
func ExampleParseSpec() {
	_, err := experiment.ParseSpec("net.yaml", []byte(`data: {source: digits}
model:
  - dense: {unit: 64, activation: relu}
`))
	fmt.Println(err)
	// Output: net.yaml:3: dense: unknown key "unit", did you mean "units"?
}

func ExampleAutoSpec() {
	spec, err := experiment.AutoSpec("penguins", "body_mass_g")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(spec.Text)
	// Output:
	// data:
	//   source: penguins
	//   target: body_mass_g
	//   validation: 0.2
	//   standardize: true
	// model:
	//   - dense: {units: 32, activation: relu}
	//     repeat: 2
	//   - dense: {units: 1}
	// loss: mse
	// optimizer: {name: adam, lr: 0.001}
	// train: {epochs: 200, batch: 16, seed: 1, early_stopping: {patience: 40}}
}

func ExampleBuild() {
	spec, err := experiment.ParseSpec("", []byte(`
data: {source: xor, validation: 0}
model:
  - dense: {units: 4, activation: tanh}
  - dense: {units: 2}
`))
	if err != nil {
		log.Fatal(err)
	}
	e, err := experiment.Build(spec)
	if err != nil {
		log.Fatal(err)
	}
	d, err := e.Describe()
	if err != nil {
		log.Fatal(err)
	}
	if err := d.Write(os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// data       xor: 4 rows to train on, 0 held out, 2 features
	//            predicts label, one of 2 classes
	//            values standardized on the training rows
	//
	// layer    module  kind   output  params  settings
	// dense_1  0       dense  4           12  glorot_uniform, bias zeros
	// dense_1  1       tanh   4            -
	// dense_2  2       dense  2           10  glorot_uniform, bias zeros
	// all                                 22
	//
	// loss       cross_entropy
	// optimizer  name adam, lr 0.001, beta1 0.9, beta2 0.999, eps 1e-08,
	//            weight_decay 0
	// train      epochs 20, batch 4, seed 1, clip_norm 0, clip_value 0,
	//            schedule constant, warm_up 0
}

// Ctrl-C cancels a context; Resume goes on to the same bits.
func ExampleResume() {
	dir, err := os.MkdirTemp("", "ebb")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	spec, err := experiment.ParseSpec("", []byte("data: {source: xor, validation: 0}\nmodel: [{dense: {units: 2}}]\ntrain: {epochs: 3}\n"))
	if err != nil {
		log.Fatal(err)
	}
	e, err := experiment.Build(spec)
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // before the first step
	opt := experiment.RunOptions{Dir: filepath.Join(dir, "run")}
	report, err := e.Run(ctx, opt)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Interrupted, report.Epochs)
	_, report, err = experiment.Resume(context.Background(), opt.Dir, 0, experiment.RunOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Interrupted, report.Epochs)
	// Output:
	// true 0
	// false 3
}
