"""Small networks exported to ONNX by PyTorch itself, with the outputs that PyTorch computes: test/fixtures/torch-onnx.json."""
import base64, io, json, sys
import torch
from torch import nn

torch.manual_seed(5)


class Last(nn.Module):
    """A recurrent module whose last step goes through a linear layer, as in most tutorials."""

    def __init__(self, kind, layers=1, both=False, how="last"):
        super().__init__()
        self.rnn = getattr(nn, kind)(3, 4, layers, batch_first=True, bidirectional=both)
        self.head = nn.Linear(8 if both else 4, 2)
        self.how = how

    def forward(self, x):
        y, state = self.rnn(x)
        h = state[0] if isinstance(state, tuple) else state
        if self.how == "last":
            return self.head(y[:, -1])
        if self.how == "sequence":
            return self.head(torch.relu(y))
        if self.how == "mean":
            return self.head(y.mean(1))
        if self.how == "both":
            return self.head(torch.cat([h[-2], h[-1]], 1))
        return self.head(h[-1])


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(11, 3)
        self.rnn = nn.GRU(3, 4)
        self.norm = nn.LayerNorm(4)
        self.head = nn.Linear(4, 5)

    def forward(self, ids):
        y, _ = self.rnn(self.table(ids))
        return torch.log_softmax(self.head(self.norm(y)), -1)


class Convolved(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(3, 5, 3, padding=1)
        self.rnn = nn.LSTM(5, 4, batch_first=True)
        self.head = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1), nn.Sigmoid())

    def forward(self, x):
        y, (h, c) = self.rnn(self.conv(x.transpose(1, 2)).transpose(1, 2))
        return self.head(h[-1])


def case(name, module, x, names=("batch", "time")):
    module.eval()
    file = io.BytesIO()
    axes = {"x": {0: names[0], 1: names[1]}}
    torch.onnx.export(module, x, file, input_names=["x"], output_names=["y"], dynamic_axes=axes, opset_version=17)
    other = x.repeat(2, 1, *([1] * (x.dim() - 2))) if names[0] == "batch" else x
    y = module(other)
    return {
        "name": name,
        "file": base64.b64encode(file.getvalue()).decode(),
        "x": other.flatten().tolist(), "xShape": list(other.shape), "int": not x.is_floating_point(),
        "y": y.flatten().tolist(), "yShape": list(y.shape),
    }


x = torch.randn(2, 5, 3)
cases = [
    case("GRU, last step", Last("GRU"), x),
    case("LSTM, last state", Last("LSTM", how="state"), x),
    case("RNN, sequence", Last("RNN", how="sequence"), x),
    case("GRU, two layers, last step", Last("GRU", 2), x),
    case("LSTM, two layers, last step", Last("LSTM", 2), x),
    case("GRU, both directions, sequence", Last("GRU", 1, True, "sequence"), x),
    case("LSTM, both directions, mean over time", Last("LSTM", 1, True, "mean"), x),
    case("GRU, both directions, last states", Last("GRU", 1, True, "both"), x),
    case("embedding, GRU, time first", Words(), torch.randint(0, 11, (5, 2)), ("time", "batch")),
    case("convolution, LSTM, dense layers", Convolved(), x),
]
source = f"Exported by torch.onnx of PyTorch {torch.__version__} (opset 17) with scripts/oracles/torch_onnx.py; y is what the modules themselves give"
json.dump({"source": source, "cases": cases}, sys.stdout)
