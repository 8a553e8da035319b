"""Recurrent layers of PyTorch on packed sequences in float64, for test/model/ragged-torch.test.ts: outputs, states, gradients.

python scripts/oracles/torch_packed.py > test/fixtures/torch-packed.json   (with PyTorch 1.13 or later)

Weights and their gradients are given as Sluice holds them: kernel [D, GH], recurrentKernel [H, GH], gates z|r|g and i|f|g|o,
and for the GRU both biases [2, 3H]; for LSTM and RNN, whose two biases are added up here, their sum.
"""
import json

import torch
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

torch.manual_seed(7)
D, H = 3, 4
ORDER = {"gru": [1, 0, 2], "lstm": [0, 1, 2, 3], "simpleRnn": [0]}


def columns(cell, w):
    """[GH, K] in PyTorch's order of gates to [K, GH] in ours."""
    parts = w.chunk(len(ORDER[cell]), 0)
    return torch.cat([parts[i] for i in ORDER[cell]], 0).T


def weights_of(cell, params):
    w, u, b, c = params
    bias = [columns(cell, b[:, None])[0], columns(cell, c[:, None])[0]]
    return [columns(cell, w), columns(cell, u), torch.stack(bias) if cell == "gru" else bias[0] + bias[1]]


def case(cell, lengths, bidirectional=False):
    layer = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "simpleRnn": torch.nn.RNN}[cell](D, H, bidirectional=bidirectional).double()
    xs = [torch.randn(n, D, dtype=torch.float64, requires_grad=True) for n in lengths]
    packed = pack_sequence(xs, enforce_sorted=False)
    out, states = layer(packed)
    states = states if isinstance(states, tuple) else (states,)
    padded, sizes = pad_packed_sequence(out, batch_first=True)
    ys = [padded[i, :n] for i, n in enumerate(lengths)]
    upstream = [torch.linspace(-1, 1, y.numel(), dtype=torch.float64).reshape(y.shape) for y in ys]
    last = torch.cat(list(states[0]), -1)  # [B, H] for each direction
    up_last = torch.linspace(0.5, 1.5, last.numel(), dtype=torch.float64).reshape(last.shape)
    (sum((y * u).sum() for y, u in zip(ys, upstream)) + (last * up_last).sum()).backward()
    params = list(layer.parameters())
    directions = [params[:4], params[4:]] if bidirectional else [params]
    grads = []
    for d in directions:
        g = [p.grad for p in d]
        if cell != "gru":
            g[3] = torch.zeros_like(g[3])  # each of two biases that are added up has the gradient of their sum
        grads += weights_of(cell, g)
    return {
        "cell": cell, "bidirectional": bidirectional, "lengths": lengths,
        "x": [x.tolist() for x in xs], "weights": [w.tolist() for d in directions for w in weights_of(cell, d)],
        "packed": packed.data.tolist(), "batchSizes": packed.batch_sizes.tolist(), "order": packed.sorted_indices.tolist(),
        "y": [y.tolist() for y in ys], "last": last.tolist(), "cell_state": states[1][0].tolist() if len(states) > 1 else None,
        "upstream": [u.tolist() for u in upstream], "upstreamLast": up_last.tolist(),
        "dx": [x.grad.tolist() for x in xs], "gradients": [g.tolist() for g in grads],
    }


cases = [case(cell, lengths, both) for cell in ["gru", "lstm", "simpleRnn"] for both in [False, True] for lengths in [[2, 5, 1, 5]]]
cases += [case("gru", [1]), case("gru", [3, 3, 3]), case("lstm", [7, 6, 5, 4, 3, 2, 1])]
source = f"scripts/oracles/torch_packed.py, PyTorch {torch.__version__}"
print(json.dumps({"source": source, "cases": cases}, separators=(",", ":"), default=str))
