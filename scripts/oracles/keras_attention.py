"""What Keras 3's attention layers give, with masks of queries and values, for test/layers/attention.test.ts.

pip install keras; python scripts/oracles/keras_attention.py > test/fixtures/keras-attention.json
"""
import json
import os

os.environ["KERAS_BACKEND"] = "numpy"
import keras
import numpy as np
from keras import layers as L

rng = np.random.default_rng(6)
B, T, S, D, M = 2, 3, 4, 5, 2
QUERY_MASK = [[1, 1, 0], [1, 1, 1]]
VALUE_MASK = [[1, 0, 1, 0], [1, 1, 1, 1]]


def draw(*shape):
    return np.round(rng.normal(scale=0.7, size=shape), 3)


def packed(x):
    x = np.asarray(x)
    return {"shape": list(x.shape), "data": [float(f"{v:.9g}") for v in x.ravel()]}


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def case(cls, inputs, query_mask=None, value_mask=None, causal=False, **options):
    layer = cls(**options)
    layer(inputs)
    weights = [draw(*w.shape) for w in layer.get_weights()]
    layer.set_weights(weights)
    masks = [query_mask, value_mask]
    given = None if query_mask is None and value_mask is None else [m and np.asarray(m, bool) for m in masks]
    y, scores = layer(inputs, mask=given, return_attention_scores=True, use_causal_mask=causal)
    config = {camel(k): v for k, v in options.items()} | {"returnAttentionScores": True, "useCausalMask": causal}
    marks = [n for n, m in (("query mask", query_mask), ("value mask", value_mask), ("causal", causal)) if m]
    return {
        "name": " ".join([cls.__name__, str(options), f"{len(inputs)} inputs", *marks]),
        "layer": {"className": cls.__name__, "config": config},
        "inputs": [packed(x) for x in inputs],
        "masks": masks,
        "weights": [packed(w) for w in weights],
        "outputs": [packed(y), packed(scores)],
    }


rows = []
kinds = [(L.Attention, {}), (L.Attention, {"use_scale": True}), (L.Attention, {"score_mode": "concat"}),
         (L.Attention, {"score_mode": "concat", "use_scale": True}), (L.AdditiveAttention, {}),
         (L.AdditiveAttention, {"use_scale": False})]
for cls, options in kinds:
    rows.append(case(cls, [draw(B, T, D), draw(B, S, D)], **options))
    rows.append(case(cls, [draw(B, T, D), draw(B, S, M), draw(B, S, D)], QUERY_MASK, VALUE_MASK, **options))
    rows.append(case(cls, [draw(B, T, D), draw(B, S, M), draw(B, S, D)], None, VALUE_MASK, True, **options))
print(json.dumps({"source": "scripts/oracles/keras_attention.py", "keras": keras.__version__, "cases": rows}))
