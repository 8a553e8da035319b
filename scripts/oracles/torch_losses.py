"""Values and gradients of PyTorch's losses in float64, for test/losses.

python scripts/oracles/torch_losses.py > test/fixtures/torch-losses.json   (with PyTorch 1.13 or later)
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(3)
real = torch.randn(6, 1, dtype=torch.float64) * 2
pred = torch.randn(6, 1, dtype=torch.float64) * 2
bits = (torch.rand(6, 1, dtype=torch.float64) > 0.5).double()
logits = torch.randn(6, 4, dtype=torch.float64) * 3
index = torch.randint(0, 4, (6,))
onehot = F.one_hot(index, 4).double()
huge = torch.tensor([[100.0], [-100], [100], [-100], [40], [-40]], dtype=torch.float64)

cases = [
    ("meanSquaredError", {}, real, pred, lambda t, p: F.mse_loss(p, t, reduction="none")),
    ("meanAbsoluteError", {}, real, pred, lambda t, p: F.l1_loss(p, t, reduction="none")),
    ("huber", {"delta": 0.7}, real, pred, lambda t, p: F.huber_loss(p, t, delta=0.7, reduction="none")),
    ("binaryCrossentropy", {}, bits, torch.sigmoid(pred), lambda t, p: F.binary_cross_entropy(p, t, reduction="none")),
    ("binaryCrossentropy", {"fromLogits": True}, bits, huge,
     lambda t, p: F.binary_cross_entropy_with_logits(p, t, reduction="none")),
    ("sparseCategoricalCrossentropy", {"fromLogits": True}, index, logits,
     lambda t, p: F.cross_entropy(p, t, reduction="none")),
    ("categoricalCrossentropy", {"fromLogits": True, "labelSmoothing": 0.1}, onehot, logits,
     lambda t, p: F.cross_entropy(p, index, label_smoothing=0.1, reduction="none")),
    ("cosineSimilarity", {}, onehot + 0.5, logits, lambda t, p: -F.cosine_similarity(t, p, dim=-1)),
]
out = []
for name, config, t, p, f in cases:
    p = p.clone().requires_grad_()
    loss = f(t, p).reshape(6)
    upstream = torch.linspace(0.5, 1.5, 6, dtype=torch.float64)
    (loss * upstream).sum().backward()
    out.append({
        "name": name, "config": config, "yTrue": t.tolist(), "yPred": p.tolist(),
        "loss": loss.tolist(), "upstream": upstream.tolist(), "gradient": p.grad.tolist(),
    })
print(json.dumps({"cases": out}))
