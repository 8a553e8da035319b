"""What Keras 3's layers give, with masks in the middle of sequences, for test/layers/keras-oracle.test.ts.

pip install keras; python scripts/oracles/keras_layers.py > test/fixtures/keras-layers.json
"""
import json
import os

os.environ["KERAS_BACKEND"] = "numpy"
import keras
import numpy as np
from keras import layers as L

rng = np.random.default_rng(5)
B, T, D, H = 3, 5, 2, 3
MASK = [[1, 0, 1, 0, 1], [0, 0, 1, 1, 0], [1, 1, 1, 1, 1]]


def draw(*shape):
    return np.round(rng.normal(scale=0.7, size=shape), 3)


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def packed(x):
    x = np.asarray(x)
    return {"shape": list(x.shape), "data": [float(f"{v:.9g}") for v in x.ravel()]}


def row(name, layer, ours, inputs, mask=None, initial=None, masks=None):
    """One case: `ours` is {className, config} of the library; mask goes with the first input."""
    call = [np.asarray(x) for x in inputs]
    m = None if mask is None else np.asarray(mask, bool)
    build_with = call[0] if len(call) == 1 else call
    layer(build_with) if initial is None else layer(build_with, initial_state=initial)
    weights = [draw(*w.shape) for w in layer.get_weights()]
    layer.set_weights(weights)
    kwargs = {}
    if m is not None:
        kwargs["mask"] = m
    if initial is not None:
        kwargs["initial_state"] = initial
    y = layer(build_with, **kwargs)
    outputs = list(y) if isinstance(y, (list, tuple)) else [y]
    result = {"name": name, "layer": ours, "inputs": [packed(x) for x in [*call, *(initial or [])]]}
    if mask is not None:
        result["mask"] = mask
    if masks is not None:
        result["masks"] = masks
    return {**result, "weights": [packed(w) for w in weights], "outputs": [packed(v) for v in outputs]}


def pair(keras_class, **options):
    """The same layer in both libraries: Keras's object, and our {className, config}."""
    config = {camel(k): v for k, v in options.items()}
    return keras_class(**options), {"className": keras_class.__name__, "config": config}


def recurrent(cases):
    for cls in (L.GRU, L.LSTM, L.SimpleRNN):
        states = 2 if cls is L.LSTM else 1
        for options in (
            {},
            {"return_sequences": True, "return_state": True},
            {"return_sequences": True, "zero_output_for_mask": True},
            {"zero_output_for_mask": True, "return_state": True},
            {"go_backwards": True, "return_sequences": True},
            {"go_backwards": True, "return_state": True, "activation": "relu"},
            {"use_bias": False, "activation": "softsign", "return_sequences": True},
        ):
            for masked in (False, True):
                layer, ours = pair(cls, units=H, **options)
                name = f"{cls.__name__} {options}{' masked' if masked else ''}"
                cases.append(row(name, layer, ours, [draw(B, T, D)], MASK if masked else None))
        layer, ours = pair(cls, units=H, return_state=True)
        initial = [draw(B, H) for _ in range(states)]
        cases.append(row(f"{cls.__name__} with initial state", layer, ours, [draw(B, T, D)], MASK, initial))
    layer, ours = pair(L.GRU, units=H, reset_after=False, recurrent_activation="hard_sigmoid", return_sequences=True)
    cases.append(row("GRU, reset before, hard sigmoid", layer, ours, [draw(B, T, D)], MASK))


def bidirectional(cases):
    for mode in ("concat", "sum", "mul", "ave", None):
        for options in ({"return_sequences": True}, {"return_state": True}):
            for masked in (False, True):
                inner, ours_inner = pair(L.LSTM, units=H, **options)
                ours = {"className": "Bidirectional", "config": {"layer": ours_inner, "mergeMode": mode or "none"}}
                name = f"Bidirectional {mode} {options}{' masked' if masked else ''}"
                layer = L.Bidirectional(inner, merge_mode=mode)
                cases.append(row(name, layer, ours, [draw(B, T, D)], MASK if masked else None))


def others(cases):
    for options in (
        {"padding": "valid"},
        {"padding": "same"},
        {"padding": "causal"},
        {"padding": "same", "strides": 2},
        {"padding": "valid", "strides": 2},
        {"padding": "causal", "dilation_rate": 2, "activation": "relu"},
        {"padding": "same", "dilation_rate": 2, "use_bias": False},
    ):
        layer, ours = pair(L.Conv1D, filters=4, kernel_size=3, **options)
        cases.append(row(f"Conv1D {options}", layer, ours, [draw(B, 7, D)]))
    layer, ours = pair(L.LayerNormalization)
    cases.append(row("LayerNormalization", layer, ours, [draw(B, T, 4)]))
    layer, ours = pair(L.LayerNormalization, epsilon=1e-6, center=False)
    cases.append(row("LayerNormalization without beta", layer, ours, [draw(B, T, 4)]))
    for mask in (None, MASK):
        layer, ours = pair(L.GlobalAveragePooling1D)
        name = f"GlobalAveragePooling1D{' masked' if mask else ''}"
        cases.append(row(name, layer, ours, [draw(B, T, D)], mask))
    layer, ours = pair(L.GlobalMaxPooling1D)
    cases.append(row("GlobalMaxPooling1D", layer, ours, [draw(B, T, D)]))
    inner, ours_inner = pair(L.Dense, units=2, activation="softmax")
    ours = {"className": "TimeDistributed", "config": {"layer": ours_inner}}
    cases.append(row("TimeDistributed Dense", L.TimeDistributed(inner), ours, [draw(B, T, D)]))
    layer, ours = pair(L.Dense, units=2, activation="gelu")
    cases.append(row("Dense on every step", layer, ours, [draw(B, T, D)]))
    for cls in (L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum, L.Concatenate):
        layer, ours = pair(cls)
        cases.append(row(cls.__name__, layer, ours, [draw(B, T, D), draw(B, T, D)]))
    layer, ours = pair(L.Reshape, target_shape=[-1, 4])
    cases.append(row("Reshape", layer, ours, [draw(B, 6, 2)]))
    for cls, shape in ((L.Flatten, (B, T, D)), (L.Flatten, (B,))):
        layer, ours = pair(cls)
        cases.append(row(f"Flatten {shape}", layer, ours, [draw(*shape)]))
    layer, ours = pair(L.RepeatVector, n=3)
    cases.append(row("RepeatVector", layer, ours, [draw(B, D)]))


def masks(cases):
    """Layers that make masks: the mask that Keras attaches to the output."""
    x = draw(B, T, D)
    x[0, 1] = x[2, 3] = -1.5
    x[1, 2, 0] = -1.5
    layer, ours = pair(L.Masking, mask_value=-1.5)
    cases.append(row("Masking", layer, ours, [x], masks=np.asarray(layer.compute_mask(x)).astype(int).tolist()))
    index = np.array([[1, 0, 3, 6, 0], [2, 2, 0, 0, 0]])
    layer, ours = pair(L.Embedding, input_dim=7, output_dim=2, mask_zero=True)
    found = np.asarray(layer.compute_mask(index)).astype(int).tolist()
    cases.append(row("Embedding", layer, ours, [index], masks=found))


all_cases = []
recurrent(all_cases)
bidirectional(all_cases)
others(all_cases)
masks(all_cases)
print(json.dumps({"keras": keras.__version__, "cases": all_cases}))
