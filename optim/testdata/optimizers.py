"""20-step traces of every optimizer, clipping and schedules, in float64, from torch.

python optimizers.py > optimizers.json
"""
import json
import math

import torch
from torch.optim import lr_scheduler as sched

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
STEPS, SIZES = 20, [5, 3]


def exact(*shape):  # multiples of 2^-10: the same numbers in float32
    return (torch.randn(*shape) * 1024).round() / 1024


start = [exact(n) for n in SIZES]
grads = [[exact(n) for n in SIZES] for _ in range(STEPS)]
for step in grads:
    step[0][1] = 0.0          # never a gradient
    step[0][2] *= 2.0**-20    # a tiny one
    step[0][3] *= 2.0**10     # a large one
O = torch.optim
variants = {
    "sgd": (O.SGD, dict(lr=0.1)),
    "sgd_decay": (O.SGD, dict(lr=0.1, weight_decay=0.05)),
    "sgd_momentum": (O.SGD, dict(lr=0.1, momentum=0.9)),
    "sgd_momentum_decay": (O.SGD, dict(lr=0.1, momentum=0.9, weight_decay=0.05)),
    "sgd_nesterov": (O.SGD, dict(lr=0.1, momentum=0.9, nesterov=True)),
    "sgd_nesterov_decay": (O.SGD, dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.05)),
    "adagrad": (O.Adagrad, dict()),
    "adagrad_decay": (O.Adagrad, dict(weight_decay=0.05)),
    "rmsprop": (O.RMSprop, dict()),
    "rmsprop_decay": (O.RMSprop, dict(weight_decay=0.05)),
    "rmsprop_momentum": (O.RMSprop, dict(momentum=0.9)),
    "rmsprop_momentum_decay": (O.RMSprop, dict(momentum=0.9, weight_decay=0.05)),
    "adam": (O.Adam, dict()),
    "adam_decay": (O.Adam, dict(weight_decay=0.05)),
    "adamw": (O.AdamW, dict()),
    "adamw_no_decay": (O.AdamW, dict(weight_decay=0)),
}
traces = {}
for name, (cls, kw) in variants.items():
    ps = [torch.nn.Parameter(s.clone()) for s in start]
    opt = cls(ps, **kw)
    trace = []
    for g in grads:
        for p, v in zip(ps, g):
            p.grad = v.clone()
        opt.step()
        trace.append([p.tolist() for p in ps])
    slots = [{k: v.tolist() for k, v in opt.state[p].items() if k != "step" and v is not None} for p in ps]
    traces[name] = {"lr": opt.param_groups[0]["lr"], "trace": trace, "slots": slots}

clips = []
for limit in (0.5, 2.0, 1e6):
    ps = [torch.nn.Parameter(s.clone()) for s in start]
    for p, v in zip(ps, grads[0]):
        p.grad = v.clone()
    norm = torch.nn.utils.clip_grad_norm_(ps, limit).item()
    by_norm = [p.grad.tolist() for p in ps]
    for p, v in zip(ps, grads[0]):
        p.grad = v.clone()
    torch.nn.utils.clip_grad_value_(ps, limit)
    clips.append({"limit": limit, "norm": norm, "by_norm": by_norm, "by_value": [p.grad.tolist() for p in ps]})


def rates(make, steps, metrics=None):
    opt = O.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    s = make(opt)
    out = []
    for i in range(steps):
        out.append(opt.param_groups[0]["lr"])
        opt.step()
        s.step() if metrics is None else s.step(metrics[i])
    return out


metrics = [1, 0.9, 0.89999, 0.95, 0.95, 0.95, 0.95, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]
schedules = {
    "step": rates(lambda o: sched.StepLR(o, step_size=3, gamma=0.5), 12),
    "cosine": rates(lambda o: sched.CosineAnnealingLR(o, T_max=10, eta_min=0.1), 10),
    "warm_up": rates(lambda o: sched.LinearLR(o, start_factor=1 / 4, total_iters=3), 8),
    "plateau": rates(lambda o: sched.ReduceLROnPlateau(o, factor=0.1, patience=2, min_lr=0.005), len(metrics), metrics),
}
print(json.dumps({
    "start": [s.tolist() for s in start], "grads": [[v.tolist() for v in g] for g in grads],
    "traces": traces, "clips": clips, "metrics": metrics, "schedules": schedules,
}).replace('"trace": ', '\n"trace": '))
