"""minGRU and minLSTM as the appendix of Feng et al. 2024 (arXiv 2410.01201) writes them, in PyTorch, float64: outputs and gradients, for
test/layers/minimal-oracle.test.ts.

python scripts/oracles/torch_minimal.py > test/fixtures/torch-minimal.json   (with PyTorch 1.13 or later)

"positive" is the log-space form (appendix B: parallel_scan_log, g, log_g); "linear" the vanilla form (appendix A), whose parallel
scan is here the plain loop that defines it.
"""
import json

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(24)
torch.set_default_dtype(torch.float64)


def parallel_scan_log(log_coeffs, log_values):
    a_star = F.pad(torch.cumsum(log_coeffs, dim=1), (0, 0, 1, 0))
    log_h0_plus_b_star = torch.logcumsumexp(log_values - a_star, dim=1)
    log_h = a_star + log_h0_plus_b_star
    return torch.exp(log_h)[:, 1:]


def scan(coeffs, values):
    h = [values[:, 0]]
    for t in range(coeffs.shape[1]):
        h.append(coeffs[:, t] * h[-1] + values[:, t + 1])
    return torch.stack(h[1:], dim=1)


def log_g(x):
    return torch.where(x >= 0, (F.relu(x) + 0.5).log(), -F.softplus(-x))


class MinGRU(nn.Module):
    gates = ["linear_z", "linear_h"]

    def __init__(self, D, H):
        super().__init__()
        for gate in self.gates:
            setattr(self, gate, nn.Linear(D, H))

    def positive(self, x, h_0):
        k = self.linear_z(x)
        log_z = -F.softplus(-k)
        log_coeffs = -F.softplus(k)
        log_tilde_h = log_g(self.linear_h(x))
        return parallel_scan_log(log_coeffs, torch.cat([h_0.log(), log_z + log_tilde_h], dim=1))

    def linear(self, x, h_0):
        z = torch.sigmoid(self.linear_z(x))
        return scan(1 - z, torch.cat([h_0, z * self.linear_h(x)], dim=1))


class MinLSTM(MinGRU):
    gates = ["linear_f", "linear_i", "linear_h"]

    def positive(self, x, h_0):
        diff = F.softplus(-self.linear_f(x)) - F.softplus(-self.linear_i(x))
        log_f = -F.softplus(diff)
        log_i = -F.softplus(-diff)
        log_tilde_h = log_g(self.linear_h(x))
        return parallel_scan_log(log_f, torch.cat([h_0.log(), log_i + log_tilde_h], dim=1))

    def linear(self, x, h_0):
        f = torch.sigmoid(self.linear_f(x))
        i = torch.sigmoid(self.linear_i(x))
        f_prime, i_prime = f / (f + i), i / (f + i)
        return scan(f_prime, torch.cat([h_0, i_prime * self.linear_h(x)], dim=1))


def pack(t):
    return {"shape": list(t.shape), "data": [float(f"{v:.13g}") for v in t.detach().reshape(-1).tolist()]}


B, T, D, H = 2, 7, 3, 4
cases = []
for cell, make in {"minGru": MinGRU, "minLstm": MinLSTM}.items():
    for candidate in ["linear", "positive"]:
        module = make(D, H)
        for p in module.parameters():
            nn.init.normal_(p, std=1.2)
        x = torch.randn(B, T, D, requires_grad=True)
        h_0 = torch.rand(B, 1, H) + 0.1
        h_0.requires_grad_(True)
        y = getattr(module, candidate)(x, h_0)
        upstream = torch.randn_like(y)
        (y * upstream).sum().backward()
        linears = [getattr(module, gate) for gate in module.gates]
        cases.append({
            "cell": cell, "candidate": candidate, "x": pack(x), "h0": pack(h_0[:, 0]), "y": pack(y), "upstream": pack(upstream),
            "kernel": pack(torch.cat([m.weight.T for m in linears], dim=1)), "bias": pack(torch.cat([m.bias for m in linears])),
            "dx": pack(x.grad), "dh0": pack(h_0.grad[:, 0]),
            "dkernel": pack(torch.cat([m.weight.grad.T for m in linears], dim=1)),
            "dbias": pack(torch.cat([m.bias.grad for m in linears])),
        })
source = f"scripts/oracles/torch_minimal.py, PyTorch {torch.__version__}: the code of arXiv 2410.01201, appendices A and B"
print(json.dumps({"source": source, "cases": cases}))
