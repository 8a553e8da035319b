"""GRU-D (Che et al. 2018, arXiv 1606.01865) step by step in PyTorch, values and gradients in float64, for test/layers.

/usr/bin/python3 scripts/oracles/torch_gru_d.py > test/fixtures/torch-gru-d.json   (with PyTorch 1.13 or later)

Equations 3 to 6 and 10 to 14 of the paper, with its own names, and autograd for the gradients. The paper's update gate is the share of
the new state; the library's z is the share of the old one, so that z of the library is 1 - z of the paper: its weights change sign.
Where the times are uneven the gaps are those of section 3.1. Steps that the step mask leaves out are not there for the recursion at all.
"""
import json

import torch

torch.manual_seed(29)
torch.set_default_dtype(torch.float64)


def rounded(shape, scale=1.0):
    return (torch.randn(shape) * scale * 256).round() / 256


def numbers(t):
    return [float(f"{v:.14g}") for v in t.detach().reshape(-1).tolist()]


def gaps_of(times, m):
    """delta_t = s_t - s_{t-1} + (1 - m_{t-1}) delta_{t-1}, of one sequence: times [T], m [T, D]."""
    gaps = torch.zeros_like(m)
    for t in range(1, len(times)):
        gaps[t] = times[t] - times[t - 1] + (1 - m[t - 1]) * gaps[t - 1]
    return gaps


def sequence(p, x, m, delta):
    """Hidden states [T, H] of one sequence; before the first observation the last one is the mean."""
    h = torch.zeros(p["U"].shape[0])
    last = p["mean"]
    states = []
    for t in range(len(x)):
        gamma_x = torch.exp(-torch.clamp(p["w_gx"] * delta[t] + p["b_gx"], min=0))
        gamma_h = torch.exp(-torch.clamp(delta[t] @ p["W_gh"] + p["b_gh"], min=0))
        x_hat = m[t] * x[t] + (1 - m[t]) * (gamma_x * last + (1 - gamma_x) * p["mean"])
        last = m[t] * x[t] + (1 - m[t]) * last
        h_hat = gamma_h * h
        W_z, W_r, W_h = p["W"].chunk(3, 1)
        V_z, V_r, V_h = p["V"].chunk(3, 1)
        U_z, U_r, U_h = p["U"].chunk(3, 1)
        b_z, b_r, b_h = p["b"].chunk(3)
        z = torch.sigmoid(x_hat @ W_z + h_hat @ U_z + m[t] @ V_z + b_z)
        r = torch.sigmoid(x_hat @ W_r + h_hat @ U_r + m[t] @ V_r + b_r)
        candidate = torch.tanh(x_hat @ W_h + (r * h_hat) @ U_h + m[t] @ V_h + b_h)
        h = (1 - z) * h_hat + z * candidate
        states.append(h)
    return torch.stack(states), last


def case(name, B, T, D, H, observed, backwards=False, lengths=None):
    p = {
        "W": rounded((D, 3 * H), 0.6), "V": rounded((D, 3 * H), 0.6), "U": rounded((H, 3 * H), 0.5), "b": rounded((3 * H,), 0.3),
        "w_gx": rounded((D,), 0.4), "b_gx": rounded((D,), 0.2), "W_gh": rounded((D, H), 0.3), "b_gh": rounded((H,), 0.2),
        "mean": rounded((D,), 0.5),
    }
    for tensor in p.values():
        tensor.requires_grad_()
    x = rounded((B, T, D)).requires_grad_()
    m = (torch.rand(B, T, D) < observed).double()
    times = torch.cumsum((torch.rand(B, T) * 3 * 256).ceil() / 256, 1)
    gaps = torch.stack([gaps_of(times[b], m[b]) for b in range(B)])
    kept = lengths or [T] * B
    y = torch.zeros(B, T, H)
    lasts = []
    for b in range(B):
        order = list(range(kept[b]))[:: -1 if backwards else 1]
        # Backwards the times run down from the last step.
        delta = gaps_of((times[b].max() - times[b][order]) if backwards else times[b][order], m[b][order])
        states, last = sequence(p, x[b][order], m[b][order], delta)
        rows = torch.zeros(T, H)
        # In running order, as the layer gives them: backwards the masked steps come first, and show zeros.
        at = T - kept[b] if backwards else 0
        rows[at : at + kept[b]] = states
        if not backwards:
            rows[kept[b] :] = states[-1]  # a masked step repeats the state
        y = torch.cat([y[:b], rows.unsqueeze(0), y[b + 1 :]])
        lasts.append(last - p["mean"])
    last = torch.stack(lasts)
    upstream, upstream_last = rounded(y.shape), rounded(last.shape)
    for b in range(B):
        upstream[b, kept[b] :] = 0
        if backwards:
            upstream[b] = upstream[b].roll(T - kept[b], 0)
    ((y * upstream).sum() + (last * upstream_last).sum()).backward()

    def turned(of, keys):
        """Both kernels one over the other, z of the paper to z of the library."""
        whole = torch.cat([of(p[key]) for key in keys], 0)
        H3 = whole.shape[-1] // 3
        return torch.cat([-whole[..., :H3], whole[..., H3:]], -1)

    def packed(of):
        weights = {
            "cell/kernel": turned(of, ["W", "V"]), "cell/recurrentKernel": turned(of, ["U"]), "cell/bias": turned(of, ["b"]),
            "cell/inputDecay": of(p["w_gx"]), "cell/inputDecayBias": of(p["b_gx"]), "cell/stateDecay": of(p["W_gh"]),
            "cell/stateDecayBias": of(p["b_gh"]), "cell/mean": of(p["mean"]),
        }
        return {name: numbers(t.contiguous()) for name, t in weights.items()}

    return {
        "name": name, "shape": [B, T, D], "units": H, "backwards": backwards, "lengths": kept,
        "x": numbers(x), "m": numbers(m), "gaps": numbers(gaps), "y": numbers(y), "last": numbers(last),
        "upstream": numbers(upstream), "upstreamLast": numbers(upstream_last), "dx": numbers(x.grad),
        "weights": packed(lambda t: t.data), "gradients": packed(lambda t: t.grad),
    }


print(json.dumps({
    "source": f"scripts/oracles/torch_gru_d.py: PyTorch {torch.__version__}, the paper's equations step by step in float64, manual_seed(29)",
    "cases": [
        case("half observed", 3, 7, 3, 4, 0.5),
        case("seldom observed", 2, 9, 2, 5, 0.2),
        case("all observed", 2, 4, 2, 3, 1.1),
        case("backwards", 2, 6, 2, 4, 0.5, backwards=True),
        case("of unequal length", 3, 6, 2, 4, 0.5, lengths=[4, 6, 1]),
        case("of unequal length, backwards", 3, 6, 2, 4, 0.5, backwards=True, lengths=[4, 6, 2]),
    ],
}))
