"""Prints the polynomial coefficients of math.go, as float32.

    python math_coefficients.py

Each is a weighted least-squares fit on a Chebyshev grid whose weights are
raised where the error is largest (Lawson's algorithm), which converges to the
minimax polynomial. The first coefficients are rounded to float32 one after the
other and the rest fitted anew, so that rounding costs nothing visible.
Needs NumPy and mpmath.
"""

import mpmath as mp
import numpy as np


def fit(f, lo, hi, degree, weight, fixed=()):
    """f on [lo, hi] with error·weight minimal; fixed: the lowest coefficients."""
    k = 400
    x = (lo + hi) / 2 + (hi - lo) / 2 * np.cos(np.pi * (np.arange(k) + 0.5) / k)
    y = np.array([float(f(mp.mpf(float(v)))) for v in x])
    w = np.array([float(weight(v)) for v in x])
    coefficients = [float(np.float32(c)) for c in fixed]
    error = 0
    while len(coefficients) <= degree:
        rest = y - sum(c * x**i for i, c in enumerate(coefficients))
        basis = np.stack([x**i for i in range(len(coefficients), degree + 1)], 1) * w[:, None]
        lawson = np.ones(k) / k
        for _ in range(200):
            s = np.sqrt(lawson)[:, None]
            c = np.linalg.lstsq(basis * s, rest * w * s[:, 0], rcond=None)[0]
            e = np.abs(basis @ c - rest * w)
            error = e.max()
            lawson *= e + 1e-300
            lawson /= lawson.sum()
        coefficients.append(float(np.float32(c[0])))
    e = max(abs((sum(c * v**i for i, c in enumerate(coefficients)) - t) * u) for v, t, u in zip(x, y, w))
    return coefficients, e


def show(name, result, scale=""):
    coefficients, e = result
    print(f"// {name}: largest weighted error {e:.2g}{scale}")
    print(", ".join(f"{np.float32(c):.9g}" for c in coefficients))


def main():
    mp.mp.dps = 40
    # e^r = 1 + r + r²·Q(r); the error of r²·Q relative to r is what expm1 sees.
    half = 0.3467
    def q(r):
        return (mp.exp(r) - 1 - r) / r**2 if abs(r) > 1e-9 else mp.mpf(1) / 2 + r / 6
    show("exp", fit(q, -half, half, 4, abs, [0.5]))
    # ln(1+e) = e·P(e) on [0, 1]
    def l(e):
        return mp.log1p(e) / e if e > 1e-20 else mp.mpf(1)
    show("log1p", fit(l, 0, 1, 10, lambda e: 1 / float(l(mp.mpf(e))), [1]))
    # tanh x = x + x³·P(x²) for |x| up to 0.55; the error is relative to x.
    def t(u):
        x = mp.sqrt(u)
        return (mp.tanh(x) / x - 1) / u if u > 1e-12 else -mp.mpf(1) / 3 + 2 * u / 15
    show("tanh", fit(t, 0, 0.3026, 4, lambda u: u))
    # Φ(−a) = e^(−a²/2)·P(u)/(a+c), u = (a−c)/(a+c), for a in [0, 14.5]
    def tail(u):
        a = CENTRE * (1 + u) / (1 - u)
        return mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) / 2 * (a + CENTRE)
    top = (14.5 - CENTRE) / (14.5 + CENTRE)
    show("normal tail", fit(tail, -1, top, 9, lambda u: 1 / float(tail(mp.mpf(u)))))


CENTRE = 2.5

if __name__ == "__main__":
    main()
