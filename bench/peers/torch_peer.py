"""PyTorch's side: a training loop as its users write it."""
import os
os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")  # no worker processes
import itertools, signal
import torch
import common

torch.set_num_threads(common.THREADS)
torch.set_num_interop_threads(1)
torch.set_flush_denormal(True)  # as Ebb's kernels do

LAYERS = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
LOSSES = {"cross_entropy": torch.nn.functional.cross_entropy, "mse": torch.nn.functional.mse_loss}


CELLS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}
COMPILE_SECONDS = 60  # that recurrent layers get: some compilers unroll all steps


class Recurrent(torch.nn.Module):
    """Recurrent layers, time first, and a dense head on the last state."""

    def __init__(self, w):
        super().__init__()
        inputs, hidden, outputs = w["sizes"]
        self.both = w.get("bidirectional", False)
        self.layers = CELLS[w["cell"]](inputs, hidden, num_layers=w["layers"], bidirectional=self.both)
        self.head = torch.nn.Linear(hidden * (1 + self.both), outputs)
        limit = 1 / hidden**0.5
        with torch.no_grad():
            for i, p in enumerate(self.parameters()):  # the order is Ebb's too, the matrices are [in, out] there
                values = common.unit(i, p.numel(), lambda u: (u * 2 - 1) * limit)
                p.copy_(torch.from_numpy(values.reshape(tuple(p.shape)[::-1]).T))

    def forward(self, x):
        _, state = self.layers(x)
        h = state[0] if isinstance(state, tuple) else state
        return self.head(torch.cat((h[-2], h[-1]), 1) if self.both else h[-1])


def model(w):
    if w.get("cell"):
        return Recurrent(w)
    layers = []
    for i, a in enumerate(common.weights(w)):
        linear = torch.nn.utils.skip_init(torch.nn.Linear, *a.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(a.T.copy()))
            linear.bias.zero_()
        layers += [linear, LAYERS[w["activation"]]()]
    return torch.nn.Sequential(*layers[:-1])


def optimizer(w, net, config):
    make = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[w["optimizer"]]
    kind = {"foreach": {"foreach": True}, "fused": {"fused": True}, "compile": {"fused": True}}.get(config, {})
    return make(net.parameters(), lr=w["lr"], **kind)


def compiled(f, freezing):
    import torch._inductor.config  # late: it takes memory that an eager program doesn't
    torch._dynamo.reset()
    torch._inductor.config.freezing = freezing
    return torch.compile(f)


def trainer(w, config):
    """A function that makes a training step on a batch and returns the loss."""
    net = model(w)
    opt, loss = optimizer(w, net, config), LOSSES[w["loss"]]
    forward = lambda x, y: loss(net(x), y)
    if config == "compile":
        forward = compiled(forward, freezing=False)

    def step(x, y):
        opt.zero_grad(set_to_none=True)
        j = forward(x, y)
        j.backward()
        opt.step()
        return j

    return step


def tensors(w):
    return [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in common.batches(w)]


def prepare(w, config):
    if w["kind"] == "infer":
        return inference(w, config)
    step = trainer(w, config)
    if w["kind"] == "epoch":
        x, y = (torch.from_numpy(v) for v in common.epoch_rows(w))
        size = w["batch"]
        step(x[:size], y[:size])
        step(x[: len(x) % size or size], y[: len(x) % size or size])

        def epoch():
            order = torch.randperm(len(x))
            for i in range(0, len(x), size):
                b = order[i : i + size]
                step(x[b], y[b])

        return epoch
    turns = itertools.cycle(tensors(w))
    if config == "compile" and w.get("cell"):
        within(COMPILE_SECONDS, lambda: step(*next(turns)))
    return lambda: step(*next(turns))


def within(seconds, first):
    """Calls first, which compiles, and gives up after so many seconds."""

    def late(*_):
        raise TimeoutError(f"not compiled within {seconds} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        first()
    finally:
        signal.alarm(0)


def inference(w, config):
    net, (x, _) = model(w).eval(), tensors(w)[0]
    with torch.inference_mode():
        if config == "jit":
            net = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, x)))
        if config == "compile":
            net = compiled(net, freezing=True)  # weights are constants, which may be packed
        for _ in range(5):
            net(x)

    def predict():
        with torch.inference_mode():
            net(x)

    return predict


def losses(w, steps):
    step, turns = trainer(w, "eager"), itertools.cycle(tensors(w))
    return [step(*next(turns)).item() for _ in range(steps)]


if __name__ == "__main__":
    common.serve(torch.__version__, ["eager", "foreach", "fused", "compile", "jit"], prepare, losses)
