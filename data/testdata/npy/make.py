"""Writes the .npy and .npz fixtures with NumPy, and expected.json with their
shapes and values in row-major order."""
import json
import numpy as np

rng = np.random.default_rng(1)
expected = {}


def save(name, a, version=None):
    with open(name + ".npy", "wb") as f:
        np.lib.format.write_array(f, a, version=version)
    expected[name] = {"shape": list(a.shape), "values": a.astype(np.float64).ravel().tolist()}


for kind in ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
    for order in "<>":
        if kind[0] == "f":
            a = rng.normal(size=(3, 2)) * 1000
            a[0, 0] = -0.5
        else:
            low = -100 if kind[0] == "i" else 0
            a = rng.integers(low, 127, size=(3, 2))
            if kind[1] != "1":
                a[0, 0] = 30000
        save(("le_" if order == "<" else "be_") + kind, a.astype(order + kind))
save("bool", np.array([[True, False], [False, True]]))
save("fortran", np.asfortranarray(np.arange(24, dtype="f4").reshape(2, 3, 4)))
save("version2", np.arange(6, dtype="f4").reshape(2, 3), (2, 0))
save("version3", np.arange(6, dtype="f4").reshape(2, 3), (3, 0))
save("vector", np.arange(5, dtype="i4"))
x = rng.normal(size=(40, 2, 3)).astype("f4")
y = np.arange(40) % 4 + 3
np.savez("plain.npz", X=x, Y=y)
np.savez_compressed("packed.npz", x=x, y=y)
expected["npz"] = {"shape": [40, 6], "values": x.astype(np.float64).ravel().tolist()}
json.dump(expected, open("expected.json", "w"))
