"""SegRNN (Lin et al. 2023) of PyTorch's Linear and GRU, values and gradients in float64, for test/layers.

python scripts/oracles/torch_segrnn.py > test/fixtures/torch-segrnn.json   (with PyTorch 1.13 or later)

Written from the paper's equations and held against the authors' model (github.com/lss-1138/SegRNN, models/SegRNN.py: gru, pmf, no RevIN):
last value subtracted, segments through Linear and ReLU, one GRU; for each segment of the horizon one step of the same GRU from the
encoder's last state, told [position; channel]; Linear to the segment, last value added.
"""
import json

import torch
from torch import nn

torch.manual_seed(23)
torch.set_default_dtype(torch.float64)


def rounded(shape, scale=1.0):
    return (torch.randn(shape) * scale * 256).round() / 256


def numbers(t):
    return [float(f"{v:.14g}") for v in t.detach().reshape(-1).tolist()]


def gates(t):
    """PyTorch's rows r | z | n as columns z | r | n."""
    r, z, n = t.chunk(3, 0)
    return torch.cat([z, r, n], 0)


def case(B, T, C, w, horizon, d, by_channel):
    m = horizon // w
    embed, gru, out = nn.Linear(w, d), nn.GRU(d, d, batch_first=True), nn.Linear(d, w)
    half = d // 2 if by_channel else d
    position = nn.Parameter(rounded((m, half)))
    channel = nn.Parameter(rounded((C, half))) if by_channel else None
    parameters = [*embed.parameters(), *gru.parameters(), *out.parameters(), position] + ([channel] if by_channel else [])
    for p in parameters:
        p.data = rounded(p.shape, 0.6)
    x = rounded((B, T, C)).requires_grad_()

    last = x[:, -1:, :]
    series = (x - last).transpose(1, 2).reshape(B * C, T // w, w)
    _, state = gru(torch.relu(embed(series)))  # [1, BC, d]
    places = []
    for b in range(B):
        for c in range(C):
            for j in range(m):
                told = torch.cat([position[j], channel[c]]) if by_channel else position[j]
                _, after = gru(told.view(1, 1, d), state[:, b * C + c : b * C + c + 1].contiguous())
                places.append(out(after.view(d)))
    y = torch.stack(places).view(B, C, horizon).transpose(1, 2) + last

    upstream = rounded(y.shape)
    (y * upstream).sum().backward()

    def packed(of):
        weights = {
            "segments/kernel": of(embed.weight).T, "segments/bias": of(embed.bias),
            "cell/kernel": gates(of(gru.weight_ih_l0)).T, "cell/recurrentKernel": gates(of(gru.weight_hh_l0)).T,
            "cell/bias": torch.stack([gates(of(gru.bias_ih_l0)), gates(of(gru.bias_hh_l0))]),
            "output/kernel": of(out.weight).T, "output/bias": of(out.bias), "positions": of(position),
        }
        if by_channel:
            weights["channels"] = of(channel)
        return {name: numbers(t.contiguous()) for name, t in weights.items()}

    return {
        "shape": [B, T, C], "segmentLength": w, "horizon": horizon, "units": d, "channelEmbedding": by_channel,
        "x": numbers(x), "y": numbers(y), "upstream": numbers(upstream), "dx": numbers(x.grad),
        "weights": packed(lambda p: p.data), "gradients": packed(lambda p: p.grad),
    }


print(json.dumps({
    "source": f"scripts/oracles/torch_segrnn.py: PyTorch {torch.__version__}, nn.Linear and nn.GRU in float64, manual_seed(23)",
    "cases": [case(2, 12, 3, 4, 8, 6, True), case(3, 6, 1, 3, 3, 4, True), case(2, 10, 2, 5, 15, 4, False)],
}))
