"""Saves models of random weights from Keras 3 and PyTorch, in every convention: save_models.py FOLDER, with cases.json beside."""
import itertools
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np

B, T, D, H, V = 2, 6, 3, 4, 7
rng = np.random.default_rng(1)
cases = []


def stored(values):
    values = np.asarray(values)
    kind = "int32" if values.dtype.kind == "i" else "float32"
    return {"data": values.ravel().tolist(), "shape": list(values.shape), "dtype": kind}


def note(name, file, x, y, options=None):
    cases.append({"name": name, "file": file, "x": stored(x), "y": stored(y), "options": options or {}})


def reals(*shape):
    return rng.uniform(-1, 1, shape).astype(np.float32)


def keras_cases():
    """Name, layers, and an input of its own where real numbers will not do."""
    from keras import layers

    for after, bias in itertools.product([True, False], [True, False]):
        yield f"GRU reset_after={after} use_bias={bias}", [layers.GRU(H, reset_after=after, use_bias=bias)], None
        own = dict(activation="relu", recurrent_activation="hard_sigmoid", return_sequences=True)
        yield f"GRU reset_after={after} use_bias={bias} hard_sigmoid", [layers.GRU(H, reset_after=after, use_bias=bias, **own)], None
    for kind in (layers.GRU, layers.LSTM, layers.SimpleRNN):
        name = kind.__name__
        for sequences, backwards in itertools.product([True, False], [True, False]):
            own = dict(return_sequences=sequences, go_backwards=backwards)
            yield f"{name} return_sequences={sequences} go_backwards={backwards}", [kind(H, **own)], None
        for merge, sequences in itertools.product(["concat", "sum", "mul", "ave"], [True, False]):
            yield f"Bidirectional {name} {merge} {sequences}", [layers.Bidirectional(kind(H, return_sequences=sequences), merge_mode=merge)], None
        masked = reals(B, T, D)
        masked[0, 4:] = 0
        masked[1, 1] = 0
        yield f"Masking {name}", [layers.Masking(), kind(H, return_sequences=True), kind(H)], masked
        yield f"Masking Bidirectional {name}", [layers.Masking(), layers.Bidirectional(kind(H, return_sequences=True))], masked
        words = rng.integers(0, V, (B, T)).astype(np.int32)
        yield f"Embedding mask_zero {name}", [layers.Embedding(V, D, mask_zero=True), kind(H), layers.Dense(2, activation="softmax")], words
        yield f"RNN of a cell {name}", [layers.RNN(getattr(layers, f"{name}Cell")(H), return_sequences=True)], None
    yield "LSTM use_bias=False hard_sigmoid", [layers.LSTM(H, use_bias=False, recurrent_activation="hard_sigmoid")], None
    yield "stacked, TimeDistributed", [
        layers.GRU(H, return_sequences=True),
        layers.LayerNormalization(),
        layers.TimeDistributed(layers.Dense(3, activation="gelu")),
        layers.LSTM(H, return_sequences=True),
        layers.GlobalMaxPooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ], None
    yield "Conv1D causal", [layers.Conv1D(5, 3, padding="causal", activation="relu"), layers.SimpleRNN(H)], None


def save_keras(folder):
    import keras

    for i, (name, own, x) in enumerate(keras_cases()):
        x = reals(B, T, D) if x is None else x
        model = keras.Sequential([keras.Input((None,) + x.shape[2:], dtype=x.dtype.name), *own])
        model.set_weights([reals(*w.shape) for w in model.get_weights()])
        y = np.asarray(model(x, training=False))
        for ending in ("keras", "h5"):
            file = f"keras-{i}.{ending}"
            model.save(os.path.join(folder, file))
            note(f"Keras {name} .{ending}", file, x, y)


def save_torch(folder):
    import torch
    from safetensors.torch import save_file
    from torch import nn

    class Net(nn.Module):
        def __init__(self, cell, emb=False, head=False, **options):
            super().__init__()
            self.emb = nn.Embedding(V, D) if emb else None
            self.rnn = cell(D, H, batch_first=True, **options)
            self.fc = nn.Linear(H * (2 if options.get("bidirectional") else 1), 2) if head else None

        def forward(self, x):
            h = x if self.emb is None else self.emb(x.long())
            h, _ = self.rnn(h)
            return h if self.fc is None else self.fc(h[:, -1])

    def save(name, net, x, options=None):
        torch.manual_seed(len(cases))
        for p in net.parameters():
            nn.init.uniform_(p, -1, 1)
        with torch.no_grad():
            y = net(torch.from_numpy(x)).numpy()
        for ending in ("pt", "safetensors"):
            file = f"torch-{len(cases)}.{ending}"
            path = os.path.join(folder, file)
            torch.save(net.state_dict(), path) if ending == "pt" else save_file(net.state_dict(), path)
            note(f"PyTorch {name} .{ending}", file, x, y, options)

    for cell in (nn.GRU, nn.LSTM, nn.RNN):
        for count, both, bias in itertools.product([1, 2], [False, True], [True, False]):
            own = dict(num_layers=count, bidirectional=both, bias=bias)
            save(f"{cell.__name__} layers={count} bidirectional={both} bias={bias}", Net(cell, **own), reals(B, T, D))
        words = rng.integers(0, V, (B, T)).astype(np.int32)
        # safetensors sorts names, so that the modules' order is lost.
        order = {"order": ["emb", "rnn", "fc"]}
        save(f"{cell.__name__} Embedding Linear", Net(cell, emb=True, head=True), words, order)
    save("RNN relu", Net(nn.RNN, nonlinearity="relu"), reals(B, T, D), {"nonlinearity": "relu"})


if __name__ == "__main__":
    save_keras(sys.argv[1])
    save_torch(sys.argv[1])
    with open(os.path.join(sys.argv[1], "cases.json"), "w") as file:
        json.dump(cases, file)
