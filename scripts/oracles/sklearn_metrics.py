"""scikit-learn's and Keras 3's metrics on random predictions, for test/metrics.

pip install keras jax scikit-learn; python scripts/oracles/sklearn_metrics.py > test/fixtures/sklearn-metrics.json
"""
import json
import os

os.environ["KERAS_BACKEND"] = "jax"
import keras
import numpy as np
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score, roc_auc_score, top_k_accuracy_score

rng = np.random.default_rng(11)
N, K = 60, 4
truth = rng.integers(0, 2, N)
scores = np.round(np.clip(0.5 + 0.25 * (truth - 0.5) + rng.normal(size=N) * 0.25, 0, 1), 2)  # rounded: ties
weights = rng.uniform(0, 2, N)
weights[::7] = 0
hard = scores > 0.5
x = rng.normal(size=(N, K))
classes = rng.integers(0, K - 1, N)  # the last class is never true
x[np.arange(N), classes] += 1
p = np.exp(x) / np.exp(x).sum(1, keepdims=True)
guess = p.argmax(1)
y3 = rng.integers(0, K, N)


def both(f, **options):
    return {"plain": float(f(**options)), "weighted": float(f(sample_weight=weights, **options))}


binary = {
    "binaryAccuracy": both(accuracy_score, y_true=truth, y_pred=hard),
    "precision": both(precision_score, y_true=truth, y_pred=hard),
    "recall": both(recall_score, y_true=truth, y_pred=hard),
    "f1": both(f1_score, y_true=truth, y_pred=hard),
    "auc": both(roc_auc_score, y_true=truth, y_score=scores),
}
multi = {"sparseCategoricalAccuracy": both(accuracy_score, y_true=classes, y_pred=guess)}
for k in (1, 2, 3):
    multi[f"top{k}"] = both(top_k_accuracy_score, y_true=classes, y_score=p, k=k, labels=range(K))
for name, f in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
    for average in ("macro", "micro", "weighted"):
        multi[f"{name}-{average}"] = both(f, y_true=classes, y_pred=guess, average=average, zero_division=0)
    multi[f"{name}-1"] = both(f, y_true=classes, y_pred=guess, average="macro", labels=[1], zero_division=0)
aucs = {"macro": float(roc_auc_score(y3, p, multi_class="ovr"))}


def keras_metric(metric, t, y):
    out = {}
    for key, w in (("plain", None), ("weighted", weights)):
        metric.reset_state()
        metric.update_state(t, y, sample_weight=w)
        out[key] = float(metric.result())
    return out


real_t, real_p = rng.normal(size=(N, 1)) + 2, rng.normal(size=(N, 1)) + 2
regression = {
    "meanSquaredError": keras_metric(keras.metrics.MeanSquaredError(), real_t, real_p),
    "meanAbsoluteError": keras_metric(keras.metrics.MeanAbsoluteError(), real_t, real_p),
    "rootMeanSquaredError": keras_metric(keras.metrics.RootMeanSquaredError(), real_t, real_p),
    "meanAbsolutePercentageError": keras_metric(keras.metrics.MeanAbsolutePercentageError(), real_t, real_p),
}
loss = keras_metric(keras.metrics.SparseCategoricalCrossentropy(), classes, p)
fine = np.linspace(0.001, 0.999, N)
rng.shuffle(fine)
keras_auc = keras_metric(keras.metrics.AUC(num_thresholds=200), truth[:, None], fine[:, None])
print(json.dumps({
    "truth": truth.tolist(), "scores": scores.tolist(), "weights": weights.tolist(), "binary": binary,
    "classes": classes.tolist(), "probabilities": p.tolist(), "multi": multi, "allClasses": y3.tolist(), "auc": aucs,
    "real": {"yTrue": real_t.tolist(), "yPred": real_p.tolist(), **regression},
    "crossentropy": loss, "fine": fine.tolist(), "kerasAuc200": keras_auc,
}))
