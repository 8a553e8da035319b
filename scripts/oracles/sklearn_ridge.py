"""scikit-learn's Ridge, numpy's lstsq, and errors of forecasts by their published formulae, for test/tasks.

pip install scikit-learn numpy; python scripts/oracles/sklearn_ridge.py > test/fixtures/sklearn-ridge.json
"""
import json

import numpy as np
import sklearn
from sklearn.linear_model import Ridge
rng = np.random.RandomState(3)
X = rng.normal(size=(40, 5)) * [1, 10, 0.1, 3, 1] + [0, 100, 5, -3, 0]
y = np.stack([X @ [1, -0.2, 3, 0.5, 0] + 4 + rng.normal(size=40), X @ [0, 0.1, 0, -1, 2] - 7 + rng.normal(size=40)], 1)
X, y = X.round(4), y.round(4)
out = {
    "source": f"scikit-learn {sklearn.__version__} Ridge(alpha, solver='cholesky') and numpy {np.__version__} linalg.lstsq with a column of ones, on numpy.random.RandomState(3) data rounded to 4 digits; forecast errors by numpy from the formulae of Hyndman and Koehler (2006) and the M4 competition",
    "X": X.tolist(),
    "y": y.tolist(),
    "ridge": [],
}
for a in [0.5, 20.0, 1e4]:
    m = Ridge(alpha=a, solver="cholesky").fit(X, y)
    out["ridge"].append({"alpha": a, "weights": m.coef_.T.tolist(), "intercept": m.intercept_.tolist(), "predictions": m.predict(X[:3]).tolist()})
w = np.linalg.lstsq(np.c_[X, np.ones(40)], y, rcond=None)[0]
out["leastSquares"] = {"weights": w[:-1].tolist(), "intercept": w[-1].tolist()}
m = Ridge(alpha=20.0, solver="cholesky").fit(X[:, [0, 3]], y)
out["someColumns"] = {"columns": [0, 3], "alpha": 20.0, "weights": m.coef_.T.tolist(), "intercept": m.intercept_.tolist()}
s = np.cumsum(rng.normal(size=60)).round(4)
insample = s[:40]; truth = s[40:52].reshape(4, 3); fc = (truth + rng.normal(size=(4, 3))).round(4)
truth[0, 0] = 0; fc[0, 0] = 0
e = truth - fc
den = np.abs(truth) + np.abs(fc)
sm = np.where(den == 0, 0, np.abs(e) / np.where(den == 0, 1, den))
out["errors"] = {"insample": insample.tolist(), "truth": truth.ravel().tolist(), "forecast": fc.ravel().tolist(), "horizon": 3,
                 "RMSE": float(np.sqrt((e**2).mean())), "MAE": float(np.abs(e).mean()), "sMAPE": float(200 * sm.mean()),
                 "MASE1": float(np.abs(e).mean() / np.abs(np.diff(insample)).mean()), "MASE4": float(np.abs(e).mean() / np.abs(insample[4:] - insample[:-4]).mean()),
                 "byStep": np.abs(e).mean(0).tolist()}
d = np.diff(s); c = d - d.mean()
out["autocorrelations"] = {"values": d.tolist(), "r": [float((c[k:] * c[:-k]).sum() / (c * c).sum()) for k in range(1, 6)]}
print(json.dumps(out))
