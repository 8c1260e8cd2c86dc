package loss_test

import (
	"fmt"

	"github.com/ebb-ml/ebb/loss"
	"github.com/ebb-ml/ebb/tensor"
)

func show(l loss.Loss, pred, target *tensor.Tensor) {
	dpred := tensor.New(pred.Shape()...)
	l.Backward(dpred, pred, target)
	fmt.Printf("J = %.4f, gradient %.3f\n", l.Forward(pred, target), dpred.Data)
}

func ExampleNew() {
	l, err := loss.New("huber")
	fmt.Println(l.Name(), err)
	_, err = loss.New("hinge")
	fmt.Println(err)
	// Output:
	// huber <nil>
	// unknown loss "hinge": expected one of mse, mae, huber, cross_entropy, binary_cross_entropy
}

func ExampleMSE() {
	pred := tensor.From([]tensor.Float{1, 2}, 2, 1)
	show(loss.MSE{}, pred, tensor.From([]tensor.Float{1, 4}, 2))
	// Output: J = 2.0000, gradient [0.000 -2.000]
}

func ExampleMAE() {
	pred := tensor.From([]tensor.Float{1, 2}, 2, 1)
	show(loss.MAE{}, pred, tensor.From([]tensor.Float{0, 5}, 2))
	// Output: J = 2.0000, gradient [0.500 -0.500]
}

func ExampleHuber() {
	pred := tensor.From([]tensor.Float{0.5, 2}, 2, 1)
	show(loss.Huber{}, pred, tensor.From([]tensor.Float{0, 5}, 2))
	// Output: J = 1.3125, gradient [0.250 -0.500]
}

func ExampleCrossEntropy() {
	logits := tensor.From([]tensor.Float{0, 0, 1000, -1000}, 2, 2)
	classes := tensor.From([]tensor.Float{1, 0}, 2)
	show(loss.CrossEntropy{}, logits, classes)
	// Output: J = 0.3466, gradient [0.250 -0.250 0.000 0.000]
}

func ExampleBinaryCrossEntropy() {
	logits := tensor.From([]tensor.Float{0, 1000}, 2, 1)
	show(loss.BinaryCrossEntropy{}, logits, tensor.From([]tensor.Float{1, 1}, 2))
	// Output: J = 0.3466, gradient [-0.250 0.000]
}

// One unit cannot choose between classes; the targets tell so before training.
func ExampleCheck() {
	classes := tensor.From([]tensor.Float{0, 1, 1}, 3)
	fmt.Println(loss.Check(loss.CrossEntropy{}, []int{3, 2}, classes))
	fmt.Println(loss.Check(loss.CrossEntropy{}, []int{3, 1}, classes))
	// Output:
	// <nil>
	// cross_entropy with 1 output unit: row 1 has the target 1, expected a class index from 0 to 0; one unit cannot choose: it needs a unit for each class, or binary_cross_entropy
}
