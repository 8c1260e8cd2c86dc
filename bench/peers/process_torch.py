"""A whole program: process_torch.py FOLDER OUT eager|fused, ten epochs of
Fashion-MNIST. The last line printed is the test accuracy."""
import gzip, os, sys
import numpy as np, torch

folder, out, config = sys.argv[1:4]
torch.set_num_threads(int(os.environ["EBB_BENCH_THREADS"]))
torch.set_num_interop_threads(1)
torch.set_flush_denormal(True)
torch.manual_seed(1)


def idx(name, skip):
    return np.frombuffer(gzip.open(f"{folder}/{name}").read(), np.uint8, offset=skip)


def part(p):
    x = idx(f"{p}-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype(np.float32) / 255
    return torch.from_numpy(x), torch.from_numpy(idx(f"{p}-labels-idx1-ubyte.gz", 8).astype(np.int64))


x, y = part("train")
xt, yt = part("t10k")
net = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
opt = torch.optim.Adam(net.parameters(), lr=1e-3, **({"fused": True} if config == "fused" else {}))
for epoch in range(10):
    order = torch.randperm(len(x))
    for i in range(0, len(x), 64):
        b = order[i : i + 64]
        opt.zero_grad()
        torch.nn.functional.cross_entropy(net(x[b]), y[b]).backward()
        opt.step()
with torch.no_grad():
    accuracy = (net(xt).argmax(1) == yt).float().mean().item()
torch.save(net.state_dict(), os.path.join(out, "model.pt"))
print(accuracy)
