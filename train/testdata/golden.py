"""Writes golden.json: the losses of PyTorch for networks whose weights, inputs
and targets come from formulas, so that only the losses have to be stored.

Run with PyTorch 2.15, in float64: python golden.py
"""
import json
import numpy as np
import torch

torch.set_default_dtype(torch.float64)


def network(sizes):
    layers = []
    for k in range(len(sizes) - 1):
        fan_in, fan_out = sizes[k], sizes[k + 1]
        dense = torch.nn.Linear(fan_in, fan_out)
        i = np.arange(fan_in * fan_out, dtype=np.float64)
        w = np.sin((i + 1) * 0.37 + i * i * 0.0013) * np.sqrt(2.0 / fan_in)
        dense.weight.data = torch.from_numpy(w.reshape(fan_in, fan_out).T.copy())
        dense.bias.data = torch.from_numpy(0.01 * np.cos(np.arange(fan_out, dtype=np.float64)))
        layers.append(dense)
        if k < len(sizes) - 2:
            layers.append(torch.nn.ReLU())
    return torch.nn.Sequential(*layers)


def dataset(rows, features, classes):
    i = np.arange(rows * features, dtype=np.float64)
    x = np.sin((i + 1) * 0.731 + (i % 101) * (i % 37) * 0.01)
    y = (np.arange(rows) * 7 + np.arange(rows) // 3) % classes
    return torch.from_numpy(x.reshape(rows, features)), torch.from_numpy(y)


RULES = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.02),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.01),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.00003),
    "adam": lambda p: torch.optim.Adam(p, lr=0.0005),
}


def losses(sizes, rows, batch, rule, steps=100):
    model = network(sizes)
    x, y = dataset(rows, sizes[0], sizes[-1])
    opt = RULES[rule](model.parameters())
    out = []
    for step in range(steps):
        at = step * batch % rows
        opt.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x[at:at + batch]), y[at:at + batch])
        loss.backward()
        opt.step()
        out.append(loss.item())
    return out


cases = []
for sizes, rows, batch in [([20, 16, 8, 4], 64, 16), ([784, 256, 128, 10], 128, 32)]:
    for rule in RULES:
        lr = RULES[rule](network(sizes).parameters()).param_groups[0]["lr"]
        cases.append(dict(sizes=sizes, rows=rows, batch=batch, rule=rule, lr=lr,
                          losses=losses(sizes, rows, batch, rule)))
with open("golden.json", "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
for c in cases:
    print(c["sizes"], c["rule"], c["losses"][0], c["losses"][50], c["losses"][-1])
