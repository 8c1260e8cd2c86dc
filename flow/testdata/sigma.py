"""Writes sigma.json: matrices with their largest singular value from numpy's SVD."""
import json
import pathlib
import numpy as np

rng = np.random.default_rng(1)
q, _ = np.linalg.qr(rng.normal(size=(8, 8)))
cases = {
    "row": rng.normal(size=(1, 9)), "column": rng.normal(size=(7, 1)), "wide": rng.normal(size=(5, 20)),
    "tall": rng.normal(size=(40, 16)), "square": rng.normal(size=(24, 24)), "orthogonal": q,
    "gap of 1e-4": q @ np.diag([1, 0.9999, 0.5, 0.4, 0.3, 0.2, 0.1, 0]) @ q.T,
    "rank 1": np.outer(rng.normal(size=6), rng.normal(size=9)), "tiny": 1e-12 * rng.normal(size=(4, 4)), "zeros": np.zeros((3, 3)),
}
out = []
for name, w in cases.items():
    w = w.astype(np.float32).astype(float)
    out.append({"Name": name, "Rows": w.shape[0], "Cols": w.shape[1], "W": w.ravel().tolist(), "Sigma": float(np.linalg.svd(w, compute_uv=False)[0])})
pathlib.Path(__file__).with_name("sigma.json").write_text(json.dumps(out) + "\n")
