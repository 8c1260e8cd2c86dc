"""Writes spectrum.json: matrices with their eigenvalues from numpy (LAPACK geev)."""
import json
import pathlib
import numpy as np

rng = np.random.default_rng(2)
q, _ = np.linalg.qr(rng.normal(size=(12, 12)))
r, _ = np.linalg.qr(rng.normal(size=(9, 9)))
blocks = np.zeros((9, 9))  # rotations of known angle and size, hidden by a change of basis
for i, (size, angle) in enumerate([(0.5, 0.3), (1.5, 1.0), (1.1, 2.5), (1.0, 3.0)]):
    c, s = size * np.cos(angle), size * np.sin(angle)
    blocks[2 * i:2 * i + 2, 2 * i:2 * i + 2] = [[c, -s], [s, c]]
blocks[8, 8] = -1.2
cases = {
    "1": np.array([[-3.0]]), "2": rng.normal(size=(2, 2)), "3": rng.normal(size=(3, 3)), "5": rng.normal(size=(5, 5)),
    "normal 40": 0.1 * rng.normal(size=(40, 40)), "uniform 64": rng.uniform(-1, 1, size=(64, 64)), "orthogonal": q,
    "symmetric": (lambda a: a + a.T)(rng.normal(size=(20, 20))), "rotations": r @ blocks @ r.T,
    "cycle": np.roll(np.eye(7), 1, axis=0), "rank 1": np.outer(rng.normal(size=6), rng.normal(size=6)),
    "companion": np.vstack([[0, 0, 0, 16.0], np.hstack([np.eye(3), np.zeros((3, 1))])]),
    "huge": 1e20 * rng.normal(size=(6, 6)), "tiny": 1e-20 * rng.normal(size=(6, 6)), "graded": np.diag(10.0 ** -np.arange(8)) + 1e-3 * np.triu(rng.normal(size=(8, 8)), 1),
}
out = []
for name, w in cases.items():
    w = w.astype(np.float32).astype(float)
    e = np.linalg.eigvals(w)
    out.append({"Name": name, "N": w.shape[0], "W": w.ravel().tolist(), "Re": e.real.tolist(), "Im": e.imag.tolist()})
pathlib.Path(__file__).with_name("spectrum.json").write_text(json.dumps(out) + "\n")
