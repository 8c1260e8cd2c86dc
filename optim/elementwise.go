package optim

// Every rule of this package treats each element of a parameter by itself.

func (SGD) Elementwise()     {}
func (Adagrad) Elementwise() {}
func (RMSprop) Elementwise() {}
func (Adam) Elementwise()    {}
