"""scikit-learn's naive Bayes, logistic regression and scores on random data, for test/tasks/classify.

pip install scikit-learn; python scripts/oracles/sklearn_classify.py > test/fixtures/sklearn-classify.json
"""
import json

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score, hamming_loss, log_loss,
                             precision_score, recall_score, roc_auc_score)
from sklearn.naive_bayes import MultinomialNB
from sklearn.utils.class_weight import compute_sample_weight

rng = np.random.default_rng(5)


def rounded(a, digits=12):
    return np.round(np.asarray(a, dtype=float), digits).tolist()


# Counts of 12 features in 30 documents of 3 classes; the last 6 are asked for, one of them empty.
counts = rng.poisson(rng.uniform(0, 1.5, (3, 12))[rng.integers(0, 3, 30)])
counts[29] = 0
classes = rng.integers(0, 3, 24)
bayes = {
    "counts": counts.tolist(),
    "classes": classes.tolist(),
    "logProbabilities": {str(a): rounded(MultinomialNB(alpha=a).fit(counts[:24], classes).predict_log_proba(counts[24:])) for a in (1, 0.25)},
}

# 40 rows of 4 numbers in 3 classes that overlap.
labels = rng.integers(0, 3, 40)
rows = np.round(rng.normal(size=(40, 4)) + np.eye(3, 4)[labels] * 1.3, 3)
logistic = {"rows": rows.tolist(), "classes": labels.tolist(), "fits": []}
for C in (0.1, 1, 30):
    fit = LogisticRegression(C=C, tol=1e-10, max_iter=10000).fit(rows, labels)
    logistic["fits"].append({"C": C, "coef": rounded(fit.coef_, 9), "probabilities": rounded(fit.predict_proba(rows), 9)})


def measure(truth, p, several=False):
    guess = (p > 0.5).astype(int) if several else p.argmax(1)
    every = range(p.shape[1])
    values = {"accuracy": accuracy_score(truth, guess), "macroF1": f1_score(truth, guess, average="macro", zero_division=0)}
    if several:
        values["hammingAccuracy"] = 1 - hamming_loss(truth, guess)
        values["microF1"] = f1_score(truth, guess, average="micro")
        values["logLoss"] = log_loss(truth.ravel(), p.ravel())
    else:
        values["balancedAccuracy"] = balanced_accuracy_score(truth, guess)
        values["logLoss"] = log_loss(truth, p, labels=list(every))
        if p.shape[1] == 2:
            values["auc"] = roc_auc_score(truth, p[:, 1])
    case = {"truth": truth.tolist(), "p": rounded(p), "values": {k: float(v) for k, v in values.items()}}
    case["precision"] = precision_score(truth, guess, average=None, labels=every, zero_division=0).tolist()
    case["recall"] = recall_score(truth, guess, average=None, labels=every, zero_division=0).tolist()
    if several:
        case["auc"] = [float(roc_auc_score(truth[:, k], p[:, k])) for k in every]
    else:
        case["confusion"] = confusion_matrix(truth, guess, labels=every).tolist()
    return case


def softmax(x):
    e = np.exp(x)
    return e / e.sum(1, keepdims=True)


p1 = np.round(rng.uniform(size=50), 2)  # rounded: ties, and some of one half
binary = measure((rng.uniform(size=50) < p1).astype(int), np.stack([1 - p1, p1], 1))
multi = measure(rng.integers(0, 3, 50), softmax(rng.normal(size=(50, 4))))  # the last class is never true
sets = measure((rng.uniform(size=(40, 3)) < 0.4).astype(int), np.round(rng.uniform(size=(40, 3)), 3), several=True)
skewed = np.repeat([0, 1, 2], [10, 3, 1])

print(json.dumps({
    "source": f"scripts/oracles/sklearn_classify.py, scikit-learn {sklearn.__version__}",
    "bayes": bayes,
    "logistic": logistic,
    "binary": binary,
    "multi": multi,
    "sets": sets,
    "balanced": {"classes": skewed.tolist(), "weights": rounded(compute_sample_weight("balanced", skewed))},
}, separators=(",", ":")))
