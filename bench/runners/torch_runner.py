"""PyTorch, eager, one thread: nn.GRU as it comes, data in memory as tensors, no data loader, no dropout."""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import time

import torch
from torch import nn

from protocol import serve

torch.set_num_threads(1)
torch.set_num_interop_threads(1)
torch.manual_seed(1)


def adam(model):
    """The fastest form of Adam that this version has on the CPU."""
    version = tuple(int(part) for part in torch.__version__.split(".")[:2])
    return torch.optim.Adam(model.parameters(), lr=1e-3, **({"fused": True} if version >= (2, 4) else {}))


class Regressor(nn.Module):
    """Stacked GRUs and a dense layer on the last step, or on every step."""

    def __init__(self, features, units, outputs, every_step=False):
        super().__init__()
        widths = [features, *units]
        self.layers = nn.ModuleList(nn.GRU(d, h, batch_first=True) for d, h in zip(widths, widths[1:]))
        self.dense = nn.Linear(widths[-1], outputs)
        self.every_step = every_step

    def forward(self, x):
        for layer in self.layers:
            x, _ = layer(x)
        return self.dense(x if self.every_step else x[:, -1])


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, embedding, units):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, embedding) if embedding else nn.Identity()
        self.gru = nn.GRU(embedding or vocabulary, units, batch_first=True)
        self.dense = nn.Linear(units, vocabulary)

    def forward(self, x):
        h, _ = self.gru(self.embed(x))
        return self.dense(h)


def step(model, optimizer, loss_of, x, y):
    optimizer.zero_grad(set_to_none=True)
    loss = loss_of(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.detach()


def fit(spec):
    n, batch = spec["samples"], spec["batch"]
    x = torch.randn(n, spec["time"], spec["features"])
    binary = spec["loss"] == "binaryCrossentropy"
    y = torch.randint(0, 2, (n, spec["outputs"])).float() if binary else torch.randn(n, spec["outputs"])
    model = Regressor(spec["features"], spec["units"], spec["outputs"])
    optimizer = adam(model)
    loss_of = nn.BCEWithLogitsLoss() if binary else nn.MSELoss()

    def run(times):
        for _ in range(times):
            order = torch.randperm(n)
            xs, ys = x[order], y[order]
            total = torch.zeros(())
            for xb, yb in zip(xs.split(batch), ys.split(batch)):
                total += step(model, optimizer, loss_of, xb, yb) * len(xb)
            (total / n).item()

    return {"run": run}


def language(spec):
    vocabulary, batch, time_steps = spec["vocabulary"], spec["batch"], spec["time"]
    x = torch.randint(0, vocabulary, (batch, time_steps))
    y = torch.randint(0, vocabulary, (batch, time_steps)).flatten()
    if not spec["embedding"]:
        x = nn.functional.one_hot(x, vocabulary).float()
    model = LanguageModel(vocabulary, spec["embedding"], spec["units"][0])
    optimizer = adam(model)
    cross_entropy = nn.CrossEntropyLoss()

    def run(times):
        for _ in range(times):
            step(model, optimizer, lambda p, target: cross_entropy(p.flatten(0, 1), target), x, y).item()

    return {"run": run}


def forward(spec):
    x = torch.randn(spec["batch"], spec["time"], spec["features"])
    model = nn.GRU(spec["features"], spec["units"][0], batch_first=True).eval()

    def run(times):
        with torch.inference_mode():
            for _ in range(times):
                model(x)[1].numpy()

    return {"run": run}


def stream(spec):
    x = torch.randn(spec["batch"], spec["features"])
    cell = nn.GRUCell(spec["features"], spec["units"][0]).eval()

    def run(times):
        h = torch.zeros(spec["batch"], spec["units"][0])
        with torch.inference_mode():
            for _ in range(times):
                h = cell(x, h)
                h.numpy()

    return {"run": run}


def denormal(spec):
    x = torch.randn(spec["batch"], spec["time"], spec["features"])
    mse = nn.MSELoss()

    def trainer(every_step):
        model = Regressor(spec["features"], spec["units"], spec["outputs"], every_step)
        optimizer = adam(model)
        y = torch.randn(spec["batch"], spec["time"], 1) if every_step else torch.randn(spec["batch"], 1)

        def seconds():
            start = time.perf_counter()
            for _ in range(5):
                step(model, optimizer, mse, x, y)
            return time.perf_counter() - start

        seconds()
        return seconds

    last, every = trainer(False), trainer(True)
    return {"ratio": lambda: last() / every()}


def info():
    a = torch.randn(1024, 1024)
    torch.mm(a, a)
    best = min(_time(lambda: torch.mm(a, a)) for _ in range(3))
    speed = 2 * 1024**3 / best / 1e9
    with open("/proc/self/maps") as maps:
        libraries = maps.read()
    blas = next((name for name in ("openblas", "mkl", "blis") if name in libraries), "the reference BLAS")
    notes = [f"torch.mm of 1024³ with {blas}: {speed:.0f} GFLOP/s"]
    if speed < 20:
        notes.append("torch runs on a slow BLAS and its figures flatter sluice: install libopenblas0-pthread")
    return {"versions": {"torch": torch.__version__}, "notes": notes}


def _time(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


serve(info, {"fit": fit, "language": language, "forward": forward, "stream": stream, "denormal": denormal})
