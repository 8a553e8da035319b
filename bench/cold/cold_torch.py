"""W4 once in PyTorch."""

import os
import resource

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import torch

with torch.inference_mode():
    h = torch.nn.GRU(40, 128, batch_first=True)(torch.full((1, 98, 40), 0.1))[1].numpy()
assert h.size == 128
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
