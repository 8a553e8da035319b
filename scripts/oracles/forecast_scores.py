"""Scores of forecasts by sktime, GluonTS, properscoring and scoringrules, for test/tasks/forecast/scores.

pip install sktime gluonts properscoring scoringrules; python scripts/oracles/forecast_scores.py > test/fixtures/forecast-scores.json
"""
import json
from importlib.metadata import version

import gluonts.evaluation.metrics as gluonts
import numpy as np
import properscoring
import scoringrules
from scipy.stats import norm
from sktime.performance_metrics.forecasting import (
    MeanAbsolutePercentageError,
    MeanAbsoluteScaledError,
    MeanSquaredScaledError,
)

packages = ["sktime", "gluonts", "properscoring", "scoringrules", "numpy", "scipy"]
rng = np.random.RandomState(11)
past = (10 + np.cumsum(rng.normal(size=50))).round(4)
truth = (past[-1] + np.cumsum(rng.normal(size=12))).round(4)
forecast = (truth + rng.normal(size=12)).round(4)
samples = (forecast[:, None] + rng.normal(size=(12, 9)) * 1.3).round(4)
samples[0, :4] = samples[0, 4]  # ties
mean, deviation = forecast, (0.2 + rng.rand(12) * 2).round(4)
levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]
quantiles = np.stack([norm.ppf(level, mean, deviation) for level in levels]).round(4)
lower, upper = quantiles[0], quantiles[-1]
intermittent = np.array([0, 0, 0, 2, 0, 1, 3, 0, 0, 4, 1.0])


def scaled(metric, season):
    return float(metric(sp=season)(truth, forecast, y_train=past))


def rmsse(season):
    return float(MeanSquaredScaledError(sp=season, square_root=True)(truth, forecast, y_train=past))


def m5_scale(values):  # the evaluator of the M5 competition: from the first demand on
    active = values[np.argmax(values != 0):]
    return float(np.mean(np.diff(active) ** 2))


def interval_score(coverage):  # scoringrules' own, coverage 1 - alpha
    return scoringrules.interval_score(truth, lower, upper, 1 - coverage).tolist()


out = {
    "source": "scripts/oracles/forecast_scores.py: " + ", ".join(f"{name} {version(name)}" for name in packages)
    + "; numpy.random.RandomState(11), rounded to 4 digits. MASE and RMSSE by sktime, sMAPE by sktime (symmetric, times 100, which is M4's), quantile losses and MSIS by "
    "GluonTS, CRPS by properscoring (ensemble, Gaussian) and scoringrules (fair, quantiles), interval score by scoringrules; the scale of M5 by its formula in numpy",
    "past": past.tolist(), "truth": truth.tolist(), "forecast": forecast.tolist(),
    "mase": {"1": scaled(MeanAbsoluteScaledError, 1), "7": scaled(MeanAbsoluteScaledError, 7)},
    "rmsse": {"1": rmsse(1), "7": rmsse(7)},
    "smape": 100 * float(MeanAbsolutePercentageError(symmetric=True)(truth, forecast)),
    "intermittent": intermittent.tolist(), "m5Scale": m5_scale(intermittent),
    "levels": levels, "quantiles": quantiles.tolist(),
    "quantileLoss": [float(gluonts.quantile_loss(truth, q, level)) for q, level in zip(quantiles, levels)],
    "absoluteTargetSum": float(gluonts.abs_target_sum(truth)),
    "crpsQuantiles": scoringrules.crps_quantile(truth, quantiles.T, np.array(levels)).tolist(),
    "samples": samples.ravel().tolist(),
    "crpsSamples": properscoring.crps_ensemble(truth, samples).tolist(),
    "crpsFair": scoringrules.crps_ensemble(truth, samples, estimator="fair").tolist(),
    "mean": mean.tolist(), "deviation": deviation.tolist(),
    "crpsNormal": properscoring.crps_gaussian(truth, mean, deviation).tolist(),
    "cdf": [[z, float(norm.cdf(z))] for z in [-9, -8.2, -5, -2.5, -1, -0.1, 0, 1e-8, 0.3, 1.96, 4, 6.5, 8, 12]],
    "interval": {"coverage": float(gluonts.coverage(truth, upper) - np.mean(truth < lower)),
                 "score90": interval_score(0.9), "score50": interval_score(0.5),
                 "msis95": float(gluonts.msis(truth, lower, upper, float(np.mean(np.abs(past[7:] - past[:-7]))), 0.05))},
}
print(json.dumps(out))
