"""Writes test/fixtures/torch-interop.json: files of torch.save, and what the modules in them give.

Run with Debian's python3-torch: /usr/bin/python3 scripts/oracles/torch_interop.py
"""
import base64
import io
import json
from pathlib import Path

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, rnn, head=None, embedding=None, final=True):
        super().__init__()
        if embedding is not None:
            self.emb = embedding
        self.rnn = rnn
        if head is not None:
            self.head = head
        self.final = final

    def forward(self, x):
        h = self.emb(x) if hasattr(self, "emb") else x
        h, state = self.rnn(h)
        if self.final:
            state = state[0] if isinstance(state, tuple) else state
            last = state[-2:] if self.rnn.bidirectional else state[-1:]
            h = torch.cat([*last], dim=-1)
        return self.head(h) if hasattr(self, "head") else h


def case(name, net, x, options=None, half=None):
    if half is not None:
        net = net.to(half).float() if half != torch.float64 else net
    with torch.no_grad():
        y = net(x)
    state = net.state_dict() if half is None else {k: v.to(half) for k, v in net.state_dict().items()}
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return {
        "name": name,
        "file": base64.b64encode(buffer.getvalue()).decode(),
        "options": options or {},
        "x": x.tolist(),
        "shape": list(y.shape),
        "y": [round(v, 7) for v in y.flatten().tolist()],
    }


torch.manual_seed(7)
floats = torch.randn(2, 5, 3)
ids = torch.randint(0, 9, (2, 6))
cases = []
for kind in (nn.GRU, nn.LSTM, nn.RNN):
    for layers in (1, 2):
        for both in (False, True):
            rnn = kind(3, 4, num_layers=layers, bidirectional=both, batch_first=True)
            name = f"{kind.__name__}, layers {layers}, {'both' if both else 'one'}"
            cases.append(case(name, Net(rnn, final=False), floats))
cases.append(case("GRU without bias, with head", Net(nn.GRU(3, 4, bias=False, batch_first=True), nn.Linear(4, 2)), floats))
cases.append(case("RNN relu", Net(nn.RNN(3, 4, nonlinearity="relu", batch_first=True), final=False), floats, {"nonlinearity": "relu"}))
text = Net(nn.LSTM(5, 4, batch_first=True, bidirectional=True), nn.Linear(8, 3), nn.Embedding(9, 5))
cases.append(case("embedding, both directions, head", text, ids))
cases.append(case("float16 weights", Net(nn.GRU(3, 4, batch_first=True), nn.Linear(4, 2)), floats, half=torch.float16))
cases.append(case("bfloat16 weights", Net(nn.GRU(3, 4, batch_first=True), nn.Linear(4, 2)), floats, half=torch.bfloat16))

buffer = io.BytesIO()
torch.save(nn.GRU(3, 4), buffer)  # the module itself: loading it would run code
refused = base64.b64encode(buffer.getvalue()).decode()
source = f"torch {torch.__version__}, scripts/oracles/torch_interop.py"
out = Path(__file__).resolve().parents[2] / "test/fixtures/torch-interop.json"
out.write_text(json.dumps({"source": source, "cases": cases, "module": refused}) + "\n")
print(out, out.stat().st_size)
