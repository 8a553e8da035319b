"""Makes test/fixtures/keras/interop.json: small models saved by Keras 3 in every convention, with their inputs and outputs.

    KERAS_BACKEND=jax python scripts/oracles/keras_interop.py test/fixtures/keras/interop.json

Made with Keras 3.12.4, JAX 0.10.2 and h5py 3.16.0. Weights are random; outputs are those of `model(x, training=False)`. The files
are kept as base64 of their bytes packed by zlib, since HDF5 of so small models is nearly all zeros.
"""
import base64
import json
import os
import sys
import tempfile
import zlib

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np
from keras import layers as L

folder = tempfile.mkdtemp()
random = np.random.default_rng(7)
cases = []


def save(name, model, inputs, forms=("keras",), calls=1):
    """Random weights, the model in the given forms, and what it makes of the inputs."""
    model.set_weights([positive(w, random.uniform(-0.6, 0.6, w.shape)).astype("float32") for w in model.weights])
    for form in forms:
        file = f"{name}.{form}"
        path = os.path.join(folder, file)
        if form == "weights.h5":
            model.save_weights(path)
        else:
            model.save(path)
        for layer in model.layers:
            if getattr(layer, "stateful", False):
                layer.reset_state()
        for _ in range(calls):
            y = model(inputs if len(inputs) > 1 else inputs[0], training=False)
        outputs = [np.asarray(t) for t in keras.tree.flatten(y)]
        case = {
            "file": file,
            "inputs": [entry(x) for x in inputs],
            "outputs": [entry(t) for t in outputs],
            "calls": calls,
        }
        if form == "weights.h5":
            case["architecture"] = json.loads(model.to_json())
        cases.append(case)


def positive(variable, values):
    return np.abs(values) + 0.3 if "variance" in variable.path else values


def entry(x):
    x = np.asarray(x)
    data = [int(v) for v in x.flatten()] if x.dtype.kind in "iu" else [round(float(v), 8) for v in x.flatten()]
    return {"shape": list(x.shape), "data": data, "dtype": "int32" if x.dtype.kind in "iu" else "float32"}


def floats(*shape):
    return random.uniform(-1, 1, shape).astype("float32")


def masked(B, T, D):
    x = floats(B, T, D)
    x[0, T - 2 :] = 0
    x[-1, T - 1 :] = 0
    return x


def ids(V, *shape):
    return random.integers(0, V, shape).astype("int32")


for reset in (True, False):
    for gate in ("sigmoid", "hard_sigmoid"):
        name = f"gru_{'after' if reset else 'before'}_{gate}"
        first = L.GRU(3, reset_after=reset, recurrent_activation=gate, return_sequences=True, name="first layer")
        model = keras.Sequential([keras.Input((4, 2)), first, L.GRU(2, reset_after=reset, use_bias=False), L.Dense(1)])
        save(name, model, [floats(2, 4, 2)], ["keras", "h5", "weights.h5"] if gate == "sigmoid" else ["keras"])

save(
    "lstm_backwards",
    keras.Sequential(
        [
            keras.Input((None, 2)),
            L.LSTM(3, go_backwards=True, return_sequences=True),
            L.SimpleRNN(2, activation="relu", dropout=0.2),
            L.Dropout(0.3),
            L.Dense(3, activation="softmax"),
        ]
    ),
    [floats(2, 5, 2)],
    ["keras", "h5"],
)
save(
    "masking_bidirectional",
    keras.Sequential(
        [
            keras.Input((None, 2)),
            L.Masking(),
            L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="concat"),
            L.Bidirectional(L.LSTM(3), merge_mode="sum"),
            L.LayerNormalization(),
            L.Dense(2, activation="hard_sigmoid"),
        ]
    ),
    [masked(3, 5, 2)],
    ["keras", "h5"],
)
save(
    "embedding_mask",
    keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            L.Embedding(7, 3, mask_zero=True),
            L.SpatialDropout1D(0.2),
            L.GRU(3, return_sequences=True, activation="elu"),
            L.TimeDistributed(L.Dense(2, activation="tanh")),
            L.GlobalAveragePooling1D(),
        ]
    ),
    [np.array([[1, 2, 0, 0], [3, 4, 5, 6], [6, 1, 2, 0]], "int32")],
    ["keras", "h5"],
)
save(
    "stateful",
    keras.Sequential(
        [keras.Input(batch_shape=(2, 3, 2)), L.GRU(3, stateful=True, return_sequences=True), L.LSTM(2, stateful=True)]
    ),
    [floats(2, 3, 2)],
    ["keras"],
    calls=2,
)

