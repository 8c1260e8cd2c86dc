"""Golden values and gradients of every loss in float64, from torch.nn.

python losses.py > losses.json
"""
import json

import torch
from torch import nn

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
losses = {
    "mse": nn.MSELoss(),
    "mae": nn.L1Loss(),
    "huber": nn.HuberLoss(),
    "cross_entropy": nn.CrossEntropyLoss(),
    "binary_cross_entropy": nn.BCEWithLogitsLoss(),
}


def exact(*shape):  # multiples of 2^-10: the same numbers in float32
    return (torch.randn(*shape) * 2048).round() / 1024


cases = []


def case(loss, form, pred, target, given=None):
    """target is what torch takes, given what ebb takes (if not the same)."""
    pred = pred.clone().requires_grad_()
    value = losses[loss](pred, target)
    value.backward()
    given = target if given is None else given
    cases.append({
        "loss": loss, "form": form,
        "shape": list(pred.shape), "pred": pred.flatten().tolist(),
        "target_shape": list(given.shape), "target": given.flatten().tolist(),
        "value": value.item(), "grad": pred.grad.flatten().tolist(),
    })


index = torch.tensor([2, 0, 1, 2, 1])
onehot = nn.functional.one_hot(index, 3).double()
soft = torch.tensor([[0.25, 0.5, 0.25], [1, 0, 0], [0.125, 0.125, 0.75], [0.5, 0.5, 0], [0, 0.25, 0.75]])
for name in ("mse", "mae", "huber"):
    case(name, "numbers", exact(5, 3), exact(5, 3))
    case(name, "one column", exact(5, 1), (t := exact(5, 1)), t.flatten())
    case(name, "class indices", exact(5, 3), onehot, index)
    case(name, "class indices, one unit", exact(5, 1), (t := torch.tensor([[0.0], [1], [1], [0], [1]])), t.flatten())
case("cross_entropy", "class indices", exact(5, 3), index)
case("cross_entropy", "one-hot", exact(5, 3), onehot)
case("cross_entropy", "probabilities", exact(5, 3), soft)
case("cross_entropy", "unnormalized", exact(5, 3), soft * 2)
p = exact(2, 3, 4)
t = torch.tensor([[3, 0, 1], [2, 2, 0]])
flat = p.reshape(6, 4).clone().requires_grad_()
v = losses["cross_entropy"](flat, t.flatten())
v.backward()
cases.append({"loss": "cross_entropy", "form": "sequence", "shape": [2, 3, 4], "pred": p.flatten().tolist(),
              "target_shape": [2, 3], "target": t.flatten().tolist(), "value": v.item(), "grad": flat.grad.flatten().tolist()})
case("binary_cross_entropy", "probabilities", exact(5, 3), soft)
case("binary_cross_entropy", "one unit", exact(5, 1), (t := torch.tensor([[0.0], [1], [1], [0], [1]])), t.flatten())
case("binary_cross_entropy", "class indices", exact(5, 3), onehot, index)
big = torch.tensor([[1000.0, -1000, 0], [-1000, 1000, 1000], [0, 0, -1000]])
far = torch.tensor([1, 0, 2])
case("cross_entropy", "logits of 1000", big, far)
case("binary_cross_entropy", "logits of 1000", big, nn.functional.one_hot(far, 3).double(), far)
print(json.dumps(cases, indent=None).replace('}, {', '},\n{'))
