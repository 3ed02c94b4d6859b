#!/usr/bin/env python3
"""Writes tests/unit/kernel_values.h: the interval kernels to 50 digits and more, by other formulas.

Normal: mpmath's erfc.  Student-t: the hypergeometric series of the tail in df / (df + x^2), or the
central series at a precision that outlasts the subtraction.  Needs mpmath (written with 1.3.0).
Usage: scripts/kernel_values.py > tests/unit/kernel_values.h, then clang-format -i on it.
"""

from mpmath import erfc, exp, inf, isinf, log, log1p, loggamma, mp, mpf, nstr, pi, sqrt

mp.dps = 60

INF = float("inf")
# (a, b, df)
INTERVALS = [
    (-1.0, 1.0, INF), (-0.3, 0.1, INF), (-8.0, 9.0, INF), (0.0, 1e-25, INF), (0.0, 40.0, INF),
    (2.0, 2.5, INF), (-7.0, -6.0, INF), (37.0, 38.0, INF), (-41.0, -40.5, INF), (300.0, 301.0, INF),
    (1e4, 1e4 + 1e-3, INF), (-1e8, -1e8 + 1e-7, INF), (1e8, 2e8, INF), (0.5, 0.5 + 1e-12, INF),
    (3.0, 3.0 + 1e-12, INF), (-1e-12, 1e-12, INF), (30.0, 30.0 + 1e-12, INF), (1.0, 2.0, INF),
    (-INF, -1e8, INF), (-INF, -5.0, INF), (-INF, 0.25, INF), (-INF, 7.5, INF), (12.0, INF, INF),
    (-3.0, INF, INF), (-2e-3, 1e8, INF), (0.99, 1.98, INF), (1e3, 1e3 + 9e-4, INF),
    (-1.0, 1.0, 4.0), (-0.3, 0.1, 4.0), (-80.0, 90.0, 3.0), (0.0, 40.0, 2.5), (2.0, 2.5, 4.0),
    (-7.0, -6.0, 7.0), (37.0, 38.0, 1.0), (-1e8, -5e7, 1.0), (1e8, 1e8 + 1.0, 4.0),
    (1e8, 2e8, 30.0), (0.5, 0.5 + 1e-12, 4.0), (3.0, 3.0 + 1e-12, 1.5), (1.4, 1.6, 5.0),
    (0.1, 1.7, 12.0), (-1e8, -1e3, 2.0), (4.0, 5.0, 1e6), (40.0, 41.0, 1e6), (1.0, 2.0, 1e4),
    (-INF, -1e8, 3.0), (-INF, -5.0, 4.0), (-INF, 0.25, 1.0), (12.0, INF, 50.0), (-3.0, INF, 4.0),
    (30.0, 30.5, 200.0), (6.0, 6.0 + 1e-9, 1e5),
]


def log_density(x, df):
    if isinf(df):
        return -x * x / 2 - log(2 * pi) / 2
    norm = loggamma((df + 1) / 2) - loggamma(df / 2) - log(df * pi) / 2
    return norm - (df + 1) / 2 * log1p(x * x / df)


def normal_log_tail(x):
    if x < 1000:
        return log(erfc(x / sqrt(mpf(2))) / 2)
    term = total = mpf(1)
    for k in range(1, 12):
        term *= -(2 * k - 1) / x**2
        total += term
    return log_density(x, inf) + log(total / x)


def student_log_tail(x, df):
    """x >= 0."""
    y = df / (df + x * x)
    if y < 0.98:
        term = total = mpf(1)
        n = 0
        while term > total * mpf(10) ** -58:
            term *= (df / 2 + mpf(1) / 2 + n) / (df / 2 + 1 + n) * y
            total += term
            n += 1
        return log_density(x, df) + log(x / df * total)
    keep = mp.dps
    mp.dps = int(90 - log_density(x, df) / 2 + x)
    z = x * x / (df + x * x)
    term = total = mpf(1)
    n = 0
    while term > total * mpf(10) ** -mp.dps:
        term *= ((df + 1) / 2 + n) / (mpf(3) / 2 + n) * z
        total += term
        n += 1
    value = log(mpf(1) / 2 - x * exp(log_density(x, df)) * total)
    mp.dps = keep
    return +value


def log_tail(x, df):
    if x == inf:
        return -inf
    return normal_log_tail(x) if isinf(df) else student_log_tail(x, df)


def log_interval(a, b, df):
    if b <= 0:
        a, b = -b, -a
    if a >= 0:
        ta, tb = log_tail(a, df), log_tail(b, df)
        return ta + log(1 - exp(tb - ta)) if tb > -inf else ta
    return log(1 - exp(log_tail(-a, df)) - exp(log_tail(b, df)))


def show(x):
    if isinf(x):
        return "-INFINITY" if x < 0 else "INFINITY"
    return x.hex() if isinstance(x, float) else nstr(x, 20, min_fixed=0, max_fixed=0)


def main():
    print("/* Written by scripts/kernel_values.py with mpmath; not edited by hand. */")
    print("static const struct {")
    print("    double a, b, df, log_p, da, db;")
    print("} interval_values[] = {")
    for row in INTERVALS:
        a, b, df = (mpf(v) for v in row)
        value = log_interval(a, b, df)
        # Slopes below the smallest double are 0.
        da = mpf(0) if isinf(a) else -exp(log_density(a, df) - value)
        db = mpf(0) if isinf(b) else exp(log_density(b, df) - value)
        cells = [show(v) for v in row] + [show(v if abs(v) > 1e-300 else mpf(0)) for v in (value, da, db)]
        print("    {" + ", ".join(cells) + "},")
    print("};")


if __name__ == "__main__":
    main()
