"""What the Python peers share: the protocol, the numbers by formula, the clock.

It says the same as workload.go, timing.go and protocol.go on Go's side."""
import gzip, json, os, resource, signal, sys, time
import numpy as np

signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who started it ends it
THREADS = int(os.environ.get("EBB_BENCH_THREADS", "1"))
INPUTS, TARGETS = 1000, 1001


def unit(stream, count, use=lambda u: u):
    """The first numbers of a stream in [0, 1), float32, as use makes them. It
    works piece by piece, not to raise the peak of memory that is measured."""
    out = np.empty(count, np.float32)
    for lo in range(0, count, 1 << 16):
        i = np.arange(lo, min(count, lo + (1 << 16)), dtype=np.uint32)
        h = i * np.uint32(2654435761) + np.uint32((stream * 40503 + 1) % 2**32)
        h ^= h >> np.uint32(16)
        h *= np.uint32(0x85EBCA6B)
        h ^= h >> np.uint32(13)
        h *= np.uint32(0xC2B2AE35)
        h ^= h >> np.uint32(16)
        out[lo : lo + len(i)] = use((h >> np.uint32(8)).astype(np.float64) / 2**24)
    return out


def weights(w):
    """The weight matrices [in, out], float32, one after the other."""
    for l, (i, o) in enumerate(zip(w["sizes"], w["sizes"][1:])):
        limit = np.sqrt(6 / i) if w["activation"] == "relu" else np.sqrt(6 / (i + o))
        yield unit(l, i * o, lambda u: (u * 2 - 1) * limit).reshape(i, o)


def rows(w, n):
    """n rows of inputs, and their targets: classes, or a column for mse."""
    x = unit(INPUTS, n * w["sizes"][0]).reshape(n, -1)
    if w.get("loss") == "mse":
        return x, unit(TARGETS, n).reshape(n, 1)
    return x, unit(TARGETS, n, lambda u: np.floor(u * w["sizes"][-1])).astype(np.int64)


def batches(w):
    b, n = w["batch"], w["batches"]
    if w.get("cell"):  # sequences, time first
        x = unit(INPUTS, n * w["length"] * b * w["sizes"][0]).reshape(n, w["length"], b, -1)
        return list(zip(x, unit(TARGETS, n * b).reshape(n, b, 1)))
    x, y = rows(w, b * n)
    return [(x[i * b : (i + 1) * b], y[i * b : (i + 1) * b]) for i in range(n)]


def epoch_rows(w):
    if not w.get("data"):
        return rows(w, w["rows"])
    read = lambda name, skip: np.frombuffer(gzip.open(os.path.join(w["data"], name)).read(), np.uint8, offset=skip)
    x = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype(np.float32) / 255
    return x, read("train-labels-idx1-ubyte.gz", 8).astype(np.int64)


def measure(seconds, step):
    """Microseconds a step, sorted; see measure in timing.go."""
    now = time.perf_counter
    began = now()
    step()
    first = now() - began
    if first > seconds / 4 and first > 0.02:
        samples = [first * 1e6]
        while now() - began + first / 2 < seconds:
            t = now()
            step()
            samples.append((now() - t) * 1e6)
        return sorted(samples)
    warm = 1
    while now() - began < seconds / 10:
        step()
        warm += 1
    group = max(1, int(100e-6 / ((now() - began) / warm)))
    samples, last = [], now()
    while last - began < seconds or len(samples) < 3:
        for _ in range(group):
            step()
        t = now()
        samples.append((t - last) * 1e6 / group)
        last = t
    samples.sort()
    n = len(samples)
    return samples if n <= 256 else [samples[i * (n - 1) // 255] for i in range(256)]


def peak_rss():
    try:
        with open("/proc/self/status") as f:
            for line in f:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return rss if sys.platform == "darwin" else rss * 1024


def serve(version, configs, prepare, losses=None):
    """Answers until the input ends. prepare(workload, config) returns a step."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints must not get between the answers
    steps = {}

    def answer(q):
        op = q["op"]
        if op == "hello":
            return {"version": version, "configs": configs}
        if op == "prepare":
            step = prepare(q["workload"], q.get("config", ""))
            for _ in range(2):
                step()
            steps[q.get("config", "")] = step
        elif op == "run":
            step = steps[q.get("config", "")]
            times = getattr(step, "times", 1)  # what one call of it does
            return {"samples": [v / times for v in measure(q["seconds"], step)]}
        elif op == "losses":
            if losses is None:
                raise ValueError("this peer does not tell losses")
            return {"losses": [float(v) for v in losses(q["workload"], q["steps"])]}
        elif op == "drop":
            steps.clear()
        elif op == "peak_rss":
            return {"bytes": peak_rss()}
        else:
            raise ValueError(f"unknown operation {op}")
        return {}

    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except BaseException as e:
            reply = {"error": (f"{type(e).__name__}: {e}".strip().splitlines() or ["?"])[0][:300]}
        out.write(json.dumps(reply) + "\n")
        out.flush()
