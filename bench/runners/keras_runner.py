"""Keras 3 on JAX, one thread, compiled by XLA: fit with several batches a call, which spares JAX most of the way there."""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["OMP_NUM_THREADS"] = os.environ["NPROC"] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import time

import jax
import keras
import numpy as np

from protocol import serve

keras.utils.set_random_seed(1)
random = np.random.default_rng(1)


def normal(*shape):
    return random.standard_normal(shape, dtype=np.float32)


def compiled(model, loss, batches=1):
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss, jit_compile=True, steps_per_execution=batches)
    return model


def fit(spec):
    n, batch = spec["samples"], spec["batch"]
    units, outputs = spec["units"], spec["outputs"]
    binary = spec["loss"] == "binaryCrossentropy"
    x = normal(n, spec["time"], spec["features"])
    y = random.integers(0, 2, (n, outputs)).astype("float32") if binary else normal(n, outputs)
    grus = [keras.layers.GRU(h, return_sequences=i < len(units) - 1) for i, h in enumerate(units)]
    head = keras.layers.Dense(outputs, activation="sigmoid" if binary else None)
    model = keras.Sequential([keras.Input(x.shape[1:]), *grus, head])
    compiled(model, "binary_crossentropy" if binary else "mse", batches=n // batch)
    return {"run": lambda times: model.fit(x, y, batch_size=batch, epochs=times, verbose=0)}


def language(spec):
    vocabulary, shape = spec["vocabulary"], (spec["batch"], spec["time"])
    x = random.integers(0, vocabulary, shape).astype("int32")
    y = random.integers(0, vocabulary, shape).astype("int32")
    if spec["embedding"]:
        entry = [keras.Input((spec["time"],), dtype="int32"), keras.layers.Embedding(vocabulary, spec["embedding"])]
    else:
        entry = [keras.Input((spec["time"], vocabulary))]
        x = np.eye(vocabulary, dtype=np.float32)[x]
    gru = keras.layers.GRU(spec["units"][0], return_sequences=True)
    model = keras.Sequential([*entry, gru, keras.layers.Dense(vocabulary)])
    compiled(model, keras.losses.SparseCategoricalCrossentropy(from_logits=True))

    def run(times):
        for _ in range(times):
            model.train_on_batch(x, y)

    return {"run": run}


def forward(spec):
    x = jax.numpy.asarray(normal(spec["batch"], spec["time"], spec["features"]))
    model = keras.Sequential([keras.Input(x.shape[1:]), keras.layers.GRU(spec["units"][0])])
    weights = [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]
    call = jax.jit(lambda trained, fixed, x: model.stateless_call(trained, fixed, x)[0])

    def run(times):
        for _ in range(times):
            np.asarray(call(*weights, x))

    return {"run": run}


def stream(spec):
    x = jax.numpy.asarray(normal(spec["batch"], spec["features"]))
    cell = keras.layers.GRUCell(spec["units"][0])
    cell.build(x.shape)
    weights = [v.value for v in cell.trainable_variables], [v.value for v in cell.non_trainable_variables]
    call = jax.jit(lambda trained, fixed, x, h: cell.stateless_call(trained, fixed, x, h)[0][0])

    def run(times):
        h = jax.numpy.zeros((spec["batch"], spec["units"][0]))
        for _ in range(times):
            h = call(*weights, x, h)
            np.asarray(h)

    return {"run": run}


def denormal(spec):
    x = normal(spec["batch"], spec["time"], spec["features"])

    def trainer(every_step):
        gru = keras.layers.GRU(spec["units"][0], return_sequences=every_step)
        model = compiled(keras.Sequential([keras.Input(x.shape[1:]), gru, keras.layers.Dense(1)]), "mse")
        y = normal(*x.shape[:2], 1) if every_step else normal(x.shape[0], 1)

        def seconds():
            start = time.perf_counter()
            for _ in range(5):
                model.train_on_batch(x, y)
            return time.perf_counter() - start

        seconds()
        return seconds

    last, every = trainer(False), trainer(True)
    return {"ratio": lambda: last() / every()}


def info():
    return {"versions": {"keras": keras.__version__, "jax": jax.__version__}, "notes": []}


serve(info, {"fit": fit, "language": language, "forward": forward, "stream": stream, "denormal": denormal})
