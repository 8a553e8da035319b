"""Distributions by scipy, their slopes by mpmath's numerical differentiation, and CRPS by scoringrules, for test/distributions.

pip install scipy mpmath scoringrules; python scripts/oracles/distributions.py > test/fixtures/distributions.json
"""
import json
from importlib.metadata import version

import mpmath as mp
import scoringrules
from scipy import stats

mp.mp.dps = 40
LEVELS = [1e-8, 0.001, 0.025, 0.1, 0.3, 0.5, 0.8, 0.975, 0.9999]


def log_normal(y, m, s):
    return -((y - m) / s) ** 2 / 2 - mp.log(s) - mp.log(2 * mp.pi) / 2


def log_t(y, m, s, v):
    z = (y - m) / s
    return mp.loggamma((v + 1) / 2) - mp.loggamma(v / 2) - mp.log(v * mp.pi) / 2 - mp.log(s) - (v + 1) / 2 * mp.log(1 + z * z / v)


def log_nb(y, m, a):
    r = 1 / a
    return mp.loggamma(y + r) - mp.loggamma(r) - mp.loggamma(y + 1) + r * mp.log(r / (r + m)) + y * mp.log(m / (r + m))


def slopes(f, y, p):
    point = [mp.mpf(x) for x in p]
    return [float(mp.diff(lambda x, i=i: -f(mp.mpf(y), *point[:i], x, *point[i + 1:]), point[i])) for i in range(len(p))]


def case(name, f, parameters, ys, frozen, crps):
    ys = [float(y) for y in ys]
    return {
        "name": name, "parameters": parameters, "y": ys,
        "logProbability": [float(f(mp.mpf(y), *map(mp.mpf, parameters))) for y in ys],
        "slopes": [slopes(f, y, parameters) for y in ys],
        "cdf": [float(frozen.cdf(y)) for y in ys],
        "levels": LEVELS, "quantiles": [float(frozen.ppf(p)) for p in LEVELS],
        "mean": float(frozen.mean()), "variance": float(frozen.var()),
        "crps": [float(crps(y)) for y in ys],
    }


cases = []
for m, s in [(0, 1), (-3.5, 0.02), (1e6, 4e4)]:
    ys = [m + s * z for z in (-30, -6, -1.3, 0, 0.4, 2.5, 8)]
    cases.append(case("normal", log_normal, [m, s], ys, stats.norm(m, s), lambda y, m=m, s=s: scoringrules.crps_normal(y, m, s)))
for m, s, v in [(0, 1, 2.2), (10, 0.5, 5), (-2, 3, 30), (0, 1, 400)]:
    ys = [m + s * z for z in (-1e4, -12, -1.5, 0, 0.2, 3, 60)]
    cases.append(case("studentT", log_t, [m, s, v], ys, stats.t(v, m, s), lambda y, m=m, s=s, v=v: scoringrules.crps_t(y, v, m, s)))


def crps_nb(y, frozen):  # by its definition: the integrand is constant between two whole numbers
    from math import fsum
    last = int(max(frozen.ppf(1 - 1e-13), y))
    return fsum((float(frozen.cdf(k)) - (1 if k >= y else 0)) ** 2 for k in range(last + 1))


for m, a in [(0.3, 2.0), (5, 0.5), (60, 0.01), (20, 1e-6), (3000, 0.2)]:
    frozen = stats.nbinom(1 / a, 1 / (1 + a * m))
    ys = sorted({0, 1, 7, int(m), int(m + 3 * (m + a * m * m) ** 0.5), int(10 * m)})
    cases.append(case("negativeBinomial", log_nb, [m, a], ys, frozen, lambda y, frozen=frozen: crps_nb(y, frozen)))
packages = ["scipy", "mpmath", "scoringrules"]
print(json.dumps({
    "source": "scripts/oracles/distributions.py: " + ", ".join(f"{name} {version(name)}" for name in packages)
    + "; log-probabilities and slopes by mpmath with 40 digits, distribution functions and quantiles by scipy.stats, CRPS by scoringrules (negative binomial: summed from scipy's distribution function)",
    "cases": cases,
}))
