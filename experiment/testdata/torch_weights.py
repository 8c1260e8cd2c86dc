"""Writes torch_weights.safetensors and torch_outputs.json: a torch.nn.Sequential
with trained running statistics, saved by PyTorch, and its outputs for the rows
of xor and a few more. Run with PyTorch and safetensors, in this directory."""
import json

import safetensors.torch
import torch

torch.manual_seed(11)
net = torch.nn.Sequential(
    torch.nn.Linear(2, 6), torch.nn.BatchNorm1d(6), torch.nn.LeakyReLU(0.1),
    torch.nn.Linear(6, 5), torch.nn.LayerNorm(5), torch.nn.GELU(),
    torch.nn.Linear(5, 2),
)
with torch.no_grad():
    for p in net.parameters():
        p.add_(0.3 * torch.randn_like(p))
    for _ in range(5):
        net(torch.randn(32, 2) * 2 + 1)  # moves the running statistics
net.eval()
x = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0], [0.25, 3.5], [-20.0, 7.0]])
with torch.no_grad():
    y = net(x)
safetensors.torch.save_file(net.state_dict(), "torch_weights.safetensors")
with open("torch_outputs.json", "w") as f:
    json.dump({"x": x.tolist(), "y": y.tolist()}, f)
    f.write("\n")
