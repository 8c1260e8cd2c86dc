"""Writes golden.json: what PyTorch computes for every layer, in float64.

Run with PyTorch 2: python golden.py > golden.json
Each case has the input x, the gradient dy of the output, the parameters before
the step, the output y, the input's gradient dx, the parameters' gradients and
the buffers after the step.
"""

import json
import sys

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class Parallel(nn.Sequential):
    def forward(self, x):
        return torch.cat([branch(x) for branch in self], dim=-1)


class Exponential(nn.Module):
    def forward(self, x):
        return torch.exp(x)


class HardSigmoid(nn.Module):
    """nn.Hardsigmoid by its formula: PyTorch's own backward has 1/6 in float32."""

    def forward(self, x):
        return nn.functional.relu6(x + 3) / 6


def tensor(t):
    return {"shape": list(t.shape), "data": t.detach().flatten().tolist()}


def case(name, model, x, train=False):
    for p in model.parameters():
        with torch.no_grad():
            p.add_(0.3 * torch.randn_like(p))
    model.train(train)
    params = {k: tensor(v) for k, v in model.state_dict().items() if "num_batches" not in k}
    differentiable = x.is_floating_point()
    if differentiable:
        x = x.clone().requires_grad_(True)
    y = model(x)
    dy = torch.randn_like(y)
    y.backward(dy)
    return {
        "name": name,
        "train": train,
        "x": tensor(x.to(torch.float64)),
        "y": tensor(y),
        "dy": tensor(dy),
        "dx": tensor(x.grad) if differentiable else None,
        "params": params,
        "grads": {k: tensor(v.grad) for k, v in model.named_parameters()},
        "buffers": {k: tensor(v) for k, v in model.named_buffers() if "num_batches" not in k},
    }


activations = {
    "identity": nn.Identity(),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "relu": nn.ReLU(),
    "leaky_relu": nn.LeakyReLU(),
    "elu": nn.ELU(),
    "selu": nn.SELU(),
    "gelu": nn.GELU(),
    "softplus": nn.Softplus(threshold=100),
    "hard_sigmoid": HardSigmoid(),
    "exponential": Exponential(),
    "softmax": nn.Softmax(dim=-1),
}

cases = []
for name, layer in activations.items():
    x = torch.cat([3 * torch.randn(3, 4), torch.tensor([[0.0, -3.5, 3.5, 12.0]])])
    cases.append(case(name, nn.Sequential(layer), x))

cases.append(case("dense", nn.Sequential(nn.Linear(3, 2)), torch.randn(4, 3)))
cases.append(case("dense without bias", nn.Sequential(nn.Linear(3, 2, bias=False)), torch.randn(2, 2, 3)))
for train in (True, False):
    bn = nn.BatchNorm1d(3)
    bn.running_mean.copy_(torch.randn(3))
    bn.running_var.copy_(torch.rand(3) + 0.5)
    cases.append(case(f"batch_norm {'training' if train else 'inference'}", nn.Sequential(bn), torch.randn(5, 3), train))
cases.append(case("layer_norm", nn.Sequential(nn.LayerNorm(5)), torch.randn(3, 5)))
cases.append(case("embedding", nn.Sequential(nn.Embedding(5, 3)), torch.tensor([[0, 4, 1], [1, 1, 3]])))
cases.append(case("flatten", nn.Sequential(nn.Flatten(), nn.Linear(6, 2)), torch.randn(3, 2, 3)))
cases.append(case("residual", nn.Sequential(Residual(nn.Linear(3, 3), nn.Tanh())), torch.randn(4, 3)))
cases.append(
    case(
        "parallel",
        nn.Sequential(Parallel(nn.Linear(3, 2), nn.Sequential(nn.Linear(3, 3), nn.ReLU()), nn.Identity())),
        torch.randn(4, 3),
    )
)
cases.append(
    case(
        "chain",
        nn.Sequential(
            nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), Residual(nn.Linear(6, 6), nn.Sigmoid()), nn.LayerNorm(6), nn.Linear(6, 3)
        ),
        torch.randn(5, 4),
        True,
    )
)


class Time(nn.Module):
    """A recurrent module in a Sequential: all outputs, or what the last hidden
    states are, of sequences of the given lengths."""

    def __init__(self, inner, last=False):
        super().__init__()
        self.inner, self.last, self.lengths = inner, last, None

    def forward(self, x):
        if self.lengths is None:
            y, state = self.inner(x)
        else:
            packed = nn.utils.rnn.pack_padded_sequence(x, self.lengths, enforce_sorted=False)
            y, state = self.inner(packed)
            y, _ = nn.utils.rnn.pad_packed_sequence(y, total_length=x.shape[0])
        if not self.last:
            return y
        h = state[0] if isinstance(state, tuple) else state
        directions = 2 if self.inner.bidirectional else 1
        return torch.cat(list(h[-directions:]), dim=-1)


class Truncated(nn.Module):
    """The first steps without a gradient, then the last ones from their state."""

    def __init__(self, inner, window):
        super().__init__()
        self.inner, self.window = inner, window

    def forward(self, x):
        _, state = self.inner(x[: -self.window])
        state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        return self.inner(x[-self.window :], state)[0]


def recurrent(name, layer, lengths=None, last=False, window=0):
    module = Truncated(layer, window) if window else Time(layer, last)
    module.lengths = lengths
    c = case(name, nn.Sequential(module), torch.randn(6, 3, 3))
    c["lengths"], c["window"] = lengths, window
    for key in ("params", "grads"):
        c[key] = {k.replace("inner.", ""): v for k, v in c[key].items()}
    return c


for name, make in {
    "rnn tanh": nn.RNN,
    "rnn relu": lambda *a, **k: nn.RNN(*a, nonlinearity="relu", **k),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}.items():
    cases.append(recurrent(name, make(3, 3)))
    cases.append(recurrent(name + " last", make(3, 3), last=True))
    cases.append(recurrent(name + " stacked", make(3, 3, num_layers=2)))
    cases.append(recurrent(name + " bidirectional", make(3, 3, bidirectional=True)))
    cases.append(
        recurrent(name + " stacked bidirectional last", make(3, 3, num_layers=2, bidirectional=True), lengths=[6, 2, 4], last=True)
    )
    cases.append(recurrent(name + " lengths", make(3, 3, num_layers=2, bidirectional=True), lengths=[3, 6, 1]))
    cases.append(recurrent(name + " truncated", make(3, 3, num_layers=2), window=2))
json.dump(cases, sys.stdout, indent=None, separators=(",", ":"))
