"""Attributions by Captum of a GRU classifier in PyTorch, float64, over numbers and over tokens, for test/explain/captum.test.ts.

python scripts/oracles/captum_attribution.py > test/fixtures/captum-attribution.json   (with PyTorch 1.13 and Captum 0.6 or later)

Weights are written in the layout of Keras: gates z | r | g, kernels [inputs, 3H], bias [2, 3H].
"""
import json

import captum
import torch
import torch.nn as nn
from captum.attr import InputXGradient, IntegratedGradients, LayerGradientXActivation, LayerIntegratedGradients, Occlusion

torch.manual_seed(6)
torch.set_default_dtype(torch.float64)
T, D, H, K, V = 7, 3, 5, 3, 11


class Series(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(D, H, batch_first=True)
        self.head = nn.Linear(H, K)

    def forward(self, x):
        return self.head(self.gru(x)[0][:, -1])


class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(V, D)
        self.body = Series()

    def forward(self, tokens):
        return self.body(self.embedding(tokens))


class Probability(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return torch.softmax(self.model(x), -1)


def packed(t):
    t = t.detach()
    return {"shape": list(t.shape), "data": [float(f"{v:.13g}") for v in t.flatten().tolist()]}


def reordered(t):
    """PyTorch's rows r | z | n as columns z | r | n."""
    r, z, n = t.chunk(3, 0)
    t = torch.cat([z, r, n], 0)
    return t.T if t.dim() == 2 else t


def weights(model):
    g = model.gru
    bias = torch.stack([reordered(g.bias_ih_l0), reordered(g.bias_hh_l0)])
    return [packed(w) for w in (reordered(g.weight_ih_l0), reordered(g.weight_hh_l0), bias, model.head.weight.T, model.head.bias)]


series, tokens = Series(), Tokens()
for p in [*series.parameters(), *tokens.parameters()]:
    nn.init.uniform_(p, -1.2, 1.2)
x = torch.randn(2, T, D)
given = torch.randn(1, T, D) * 0.3
ids = torch.randint(1, V, (2, T))
target = 1

cases = []


def case(name, options, scores):
    cases.append({"name": name, "options": options, "scores": packed(scores)})


ig = {"method": "gausslegendre", "n_steps": 64}
case("series", {"method": "integratedGradients", "steps": 64}, IntegratedGradients(series).attribute(x, target=target, **ig))
case("series", {"method": "integratedGradients", "steps": 64, "baseline": packed(given)["data"]},
     IntegratedGradients(series).attribute(x, baselines=given, target=target, **ig))
case("series", {"method": "integratedGradients", "steps": 64, "scale": "output"},
     IntegratedGradients(Probability(series)).attribute(x, target=target, **ig))
case("series", {"method": "gradientInput"}, InputXGradient(series).attribute(x, target=target))
case("series", {"method": "occlusion"}, Occlusion(series).attribute(x, (1, 1), target=target))
case("series", {"method": "occlusion", "window": 3}, Occlusion(series).attribute(x, (3, 1), target=target))
case("series", {"method": "occlusion", "window": 2, "by": "step", "baseline": 0.5},
     Occlusion(series).attribute(x, (2, D), baselines=0.5, target=target)[..., :1])
whole = LayerIntegratedGradients(tokens, tokens.embedding)
case("tokens", {"method": "integratedGradients", "steps": 64, "baseline": 0},
     whole.attribute(ids, baselines=torch.zeros_like(ids), target=target, **ig).sum(-1, keepdim=True))
case("tokens", {"method": "gradientInput"},
     LayerGradientXActivation(tokens, tokens.embedding).attribute(ids, target=target).sum(-1, keepdim=True))
case("tokens", {"method": "occlusion", "baseline": 0},
     Occlusion(tokens).attribute(ids, (1,), baselines=0, target=target).unsqueeze(-1))

print(json.dumps({
    "source": f"scripts/oracles/captum_attribution.py, Captum {captum.__version__}, PyTorch {torch.__version__}, float64",
    "target": target,
    "x": packed(x),
    "tokens": ids.tolist(),
    "weights": {"series": weights(series), "tokens": [packed(tokens.embedding.weight), *weights(tokens.body)]},
    "outputs": {"series": packed(series(x)), "tokens": packed(tokens(ids))},
    "cases": cases,
}))