ids_in = keras.Input((None,), dtype="int32", name="ids")
numbers_in = keras.Input((6, 3), name="numbers")
state_in = keras.Input((4,), name="state")
e = L.Embedding(7, 3, mask_zero=True)(ids_in)
g = L.GRU(4, return_sequences=True)(e)
g2, state = L.GRU(4, return_sequences=True, return_state=True)(numbers_in, initial_state=state_in)
both = L.Bidirectional(L.LSTM(3, return_state=True))(g)
c = L.Conv1D(3, 2, strides=2, padding="valid", activation="relu")(numbers_in)
c = L.Conv1D(4, 2, dilation_rate=2, padding="causal")(c)
shared = L.Dense(4, activation="gelu", name="shared")
s1, s2 = shared(state), shared(L.GlobalMaxPooling1D()(c))
inner = keras.Sequential([keras.Input((4,)), L.Dense(3, activation="silu"), L.LayerNormalization(epsilon=1e-5)])
inner2 = keras.Model(state_in, L.Dense(2)(state_in), name="deep")
merged = [L.Add()([s1, s2]), L.Subtract()([s1, s2]), L.Multiply()([s1, s2]), L.Average()([s1, s2])]
merged += [L.Maximum()([s1, s2]), L.Minimum()([s1, s2]), L.Concatenate()([s1, s2])]
r = L.Reshape((2, -1))(L.RepeatVector(3)(s1))
rnn = L.RNN(L.GRUCell(2), return_sequences=True)(r)
f = L.Flatten()(rnn)
n = L.Normalization(mean=[1, 2, 3, 4], variance=[0.5, 1, 2, 3])(s1)
act = L.Activation("softsign")(L.ReLU(6)(L.ELU()(L.Softmax()(n))))
resc = L.Rescaling(0.1, offset=0.5)(s2)
bn = L.BatchNormalization()(resc)
save(
    "functional",
    keras.Model(
        [ids_in, numbers_in, state_in],
        [*both, *merged, inner(s1), inner(s2), inner2(s2), f, act, bn, L.GlobalMaxPooling1D()(g), g2],
    ),
    [np.array([[1, 2, 0, 0], [3, 4, 5, 6]], "int32"), floats(2, 6, 3), floats(2, 4)],
    ["keras", "h5"],
)
x = keras.Input((None, 2))
encoded, h, cell = L.LSTM(3, return_state=True)(x)
decoder_in = keras.Input((None, 2))
decoded = L.LSTM(3, return_sequences=True)(decoder_in, initial_state=[h, cell])
decoded = L.LSTM(3, return_sequences=True)(decoded, initial_state=[h, cell])
model = keras.Model([x, decoder_in], L.Dense(2)(decoded))
save("encoder_decoder", model, [floats(2, 3, 2), floats(2, 4, 2)], ["keras", "h5"])

words = keras.Input((None,), dtype="int32")
start = keras.Input((3,))
decoded = L.GRU(3, return_sequences=True)(L.Embedding(5, 2, mask_zero=True)(words), initial_state=start)
model = keras.Model([words, start], L.Dense(2)(decoded))
# Keras 3 gives a layer that is called with initial_state no mask.
save("mask_and_state", model, [np.array([[1, 0, 2], [3, 4, 0]], "int32"), floats(2, 3)])

norm = L.Normalization()
norm.adapt(random.normal(1000, 3, (50, 2)).astype("float32"))
model = keras.Sequential([keras.Input((2,)), norm, L.Dense(2)])
weights = model.get_weights()
cases_before = len(cases)
save("normalization_tmp", model, [np.array([[999, 1004.5]], "float32")])
os.remove(os.path.join(folder, "normalization_tmp.keras"))
del cases[cases_before:]
model.set_weights(weights)
model.compile(optimizer=keras.optimizers.Adam(0.002), loss="mse", metrics=["mae"])
for form in ("keras", "h5"):
    model.save(os.path.join(folder, f"normalization.{form}"))
    x = np.array([[999, 1004.5], [1000.25, 998]], "float32")
    cases.append({"file": f"normalization.{form}", "inputs": [entry(x)], "outputs": [entry(model(x))], "calls": 1})


lam = keras.Sequential([keras.Input((2,)), L.Lambda(lambda x: x * 2, name="twice")])
lam.save(os.path.join(folder, "lambda.keras"))


@keras.saving.register_keras_serializable("mine")
class Own(L.Layer):
    def call(self, x):
        return x


keras.Sequential([keras.Input((2,)), Own(name="own")]).save(os.path.join(folder, "custom.keras"))

files = {}
for name in sorted(os.listdir(folder)):
    with open(os.path.join(folder, name), "rb") as file:
        files[name] = base64.b64encode(zlib.compress(file.read(), 9)).decode()
source = f"scripts/oracles/keras_interop.py with Keras {keras.__version__} on JAX"
with open(sys.argv[1], "w") as file:
    json.dump({"source": source, "cases": cases, "files": files}, file, separators=(",", ":"))
    file.write("\n")
