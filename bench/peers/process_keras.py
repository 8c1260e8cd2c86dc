"""A whole program: process_keras.py FOLDER OUT tensorflow|jax, ten epochs of
Fashion-MNIST. The last line printed is the test accuracy."""
import gzip, os, sys

folder, out, backend = sys.argv[1:4]
threads = int(os.environ["EBB_BENCH_THREADS"])
os.environ.update(KERAS_BACKEND=backend, TF_CPP_MIN_LOG_LEVEL="3")
if hasattr(os, "sched_setaffinity"):  # jax has no number of threads of its own
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
import numpy as np

if backend == "tensorflow":
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
import keras

keras.utils.set_random_seed(1)


def idx(name, skip):
    return np.frombuffer(gzip.open(f"{folder}/{name}").read(), np.uint8, offset=skip)


def part(p):
    x = idx(f"{p}-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype(np.float32) / 255
    return x, idx(f"{p}-labels-idx1-ubyte.gz", 8).astype(np.int64)


(x, y), (xt, yt) = part("train"), part("t10k")
net = keras.Sequential([keras.layers.Dense(256, "relu"), keras.layers.Dense(128, "relu"), keras.layers.Dense(10)])
net.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
net.fit(x, y, batch_size=64, epochs=10, verbose=0)
accuracy = net.evaluate(xt, yt, verbose=0)[1]
net.save(os.path.join(out, "model.keras"))
print(accuracy)
