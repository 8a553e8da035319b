"""Loads what Sluice wrote with the systems themselves and compares outputs: read_written.py FOLDER, a JSON line for each file."""
import importlib.util
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np


def array(stored):
    kind = np.int32 if stored["dtype"] == "int32" else np.float32
    return np.array(stored["data"], dtype=kind).reshape(stored["shape"])


def with_keras(path, x):
    import keras

    return [np.asarray(keras.models.load_model(path)(x, training=False))]


def with_onnxruntime(path, x):
    import onnx
    import onnxruntime

    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})


def with_onnx_reference(path, x):
    import onnx
    from onnx.reference import ReferenceEvaluator

    model = onnx.load(path)
    return ReferenceEvaluator(model).run(None, {model.graph.input[0].name: x})


def with_torch(path, x):
    import torch

    spec = importlib.util.spec_from_file_location("written", path[: -len(".safetensors")] + ".py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with torch.no_grad():
        return [module.load(path)(torch.from_numpy(x)).numpy()]


READERS = {
    "keras": [("Keras", with_keras)],
    "onnx": [("onnxruntime", with_onnxruntime)],
    "onnx-plain": [("onnx.reference", with_onnx_reference)],
    "pytorch": [("PyTorch", with_torch)],
}


def main(folder):
    with open(os.path.join(folder, "cases.json")) as file:
        cases = json.load(file)
    for case in cases:
        x, expected = array(case["x"]), array(case["y"])
        for system, read in READERS[case["format"]]:
            result = {"name": case["name"], "format": case["format"], "system": system}
            try:
                got = read(os.path.join(folder, case["file"]), x)[0]
                same = got.shape == expected.shape
                result["difference"] = float(np.max(np.abs(got - expected))) if same else None
                if not same:
                    result["error"] = f"shape {got.shape}, expected {expected.shape}"
            except Exception as error:
                result["error"] = f"{type(error).__name__}: {error}"[:300]
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
