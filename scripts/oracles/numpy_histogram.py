"""Writes test/fixtures/numpy-histogram.json: numpy.histogram on values that lie on, beside and between edges."""
import json
import numpy as np

rng = np.random.default_rng(7)
CASES = [
    (rng.normal(size=200), 12),
    (rng.integers(-3, 4, size=100) / 10, 6),
    (np.arange(0, 1.01, 0.1), 10),
    (np.array([1e-9, 2e-9, 1e9]), 50),
    (rng.lognormal(size=300), 60),
]

cases = []
for values, bins in CASES:
    counts, edges = np.histogram(values, bins)
    cases.append({"values": values.tolist(), "bins": bins, "counts": counts.tolist(), "edges": edges.tolist()})
with open("test/fixtures/numpy-histogram.json", "w") as file:
    json.dump({"source": f"scripts/oracles/numpy_histogram.py, NumPy {np.__version__}", "cases": cases}, file)
    file.write("\n")
