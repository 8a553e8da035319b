"""Makes test/fixtures/keras/text-model.json: models of Keras 3 that begin with a TextVectorization, and compiled ones, as .keras.

    KERAS_BACKEND=tensorflow python scripts/oracles/keras_text_model.py test/fixtures/keras/text-model.json

Made with Keras 3.12 on TensorFlow (TextVectorization needs it). Weights are random; texts, ids and outputs are Keras's. Files are
kept as base64 of their bytes packed by zlib.
"""
import base64
import json
import os
import sys
import tempfile
import zlib

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

keras.utils.set_random_seed(3)
folder = tempfile.mkdtemp()
TEXTS = ["The cat sat, on the mat!", "", "A dog? unknown words sat", "mat mat the cat the dog on the mat again"]
COLUMN = tf.constant([[text] for text in TEXTS])
cases = []


def save(name, model):
    model.save(os.path.join(folder, name))


def case(name, model, step, x):
    save(name, model)
    ids, y = np.asarray(step(x)), np.asarray(model(x))
    cases.append({"file": name, "vocabulary": step.get_vocabulary(), "texts": TEXTS,
                  "ids": {"shape": ids.shape, "data": ids.ravel().tolist()},
                  "outputs": {"shape": y.shape, "data": y.ravel().tolist()}})


def behind(x):
    return L.Dense(2)(L.GRU(3)(L.Embedding(12, 4, mask_zero=True)(x)))


step = L.TextVectorization(max_tokens=10, output_sequence_length=6)
step.adapt(["the cat sat on the mat", "the dog sat", "a mat"])
model = keras.Sequential([keras.Input((1,), dtype="string"), step, L.Embedding(12, 4, mask_zero=True), L.GRU(3), L.Dense(2)])
case("adapted.keras", model, step, COLUMN)

step = L.TextVectorization(vocabulary=["cat", "mat", "The"], standardize="strip_punctuation")
x = keras.Input((1,), dtype="string")
case("given.keras", keras.Model(x, behind(step(x))), step, COLUMN)

step = L.TextVectorization(vocabulary=list("abcdehmt ,"), standardize=None, split="character", output_sequence_length=9)
x = keras.Input((), dtype="string", name="text")
case("characters.keras", keras.Model(x, behind(step(x))), step, tf.constant(TEXTS))

x = keras.Input((1,), dtype="string")
step = L.TextVectorization(vocabulary=["cat", "mat"], ngrams=2)
save("ngrams.keras", keras.Model(x, behind(step(x))))
step = L.TextVectorization(vocabulary=["cat", "mat"], output_mode="multi_hot")
save("multi_hot.keras", keras.Sequential([keras.Input((1,), dtype="string"), step, L.Dense(2)]))


def compiled(name, optimizer, loss, metrics, **options):
    model = keras.Sequential([keras.Input((3, 1)), L.GRU(1), L.Dense(1, activation="sigmoid")])
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics, **options)
    save(f"{name}.keras", model)


O = keras.optimizers
compiled("adamw", O.AdamW(3e-4, beta_1=0.8, beta_2=0.99, epsilon=1e-6, clipnorm=1.0, weight_decay=0.01),
         "binary_crossentropy", ["accuracy", keras.metrics.AUC(name="area")])
compiled("adam", "adam", "mse", ["mae"])
compiled("sgd", O.SGD(O.schedules.ExponentialDecay(0.1, 10, 0.9), momentum=0.9, nesterov=True, clipvalue=0.5),
         keras.losses.BinaryCrossentropy(label_smoothing=0.1), [keras.metrics.BinaryAccuracy(threshold=0.4)],
         loss_weights=[0.5])
compiled("rmsprop", O.RMSprop(0.01, rho=0.8, centered=True, global_clipnorm=2.0), keras.losses.Huber(), None)
compiled("nadam", O.Nadam(0.02, beta_1=0.7), "mae", None)
compiled("adagrad", O.Adagrad(0.03, initial_accumulator_value=0.2), "mse", None)
compiled("amsgrad", O.Adam(amsgrad=True), "mse", None)
compiled("lion", O.Lion(), "mse", None)
compiled("cosine_metric", "adam", "mse", [keras.metrics.CosineSimilarity()])


class Own(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return (y_true - y_pred) ** 2


compiled("own_loss", "adam", Own(), None)

files = {}
for name in sorted(os.listdir(folder)):
    with open(os.path.join(folder, name), "rb") as file:
        files[name] = base64.b64encode(zlib.compress(file.read(), 9)).decode()
source = f"scripts/oracles/keras_text_model.py with Keras {keras.__version__} on TensorFlow {tf.__version__}"
with open(sys.argv[1], "w") as file:
    json.dump({"source": source, "cases": cases, "files": files}, file, separators=(",", ":"))
    file.write("\n")
