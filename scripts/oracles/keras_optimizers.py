"""Ten steps of each of Keras 3's optimizers in float64 on fixed gradients, for test/optimizers.

pip install keras jax; python scripts/oracles/keras_optimizers.py > test/fixtures/keras-optimizers.json
"""
import json
import os

os.environ["KERAS_BACKEND"] = "jax"
import jax

jax.config.update("jax_enable_x64", True)
import keras
import numpy as np

keras.config.set_floatx("float64")
rng = np.random.default_rng(5)
start = [rng.normal(size=5), rng.normal(size=3)]
gradients = [[rng.normal(size=5) * 3, rng.normal(size=3)] for _ in range(10)]
schedule = {"className": "exponentialDecay", "config": {"initialLearningRate": 0.1, "decaySteps": 3, "decayRate": 0.5}}

names = {"sgd": "SGD", "adam": "Adam", "adamW": "AdamW", "rmsprop": "RMSprop", "adagrad": "Adagrad", "nadam": "Nadam"}
keys = {
    "learningRate": "learning_rate", "weightDecay": "weight_decay", "clipNorm": "clipnorm", "clipValue": "clipvalue",
    "globalClipNorm": "global_clipnorm", "beta1": "beta_1", "beta2": "beta_2",
    "initialAccumulatorValue": "initial_accumulator_value",
}
cases = [
    ("sgd", {}), ("sgd", {"momentum": 0.9}), ("sgd", {"momentum": 0.9, "nesterov": True}),
    ("sgd", {"learningRate": schedule}), ("sgd", {"learningRate": 0.1, "weightDecay": 0.05}),
    ("sgd", {"learningRate": 0.1, "clipNorm": 1.5}), ("sgd", {"learningRate": 0.1, "clipValue": 0.5}),
    ("sgd", {"learningRate": 0.1, "globalClipNorm": 2}),
    ("adam", {}), ("adam", {"learningRate": 0.05, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.01}),
    ("adam", {"globalClipNorm": 1}), ("adam", {"weightDecay": 0.1, "learningRate": schedule}),
    ("adamW", {}), ("adamW", {"learningRate": 0.05, "weightDecay": 0.2, "clipNorm": 1}),
    ("nadam", {}), ("nadam", {"learningRate": 0.05, "epsilon": 0.01, "beta1": 0.8}),
    ("rmsprop", {}), ("rmsprop", {"momentum": 0.9}), ("rmsprop", {"centered": True}),
    ("rmsprop", {"centered": True, "momentum": 0.5, "rho": 0.8, "learningRate": 0.01}),
    ("adagrad", {}), ("adagrad", {"learningRate": 0.5, "initialAccumulatorValue": 0.3}),
]
out = []
for name, config in cases:
    options = {keys.get(k, k): v for k, v in config.items()}
    if isinstance(options.get("learning_rate"), dict):
        options["learning_rate"] = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    optimizer = getattr(keras.optimizers, names[name])(**options)
    variables = [keras.Variable(v.copy(), dtype="float64") for v in start]
    optimizer.build(variables)
    for step in gradients:
        optimizer.apply([np.asarray(g) for g in step], variables)
    out.append({"name": name, "config": config, "end": [np.asarray(v.value).tolist() for v in variables]})
print(json.dumps({
    "start": [v.tolist() for v in start], "gradients": [[g.tolist() for g in step] for step in gradients], "cases": out,
}))
