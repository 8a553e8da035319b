"""scikit-learn's scalers, encoders and folds, and pandas's filling and calendar, for test/data/numbers.

pip install scikit-learn pandas; python scripts/oracles/sklearn_preprocessing.py > test/fixtures/sklearn-preprocessing.json
"""
import json

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold
from sklearn.preprocessing import LabelEncoder, MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

rng = np.random.default_rng(5)
x = np.round(rng.normal(size=(23, 4)) * [1, 100, 1e-3, 0] + [0, 5, 1e6, 7.1], 6)  # the last column is constant
x[rng.random(x.shape) < 0.15] = np.nan
new = np.round(rng.normal(size=(4, 4)) * 3, 3)


def plain(a):
    return [[None if np.isnan(v) else float(v) for v in row] for row in np.asarray(a, dtype=float)]


def scaled(scaler):
    scaler.fit(x)
    y = scaler.transform(x)
    return {"x": plain(y), "new": plain(scaler.transform(new)), "inverse": plain(scaler.inverse_transform(new))}


series = pd.DataFrame({"a": [np.nan, 1, np.nan, np.nan, 4, np.nan, np.nan, np.nan], "b": [3, np.nan, 0, 1, np.nan, np.nan, np.nan, 9]})
words = ["pear", "Äpfel", "apple", "Zoo", "\ufb01x", "\U0001f600", "apple", "中"]  # an emoji, and a letter after the surrogates
table = [["b", "x"], ["a", "y"], ["c", "x"], ["a", "z"]]
dates = pd.to_datetime(["2023-12-31T23:10:00Z", "2024-02-29T06:00:00Z", "2024-12-31T00:00:00Z", "1969-07-20T20:17:40Z"])


def circle(values, period):
    turns = 2 * np.pi * np.asarray(values, dtype=float) / period
    return [np.sin(turns).tolist(), np.cos(turns).tolist()]


def folds(**options):
    return [[a.tolist(), b.tolist()] for a, b in KFold(**options).split(np.zeros(11))]


one_hot = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(table)
print(json.dumps({
    "x": plain(x),
    "new": plain(new),
    "minMax": scaled(MinMaxScaler()),
    "minMaxTo": scaled(MinMaxScaler(feature_range=(-1, 3))),
    "standard": scaled(StandardScaler()),
    "robust": scaled(RobustScaler()),
    "robustWide": scaled(RobustScaler(quantile_range=(10, 80))),
    "series": plain(series),
    "forwardFill": plain(series.ffill()),
    "forwardFillLimit": plain(series.ffill(limit=2)),
    "interpolate": plain(series.interpolate()),
    "interpolateLimit": plain(series.interpolate(limit=1)),
    "words": words,
    "classes": LabelEncoder().fit(words).classes_.tolist(),
    "encoded": LabelEncoder().fit_transform(words).tolist(),
    "table": table,
    "oneHot": plain(one_hot.transform(table)),
    "oneHotUnknown": plain(one_hot.transform([["d", "z"]])),
    "dates": [d.isoformat() for d in dates],
    "calendar": {
        "hour": circle(dates.hour, 24),
        "weekday": circle(dates.day_of_week, 7),
        "month": circle(dates.month - 1, 12),
        "dayOfYear": circle(dates.day_of_year - 1, np.where(dates.is_leap_year, 366, 365)),
    },
    "folds": folds(n_splits=4),
}))
