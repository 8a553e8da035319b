"""Values and gradients of Keras 3's losses in float64, and scikit-learn's pinball loss, for test/losses.

pip install keras jax scikit-learn; python scripts/oracles/keras_losses.py > test/fixtures/keras-losses.json
"""
import json
import os

os.environ["KERAS_BACKEND"] = "jax"
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import keras
import numpy as np
from sklearn.metrics import mean_pinball_loss

keras.config.set_floatx("float64")
# Keras 3.15's mean on JAX goes through float32, whatever its result is called; the losses call it by this name
keras.src.ops.mean = lambda x, axis: jnp.mean(x, axis=axis)
rng = np.random.default_rng(7)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


real = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
counts = rng.poisson(2.0, size=(4, 3)).astype(float), rng.uniform(0.2, 4, size=(4, 3))
bits = (rng.uniform(size=(4, 3)) > 0.5).astype(float)
onehot = np.eye(5)[rng.integers(0, 5, size=(2, 3))]
index = onehot.argmax(-1)
logits = rng.normal(size=(2, 3, 5)) * 2
large = np.array([[100.0, -100.0, 100.0, -100.0, 0.0]])
probabilities = softmax(logits)
saturated = np.array([[0.0, 1.0, 1.0, 0.0, 0.5]])
cases = [
    ("meanSquaredError", {}, *real),
    ("meanAbsoluteError", {}, *real),
    ("huber", {}, *real),
    ("huber", {"delta": 0.3}, *real),
    ("logCosh", {}, *real),
    ("logCosh", {}, real[0] * 100, real[1] * 100),
    ("poisson", {}, *counts),
    ("cosineSimilarity", {}, *real),
    ("kullbackLeiblerDivergence", {}, softmax(real[0]), softmax(real[1])),
    ("binaryCrossentropy", {}, bits, rng.uniform(0.01, 0.99, size=(4, 3))),
    ("binaryCrossentropy", {"labelSmoothing": 0.2}, bits, rng.uniform(0.01, 0.99, size=(4, 3))),
    ("binaryCrossentropy", {"fromLogits": True}, bits, real[1] * 3),
    ("binaryCrossentropy", {"fromLogits": True, "labelSmoothing": 0.2}, bits, real[1] * 3),
    ("binaryCrossentropy", {"fromLogits": True}, np.array([[1.0, 1, 0, 0, 1]]), large),
    ("binaryCrossentropy", {}, np.array([[1.0, 1, 0, 0, 1]]), saturated),
    ("categoricalCrossentropy", {}, onehot, probabilities),
    ("categoricalCrossentropy", {}, onehot, probabilities * 3),
    ("categoricalCrossentropy", {"labelSmoothing": 0.1}, onehot, probabilities),
    ("categoricalCrossentropy", {"fromLogits": True}, onehot, logits),
    ("categoricalCrossentropy", {"fromLogits": True, "labelSmoothing": 0.1}, onehot, logits),
    ("categoricalCrossentropy", {"fromLogits": True}, np.array([[0, 1.0, 0, 0, 0]]), large),
    ("sparseCategoricalCrossentropy", {}, index, probabilities),
    ("sparseCategoricalCrossentropy", {}, index, probabilities * 3),
    ("sparseCategoricalCrossentropy", {"fromLogits": True}, index, logits),
    ("sparseCategoricalCrossentropy", {"fromLogits": True}, np.array([1]), large),
]
functions = {
    "huber": "Huber", "logCosh": "LogCosh", "kullbackLeiblerDivergence": "KLDivergence",
}
snake = {"fromLogits": "from_logits", "labelSmoothing": "label_smoothing"}


def record(name, config, y_true, y_pred, f):
    values, pullback = jax.vjp(f, jnp.asarray(y_pred))
    upstream = np.linspace(0.5, 1.5, int(np.prod(values.shape))).reshape(values.shape)
    return {
        "name": name, "config": config,
        "yTrue": y_true.tolist(), "yPred": y_pred.tolist(),
        "loss": np.asarray(values).tolist(), "upstream": upstream.tolist(),
        "gradient": np.asarray(pullback(jnp.asarray(upstream))[0]).tolist(),
    }


out = []
for name, config, y_true, y_pred in cases:
    loss = getattr(keras.losses, functions.get(name, name[0].upper() + name[1:]))(
        **{snake.get(k, k): v for k, v in config.items()}, reduction=None
    )
    out.append(record(name, config, y_true, y_pred, lambda p: loss.call(jnp.asarray(y_true), p)))

pinball = [
    {"q": q, "loss": float(mean_pinball_loss(real[0].ravel(), real[1].ravel(), alpha=q))} for q in (0.1, 0.5, 0.9)
]
print(json.dumps({"cases": out, "pinball": {"yTrue": real[0].tolist(), "yPred": real[1].tolist(), "means": pinball}}))
