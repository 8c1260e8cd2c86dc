"""scikit-learn's side: partial_fit of an MLPClassifier or MLPRegressor."""
import itertools, warnings
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor
import numpy as np
import common

warnings.filterwarnings("ignore")


def model(w):
    regression = w["loss"] == "mse"
    net = (MLPRegressor if regression else MLPClassifier)(
        hidden_layer_sizes=w["sizes"][1:-1],
        activation={"sigmoid": "logistic"}.get(w["activation"], w["activation"]),
        solver=w["optimizer"],
        learning_rate_init=w["lr"] * (2 if regression else 1),  # its loss is half the squared error
        momentum=0, nesterovs_momentum=False, alpha=0, batch_size=w["batch"],
    )
    classes = None if regression else np.arange(w["sizes"][-1])
    step = (lambda x, y: net.partial_fit(x, y.ravel())) if regression else (lambda x, y: net.partial_fit(x, y, classes=classes))
    x, y = common.rows(w, w["batch"])
    step(x, y)  # makes the weights
    for mine, other in zip(net.coefs_, common.weights(w)):
        mine[:] = other
    for b in net.intercepts_:
        b[:] = 0
    del net._optimizer  # a new one starts with the next step
    return net, step


def prepare(w, config):
    net, step = model(w)
    if w["kind"] == "infer":
        x = common.batches(w)[0][0]
        return lambda: net.predict_proba(x)
    if w["kind"] == "epoch":
        x, y = common.epoch_rows(w)
        return lambda: step(x, y)
    turns = itertools.cycle(common.batches(w))
    return lambda: step(*next(turns))


def losses(w, steps):
    net, step = model(w)
    turns, out = itertools.cycle(common.batches(w)), []
    for t in range(1, steps + 1):
        # Its Adam adds ε before the bias correction, the others after it: for
        # the comparison it gets the ε that means the same.
        net.epsilon = 1e-8 * np.sqrt(1 - 0.999**t)
        if t > 1 and w["optimizer"] == "adam":
            net._optimizer.epsilon = net.epsilon
        step(*next(turns))
        out.append(net.loss_ * (2 if w["loss"] == "mse" else 1))
    return out


if __name__ == "__main__":
    common.serve(sklearn.__version__, [""], prepare, losses)
