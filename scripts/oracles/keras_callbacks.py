"""What Keras 3's callbacks do on given values, for test/train/callbacks.test.ts.

pip install keras jax; python scripts/oracles/keras_callbacks.py > test/fixtures/keras-callbacks.json
"""
import json
import os
import sys
import types

os.environ["KERAS_BACKEND"] = "jax"
import numpy as np
from keras import callbacks

rng = np.random.default_rng(3)
NAN = float("nan")


class FakeModel:
    """What the callbacks touch of a model: its weights tell the epoch, its saved files their names."""

    def __init__(self):
        self.epoch, self.restored, self.saved = None, None, []
        self.stop_training = False
        self.optimizer = types.SimpleNamespace(learning_rate=0.1)

    def get_weights(self):
        return self.epoch

    def set_weights(self, weights):
        self.restored = weights

    def save(self, path, overwrite):
        self.saved.append(path)


def sequence(n):
    """Falls, with noise and plateaus; rounded so that equal values occur."""
    return [round(float(v), 2) for v in 1 + np.exp(-np.arange(n) / 4) + rng.normal(scale=0.15, size=n)]


def snake(options):
    names = {"minDelta": "min_delta", "restoreBestWeights": "restore_best_weights", "startFromEpoch": "start_from_epoch",
             "minLearningRate": "min_lr", "saveBestOnly": "save_best_only", "saveFreq": "save_freq",
             "initialValueThreshold": "initial_value_threshold"}  # fmt: skip
    return {names.get(key, key): value for key, value in options.items()}


def early_stopping(options, values, first=0):
    callback, model = callbacks.EarlyStopping(monitor="val_loss", restore_best_weights=True, **snake(options)), FakeModel()
    callback.set_model(model)
    callback.on_train_begin()
    last = None
    for epoch, value in enumerate(values, first):
        model.epoch = last = epoch
        callback.on_epoch_end(epoch, {"val_loss": value})
        if model.stop_training:
            break
    callback.on_train_end()
    return {"options": options, "values": values, "first": first, "last": last, "restored": model.restored}


def reduce_lr(options, values):
    callback, model = callbacks.ReduceLROnPlateau(monitor="val_loss", **snake(options)), FakeModel()
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"val_loss": value})
        rates.append(float(model.optimizer.learning_rate))
    return {"options": options, "values": values, "rates": rates}


def checkpoint(options, values, steps):
    callback, model = callbacks.ModelCheckpoint(monitor="val_loss", **snake(options)), FakeModel()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_begin(epoch)
        for step in range(steps):
            callback.on_train_batch_end(step, {"loss": (step + 1) / 8})
        callback.on_epoch_end(epoch, {"loss": 0.5, "val_loss": value})
    return {"options": options, "values": values, "steps": steps, "saved": model.saved}


stopping = [
    early_stopping({**options}, values, first)
    for options, first in [
        ({}, 0), ({"patience": 1}, 0), ({"patience": 3}, 0), ({"patience": 3, "minDelta": 0.1}, 0),
        ({"patience": 2, "minDelta": -0.1}, 0), ({"patience": 2, "baseline": 1.2}, 0), ({"patience": 0, "baseline": 0.5}, 0),
        ({"patience": 2, "startFromEpoch": 4}, 0), ({"patience": 2, "mode": "max"}, 0), ({"patience": 2}, 3),
        ({"patience": 4, "mode": "max", "baseline": 1.5, "minDelta": 0.05}, 0),
    ]
    for values in [sequence(15), sequence(15), [1.0] * 6, [3.0, 2.0, 1.0, 1.0, 1.0]]
]  # fmt: skip
reducing = [
    reduce_lr(options, values)
    for options in [
        {}, {"patience": 2}, {"patience": 1, "factor": 0.5}, {"patience": 0, "factor": 0.5}, {"patience": 2, "cooldown": 3},
        {"patience": 1, "cooldown": 1, "factor": 0.5}, {"patience": 1, "minLearningRate": 0.02, "factor": 0.3},
        {"patience": 2, "mode": "max", "minDelta": 0.1},
    ]
    for values in [sequence(20), [1.0] * 14]
]  # fmt: skip
saving = [
    checkpoint({"filepath": "m.keras"}, [1.0, 0.8, 0.9], 2),
    checkpoint({"filepath": "{epoch:02d}-{val_loss:.2f}.keras", "saveBestOnly": True}, [1.0, 0.845, 0.9, 0.7, 0.7], 2),
    checkpoint({"filepath": "{epoch}-{val_loss:.3e}-{loss:07.3f}.keras", "saveBestOnly": True, "mode": "max"}, [1.0, 0.8, 1.25], 1),
    checkpoint({"filepath": "{epoch:3d}.keras", "saveBestOnly": True, "initialValueThreshold": 0.85}, [1.0, 0.8, 0.9, 0.7], 2),
    checkpoint({"filepath": "{epoch}-{batch:03d}-{loss}.keras", "saveFreq": 3}, [1.0, 0.8, 0.9], 4),
    checkpoint({"filepath": "{epoch}-{batch}.keras", "saveFreq": 5}, [1.0, 0.8, 0.9], 3),
]
json.dump({"stopping": stopping, "reducing": reducing, "saving": saving}, sys.stdout)
