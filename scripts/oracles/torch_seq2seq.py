"""Logits, attention and gradients of PyTorch for an attentionDecoder: a bidirectional encoder's outputs are given, the decoder is torch.nn.GRU
with Luong's (after the GRU) or Bahdanau's attention (before it). Weights are written in the layer's order and layout.

python scripts/oracles/torch_seq2seq.py > test/fixtures/torch-seq2seq.json
"""
import json

import torch

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
B, T, S, V, E, H, M, Z = 2, 3, 4, 7, 3, 4, 5, 6
TOKENS = torch.tensor([[1, 4, 6], [1, 3, 0]])
MASK = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
draw = lambda *shape: (torch.randn(*shape) * 0.6).round(decimals=3).requires_grad_()


def packed(x):
    return {"shape": list(x.shape), "data": [float(f"{v:.12g}") for v in x.detach().flatten().tolist()]}


def gru_step(x, h, W, U, b):
    """torch.nn.GRUCell with our weights: gates z | r | g here, r | z | n there."""
    cell = torch.nn.GRUCell(W.shape[0], H)
    order = lambda w: torch.cat([w[..., H:2 * H], w[..., :H], w[..., 2 * H:]], -1)
    names = {"weight_ih": order(W).T, "weight_hh": order(U).T, "bias_ih": order(b[0]), "bias_hh": order(b[1])}
    return torch.nn.utils.stateless.functional_call(cell, names, (x, h))


def case(name, attention, first, depth=1):
    values, summary = draw(B, S, M), draw(B, Z)
    weights = [draw(V, E)]
    for i in range(depth):
        D = H if i else E + (M if first else 0)
        weights += [draw(D, 3 * H), draw(H, 3 * H), draw(2, 3 * H)]
    scale = draw(H) if attention == "additive" else None
    weights += [scale] if scale is not None else []
    key = [draw(M, H), draw(H)] if attention == "additive" else [draw(M, H)]
    query = draw(H, H) if attention == "additive" else None
    readout = [draw(H + M + (E if first else 0), H), draw(H)]
    logits = [draw(H, V), draw(V)]
    bridge = [draw(Z, H * depth), draw(H * depth)]
    weights += [*key, *([query] if query is not None else []), *readout, *logits, *bridge]
    keys = values @ key[0] + (key[1] if len(key) > 1 else 0)

    def look(h):
        if attention == "additive":
            scores = (scale * torch.tanh((h @ query)[:, None] + keys)).sum(-1)
        else:
            scores = (h[:, None] * keys).sum(-1)
        a = torch.softmax(scores.masked_fill(MASK == 0, -torch.inf), -1)
        return (a[..., None] * values).sum(1), a

    h = list(torch.tanh(summary @ bridge[0] + bridge[1]).split(H, -1))
    x = torch.nn.functional.embedding(TOKENS, weights[0])
    outputs, looked = [], []
    for t in range(T):
        if first:
            c, a = look(h[-1])
        y = torch.cat([x[:, t], c], -1) if first else x[:, t]
        for i in range(depth):
            h[i] = y = gru_step(y, h[i], *weights[1 + 3 * i:4 + 3 * i])
        if not first:
            c, a = look(y)
        parts = [y, c, x[:, t]] if first else [y, c]
        outputs.append(torch.tanh(torch.cat(parts, -1) @ readout[0] + readout[1]) @ logits[0] + logits[1])
        looked.append(a)
    y, a = torch.stack(outputs, 1), torch.stack(looked, 1)
    up, upa = draw(*y.shape).detach(), draw(*a.shape).detach()
    leaves = [values, summary, *weights]
    gradients = torch.autograd.grad((y * up).sum() + (a * upa).sum(), leaves)
    config = {"vocabularySize": V, "embeddingSize": E, "units": H, "attention": attention, "attendFirst": first,
              "depth": depth, "returnAttentionScores": True}
    return {"name": name, "config": config, "tokens": TOKENS.tolist(), "mask": MASK.tolist(), "values": packed(values),
            "summary": packed(summary), "weights": [packed(w) for w in weights], "outputs": [packed(y), packed(a)],
            "upstream": [packed(up), packed(upa)], "gradients": [packed(g) for g in gradients]}


cases = [case("Luong's general attention", "general", False), case("two GRUs, additive attention after them", "additive", False, 2),
         case("Bahdanau's attention before the GRU", "additive", True), case("general attention before two GRUs", "general", True, 2)]
print(json.dumps({"source": "scripts/oracles/torch_seq2seq.py", "torch": torch.__version__, "cases": cases}))
