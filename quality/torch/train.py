"""The networks of quality/network.mjs and quality/recipes/language.mjs in PyTorch, on one thread and on the same arrays.

train.py FOLDER reads job.json and the arrays there, trains, writes outputs.bin (float32, the test part's outputs row by row), and
prints one JSON object: seconds of processor time, wall, and for a language model the values themselves.
"""
import json
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)


class Network(nn.Module):
    def __init__(self, spec, features):
        super().__init__()
        self.pool = spec["pool"]
        embedding = spec.get("embedding")
        self.embedding = None
        if embedding:
            self.embedding = nn.Embedding(embedding["words"], embedding["size"])
            features = embedding["size"]
            if embedding["initial"] == "uniform":
                nn.init.uniform_(self.embedding.weight, -0.05, 0.05)
        both = spec.get("bidirectional", False)
        units = spec["grus"]
        assert all(u == units[0] for u in units)
        self.gru = nn.GRU(features, units[0], num_layers=len(units), batch_first=True, bidirectional=both)
        self.dropout = nn.Dropout(spec.get("dropout", 0))
        self.head = nn.Linear(units[0] * (2 if both else 1), spec["units"])
        self.sigmoid = spec["activation"] == "sigmoid"

    def forward(self, x, lengths):
        if self.embedding is not None:
            x = self.embedding(x)
        h, _ = self.gru(x)
        y = self.head(self.dropout(self.pooled(h, lengths)))
        return torch.sigmoid(y) if self.sigmoid else y

    def pooled(self, h, lengths):
        if self.pool == "max":
            return h.max(1).values
        if self.pool == "last":
            return h[:, -1] if lengths is None else h[torch.arange(len(h)), lengths - 1]
        if lengths is None:
            return h.mean(1)
        counts = (torch.arange(h.shape[1])[None] < lengths[:, None]).float()
        return (h * counts[..., None]).sum(1) / lengths[:, None]


def loss_of(spec):
    return {"mse": F.mse_loss, "binary": F.binary_cross_entropy_with_logits, "classes": F.cross_entropy}[spec["loss"]]


def step(model, optimizer, loss, clip):
    optimizer.zero_grad()
    loss.backward()
    if clip:
        nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()


def predict(model, part, size=256):
    model.eval()
    with torch.no_grad():
        pieces = [model(*cut(part, slice(i, i + size))[::2]) for i in range(0, len(part["x"]), size)]
    model.train()
    return torch.cat(pieces)


def cut(part, rows):
    x, y, lengths = part["x"][rows], part["y"][rows], part.get("lengths")
    if lengths is None:
        return x, y, None
    lengths = lengths[rows]
    return x[:, : lengths.max()], y, lengths


def accuracy(logits, y):
    predicted = (logits > 0).float() if logits.shape[1] == 1 else logits.argmax(1)
    return (predicted == y).float().mean().item()


def train(spec, parts):
    data = parts["train"]
    model = Network(spec, data["x"].shape[-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=spec["learningRate"], eps=1e-8)
    criterion = loss_of(spec)
    best, kept = -1.0, None
    for _ in range(spec["epochs"]):
        order = torch.randperm(len(data["x"]))
        for i in range(0, len(order), spec["batch"]):
            x, y, lengths = cut(data, order[i : i + spec["batch"]])
            step(model, optimizer, criterion(model(x, lengths), y), spec.get("clip"))
        if spec.get("bestEpoch"):
            value = accuracy(predict(model, parts["validation"]), parts["validation"]["y"])
            if value > best:
                best, kept = value, {k: v.clone() for k, v in model.state_dict().items()}
    if kept:
        model.load_state_dict(kept)
    return model


class Language(nn.Module):
    def __init__(self, spec):
        super().__init__()
        words, size = spec["embedding"]["words"], spec["embedding"]["size"]
        self.embedding = nn.Embedding(words, size)
        self.gru = nn.GRU(size, spec["units"], batch_first=True)
        self.head = nn.Linear(spec["units"], words)

    def forward(self, x, state=None):
        h, state = self.gru(self.embedding(x), state)
        return self.head(h), state


def train_language(spec, text):
    model = Language(spec)
    optimizer = torch.optim.Adam(model.parameters(), lr=spec["learningRate"], eps=1e-8)
    T = spec["T"]
    for _ in range(spec["steps"]):
        offsets = torch.randint(len(text) - T, (spec["batch"],))
        rows = torch.stack([text[i : i + T + 1] for i in offsets])
        logits, _ = model(rows[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())
        step(model, optimizer, loss, spec["clip"])
    return model


def evaluate_language(model, text, T):
    model.eval()
    n = len(text) - 1
    with torch.no_grad():
        carried, state = 0.0, None
        for i in range(0, n, 1000):
            x, y = text[None, i : min(i + 1000, n)], text[i + 1 : min(i + 1000, n) + 1]
            logits, state = model(x, state)
            carried += F.cross_entropy(logits[0], y, reduction="sum").item()
        count = n // T
        x, y = text[: count * T].view(count, T), text[1 : count * T + 1]
        logits = torch.cat([model(piece)[0] for piece in x.split(32)])
        windows = F.cross_entropy(logits.flatten(0, 1), y).item()
    return {"nats, carried": carried / n, "nats, windows": windows}


def read_parts(folder, arrays):
    parts = {}
    for name, about in arrays.items():
        values = np.fromfile(f"{folder}/{name}", dtype=about["dtype"]).reshape(about["shape"])
        values = torch.from_numpy(values.astype(np.int64) if about["dtype"] == "int32" else values)
        part, field = name.split(".")
        parts.setdefault(part, {})[field] = values
    return parts


def main(folder):
    with open(f"{folder}/job.json") as file:
        job = json.load(file)
    spec, parts = job["spec"], read_parts(folder, job["arrays"])
    torch.manual_seed(job["seed"])
    language = spec.get("kind") == "language"
    cpu, wall = time.process_time(), time.perf_counter()
    model = train_language(spec, parts["train"]["x"]) if language else train(spec, parts)
    report = {"seconds": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    if language:
        report["values"] = evaluate_language(model, parts["test"]["x"], spec["T"])
    else:
        predict(model, parts["test"]).numpy().astype(np.float32).tofile(f"{folder}/outputs.bin")
    print(json.dumps(report))


main(sys.argv[1])
