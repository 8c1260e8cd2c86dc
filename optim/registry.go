package optim

// Names returns the names of all rules, as spec files write them.
func Names() []string { return []string{"sgd", "adagrad", "rmsprop", "adam", "adamw"} }

// DefaultLR returns PyTorch's default learning rate of the rule of the given
// name: 0.01 for adagrad and rmsprop, 0.001 otherwise.
func DefaultLR(name string) float64 {
	if name == "adagrad" || name == "rmsprop" {
		return 0.01
	}
	return 0.001
}
