#!/usr/bin/env python3
"""Trains the network of net.yaml with PyTorch and prints its test accuracy.

usage: pytorch.py FOLDER [SEED]   (needs torch and numpy)
"""
import gzip, sys, time
import numpy as np, torch

folder, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
torch.manual_seed(seed)


def idx(name, skip):
    return np.frombuffer(gzip.open(f"{folder}/{name}").read(), np.uint8, offset=skip)


def part(p):
    x = idx(f"{p}-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype(np.float32) / 255
    return torch.from_numpy(x), torch.from_numpy(idx(f"{p}-labels-idx1-ubyte.gz", 8).astype(np.int64))


x, y = part("train")
xt, yt = part("t10k")
net = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
began = time.time()
for epoch in range(10):
    order = torch.randperm(len(x))
    for i in range(0, len(x), 64):
        b = order[i : i + 64]
        opt.zero_grad()
        torch.nn.functional.cross_entropy(net(x[b]), y[b]).backward()
        opt.step()
with torch.no_grad():
    accuracy = (net(xt).argmax(1) == yt).float().mean().item()
print(f"torch {torch.__version__} seed {seed}: test accuracy {accuracy:.4f} in {time.time() - began:.1f} s")
