"""Values and gradients of PyTorch's CTC loss in float64, for test/ops/ctc.test.ts.

python scripts/oracles/torch_ctc.py > test/fixtures/torch-ctc.json   (with PyTorch 1.13 or later)

Logits are normalised by log_softmax within the graph, so that the gradient is the one at the logits.
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(11)


def case(name, T, K, texts, lengths, blank=0, scale=2.0, zero_infinity=False):
    B, L = len(texts), max(1, max(map(len, texts)))
    logits = (torch.randn(B, T, K, dtype=torch.float64) * scale).requires_grad_()
    labels = torch.tensor([text + [-1] * (L - len(text)) for text in texts])
    loss = F.ctc_loss(
        F.log_softmax(logits, -1).transpose(0, 1),
        torch.tensor([label for text in texts for label in text], dtype=torch.long),
        torch.tensor(lengths),
        torch.tensor([len(text) for text in texts]),
        blank=blank,
        reduction="none",
        zero_infinity=zero_infinity,
    )
    upstream = torch.linspace(0.5, 1.5, B, dtype=torch.float64)
    (loss * upstream).sum().backward()
    return {
        "name": name, "blank": blank, "zeroInfinity": zero_infinity, "logits": logits.tolist(), "labels": labels.tolist(),
        "lengths": lengths, "loss": loss.tolist(), "upstream": upstream.tolist(), "gradient": logits.grad.tolist(),
    }


cases = [
    case("ragged", 9, 5, [[1, 2, 3], [4], [2, 1, 2, 1]], [9, 4, 7]),
    case("repeats", 8, 4, [[1, 1, 2], [3, 3, 3], [2, 2]], [8, 5, 3]),
    case("no labels", 6, 3, [[], [1], []], [6, 1, 3]),
    case("as many steps as labels", 4, 6, [[1, 2, 3, 4], [5, 1, 5], [2]], [4, 3, 1]),
    case("last class blank", 7, 5, [[0, 1, 3], [2, 2], [0]], [7, 6, 5], blank=4),
    case("sure of itself", 12, 4, [[1, 2, 3, 1], [3, 2]], [12, 10], scale=40.0),
    case("infeasible", 4, 4, [[1, 1, 1], [1, 2, 3], [2]], [4, 2, 4], zero_infinity=True),
    case("many labels", 40, 12, [[1 + (i * 7) % 11 for i in range(15)], [3] * 12], [40, 31]),
]
print(json.dumps({"source": f"scripts/oracles/torch_ctc.py, PyTorch {torch.__version__}", "cases": cases}))
