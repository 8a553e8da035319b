"""W4 once in Keras on JAX."""

import os
import resource

os.environ["KERAS_BACKEND"] = "jax"
os.environ["NPROC"] = "1"

import keras
import numpy as np

model = keras.Sequential([keras.Input((98, 40)), keras.layers.GRU(128)])
h = model.predict_on_batch(np.full((1, 98, 40), 0.1, np.float32))
assert h.size == 128
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
