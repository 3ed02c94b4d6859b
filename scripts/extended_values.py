#!/usr/bin/env python3
"""Writes tests/unit/extended_values.h: formulas of a, b and t, their value and derivatives by a and
b at numbers that doubles hold exactly, to 25 digits.  Needs mpmath (written with 1.3.0).
Usage: scripts/extended_values.py > tests/unit/extended_values.h, then clang-format -i on it.
"""

from mpmath import (atan, cos, diff, erfc, exp, expm1, log, log10, log1p, loggamma, mp, mpf, nstr,
                    sin, sqrt, tan, tanh)

mp.dps = 80

WELL = 1e-18  # about nine roundings of a 64-bit mantissa


def row(text, function, a, b, t, tolerance=WELL):
    return (text, function, a, b, t, tolerance)


def phi(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def lgamma(x):
    return loggamma(x).real


def logistic(x):
    return 1 / (1 + exp(-x))


def logit(p):
    return log(p / (1 - p))


def binomial(t, a):
    return sum((-1) ** k * mpf(c) * t ** (10 - k) for k, c in
               enumerate((1, 10, 45, 120, 210, 252, 210, 120, 45, 10))) + a


BINOMIAL = ("t^10 - 10*t^9 + 45*t^8 - 120*t^7 + 210*t^6 - 252*t^5 + 210*t^4 - 120*t^3 + 45*t^2"
            " - 10*t + a")

ROWS = [
    row("a*exp(-b*t)", lambda a, b, t: a * exp(-b * t), 1.25, 0.3, 7.5),
    row("a*exp(-b*t)", lambda a, b, t: a * exp(-b * t), 3e-4, 0.01, 99.0),
    row("a*t^10 + b*t^9", lambda a, b, t: a * t**10 + b * t**9, 0.1, 0.7, 3.3),
    row("a*t^10 - b*t^9", lambda a, b, t: a * t**10 - b * t**9, 0.1, 0.33, 3.3000000001, 1e-8),
    row(BINOMIAL, lambda a, b, t: binomial(t, a), 1.0, 0.0, 1.25, 1e-9),
    row(BINOMIAL, lambda a, b, t: binomial(t, a), 1.0, 0.0, 3.0, 1e-15),
    row("a*(1 - exp(-b*t))", lambda a, b, t: a * (1 - exp(-b * t)), 2.5, 5.5e-4, 0.75, 1e-15),
    row("a*(b + t)^(-1/3)", lambda a, b, t: a * (b + t) ** mpf(-1.0 / 3.0), -2523.3, 46.7, 11.2),
    row("t^a*b", lambda a, b, t: t**a * b, 2.7, 1.1, 1.9),
    row("a/(1 + exp(b - t))", lambda a, b, t: a / (1 + exp(b - t)), 72.5, 2.6, 1.7),
    row("(a + t*b)/(1 + a*t + b*t^2)", lambda a, b, t: (a + t * b) / (1 + a * t + b * t * t), 0.3,
      0.9, 2.2),
    row("b*exp(a*t)", lambda a, b, t: b * exp(a * t), 1.5, 0.7, -2.5),
    row("b*expm1(a*t)", lambda a, b, t: b * expm1(a * t), 1.5, 0.7, 0.001),
    row("b*log(a*t)", lambda a, b, t: b * log(a * t), 1.5, 0.7, 2.5),
    row("b*log(a*t)", lambda a, b, t: b * log(a * t), 0.5, 0.7, 2.0000001),
    row("b*log10(a*t)", lambda a, b, t: b * log10(a * t), 1.5, 0.7, 2.5),
    row("b*log1p(a*t)", lambda a, b, t: b * log1p(a * t), 1.5, 0.7, 0.001),
    row("b*sqrt(a*t)", lambda a, b, t: b * sqrt(a * t), 1.5, 0.7, 2.5),
    row("b*sin(a*t)", lambda a, b, t: b * sin(a * t), 1.5, 0.7, 2.5),
    row("b*cos(a*t)", lambda a, b, t: b * cos(a * t), 1.5, 0.7, 2.5),
    row("b*sin(a*t)", lambda a, b, t: b * sin(a * t), 1.5, 0.7, 1e6),
    row("b*tan(a*t)", lambda a, b, t: b * tan(a * t), 1.5, 0.7, 2.5),
    row("b*atan(a*t)", lambda a, b, t: b * atan(a * t), 1.5, 0.7, 2.5),
    row("b*tanh(a*t)", lambda a, b, t: b * tanh(a * t), 1.5, 0.7, 0.5),
    row("b*tanh(a*t)", lambda a, b, t: b * tanh(a * t), 1.5, 0.7, 20.0),
    row("b*logistic(a*t)", lambda a, b, t: b * logistic(a * t), 1.5, 0.7, 2.5),
    row("b*logistic(a*t)", lambda a, b, t: b * logistic(a * t), 1.5, 0.7, -30.0),
    row("b*logistic(a*t)", lambda a, b, t: b * logistic(a * t), 1.5, 0.7, 30.0),
    row("b*logit(a*t)", lambda a, b, t: b * logit(a * t), 0.5, 0.7, 0.3),
    row("b*logit(a*t)", lambda a, b, t: b * logit(a * t), 0.5, 0.7, 1.0001),
    row("b*Phi(a*t)", lambda a, b, t: b * phi(a * t), 1.5, 0.7, 0.5),
    row("b*Phi(a*t)", lambda a, b, t: b * phi(a * t), 1.5, 0.7, -4.0, 1e-17),
    row("b*lgamma(a*t)", lambda a, b, t: b * lgamma(a * t), 1.5, 0.7, 0.125),
    row("b*lgamma(a*t)", lambda a, b, t: b * lgamma(a * t), 1.5, 0.7, 5.0),
    row("b*lgamma(a*t)", lambda a, b, t: b * lgamma(a * t), 1.5, 0.7, 40.0),
    row("b*lgamma(a*t)", lambda a, b, t: b * lgamma(a * t), 0.5, 0.7, -5.5),
]


def number(x):
    return nstr(mpf(x), 25, min_fixed=1, max_fixed=0) + "L" if x else "0.0L"


def main():
    print("/* Written by scripts/extended_values.py with mpmath; not edited by hand. */")
    print("static const struct {")
    print("    const char *text;")
    print("    double a, b, t;")
    print("    long double value, by_a, by_b, tolerance;")
    print("} extended_values[] = {")
    for text, function, a, b, t, tolerance in ROWS:
        at = (mpf(a), mpf(b), mpf(t))
        results = (function(*at), diff(function, at, (1, 0, 0)), diff(function, at, (0, 1, 0)))
        cells = [f'"{text}"'] + [repr(v) for v in (a, b, t)] + [number(v) for v in results]
        print("    {" + ", ".join(cells + [f"{tolerance!r}L"]) + "},")
    print("};")


if __name__ == "__main__":
    main()
