"""GRU and LSTM with layer normalisation inside the cell (Ba et al. 2016, arXiv 1607.06450), written out with torch.nn.functional.layer_norm
in float64, values and gradients by autograd. Writes test/fixtures/layer-norm-cells.json. Run with PyTorch (1.13 was used):

    python3 scripts/oracles/torch_layer_norm_cells.py
"""
import json
import os

import torch
from torch.nn.functional import layer_norm

torch.set_default_dtype(torch.float64)
EPSILON = 1e-5
B, T, D, H = 3, 4, 3, 5


def norm(v, gain, bias=None):
    return layer_norm(v, v.shape[-1:], gain, bias, EPSILON)


def gru_step(x, h, w):
    W, U = w["kernel"], w["recurrentKernel"]
    alpha, beta = w["gains"]
    b, c = w["bias"]
    a, u = x @ W, h @ U
    zr = torch.sigmoid(
        norm(a[:, : 2 * H], alpha[: 2 * H], b[: 2 * H]) + norm(u[:, : 2 * H], beta[: 2 * H], c[: 2 * H])
    )
    z, r = zr[:, :H], zr[:, H:]
    g = torch.tanh(norm(a[:, 2 * H :], alpha[2 * H :], b[2 * H :]) + r * norm(u[:, 2 * H :], beta[2 * H :], c[2 * H :]))
    h = z * h + (1 - z) * g
    return h, [h]


def lstm_step(x, h, c, w):
    alpha, beta = w["gains"]
    i, f, g, o = (norm(x @ w["kernel"], alpha) + norm(h @ w["recurrentKernel"], beta) + w["bias"]).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(norm(c, w["cellGain"], w["cellBias"]))
    return h, [h, c]


def packed(t):
    return {"shape": list(t.shape), "data": t.detach().flatten().tolist()}


def case(cell, mask):
    G = {"gru": 3, "lstm": 4}[cell]
    shapes = {"kernel": [D, G * H], "recurrentKernel": [H, G * H], "gains": [2, G * H]}
    shapes["bias"] = [2, G * H] if cell == "gru" else [G * H]
    if cell == "lstm":
        shapes.update(cellGain=[H], cellBias=[H])
    weights = {name: torch.randn(shape, requires_grad=True) for name, shape in shapes.items()}
    x = torch.randn(B, T, D, requires_grad=True)
    states = [torch.randn(B, H, requires_grad=True) for _ in range(1 if cell == "gru" else 2)]
    initial = list(states)
    outputs = []
    for t in range(T):
        step = gru_step if cell == "gru" else lstm_step
        _, after = step(x[:, t], *states, weights)
        use = mask[:, t : t + 1] if mask is not None else torch.ones(B, 1, dtype=torch.bool)
        states = [torch.where(use, new, old) for new, old in zip(after, states)]
        seen = mask[:, : t + 1].any(dim=1, keepdim=True) if mask is not None else use
        outputs.append(torch.where(seen, states[0], torch.zeros(())))
    results = [torch.stack(outputs, dim=1), *states]
    upstream = [torch.randn(r.shape) for r in results]
    sum((r * u).sum() for r, u in zip(results, upstream)).backward()
    leaves = {"x": x, **{f"initial{i}": s for i, s in enumerate(initial)}, **weights}
    return {
        "cell": cell,
        "mask": None if mask is None else mask.int().flatten().tolist(),
        "inputs": {name: packed(t) for name, t in leaves.items()},
        "outputs": [packed(r) for r in results],
        "upstream": [packed(u) for u in upstream],
        "gradients": {name: packed(t.grad) for name, t in leaves.items()},
    }


torch.manual_seed(1)
MASK = torch.tensor([[1, 1, 0, 1], [0, 1, 1, 0], [1, 1, 1, 1]], dtype=torch.bool)
cases = [case(cell, mask) for cell in ("gru", "lstm") for mask in (None, MASK)]
source = f"scripts/oracles/torch_layer_norm_cells.py with PyTorch {torch.__version__}, epsilon {EPSILON}"
path = os.path.join(os.path.dirname(__file__), "../../test/fixtures/layer-norm-cells.json")
with open(path, "w", encoding="utf-8") as file:
    json.dump({"source": source, "epsilon": EPSILON, "cases": cases}, file)
    file.write("\n")
