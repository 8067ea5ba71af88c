#!/usr/bin/env python3
"""Writes tests/nn/headfit_fixture.h: optima of penalised multinomial logistic regressions, by scipy.

    python3 tests/golden/make_headfit.py >tests/nn/headfit_fixture.h

Made with numpy 2.4.6 and scipy 1.17.1. Features are standardised here, a column of ones is put behind them, and the mean
cross-entropy plus l2/2 |v|^2 is minimised by scipy's trust-exact with the exact Hessian, then by Newton's steps until the
gradient is rounding alone. The fourth feature is constant, the third has a mean of 40 deviations, and the last class has
no image.
"""
import numpy as np
import scipy
from scipy import optimize, special

N, F, K, STRENGTHS = 53, 6, 5, (1.0, 0.03, 0.001)


def problem():
    random = np.random.default_rng(20261201)
    labels = random.integers(0, K - 1, N)
    centres = random.normal(size=(K, F))
    x = centres[labels] + 1.5 * random.normal(size=(N, F))
    x[:, 2] = 3 * x[:, 2] + 200
    x[:, 3] = 0.7
    return x.astype(np.float32), labels


def optimum(x, labels, l2):
    """v [F + 1, K], its value and its mean cross-entropy."""
    x = x.astype(float)
    deviation = x.std(0)
    deviation[3] = np.inf
    u = np.hstack([(x - x.mean(0)) / deviation, np.ones((N, 1))])
    target = np.eye(K)[labels]

    def value(v):
        z = u @ v.reshape(F + 1, K)
        return (special.logsumexp(z, 1) - (z * target).sum(1)).mean() + l2 / 2 * v @ v

    def gradient(v):
        p = special.softmax(u @ v.reshape(F + 1, K), 1)
        return (u.T @ (p - target) / N).ravel() + l2 * v

    def hessian(v):
        p = special.softmax(u @ v.reshape(F + 1, K), 1)
        blocks = np.einsum("ik,kl->ikl", p, np.eye(K)) - np.einsum("ik,il->ikl", p, p)
        return np.einsum("if,ig,ikl->fkgl", u, u, blocks).reshape(2 * [(F + 1) * K]) / N + l2 * np.eye((F + 1) * K)

    v = optimize.minimize(value, np.zeros((F + 1) * K), jac=gradient, hess=hessian, method="trust-exact",
                          options={"gtol": 1e-10}).x
    for _ in range(5):
        v = v - np.linalg.solve(hessian(v), gradient(v))
    assert np.linalg.norm(gradient(v)) < 1e-14 / l2 ** .5
    return v, value(v), value(v) - l2 / 2 * v @ v


def array(kind, name, values, digits):
    text = ", ".join(digits(v) for v in np.ravel(values))
    return f"static const {kind} {name}[] = {{{text}}};\n"


def main():
    x, labels = problem()
    exact = lambda v: repr(float(v))
    print("/* tests/nn/headfit_fixture.h: made by tests/golden/make_headfit.py; not edited by hand. */")
    print("#ifndef TESTS_NN_HEADFIT_FIXTURE_H\n#define TESTS_NN_HEADFIT_FIXTURE_H\n\n#include <stdint.h>\n")
    print(f"enum {{ FIXTURE_N = {N}, FIXTURE_FEATURES = {F}, FIXTURE_CLASSES = {K}, FIXTURE_STRENGTHS = {len(STRENGTHS)} }};\n")
    print(array("float", "fixture_x", x, lambda v: f"{float(v)!r}f"))
    print(array("int32_t", "fixture_labels", labels, str))
    optima = [optimum(x, labels, l2) for l2 in STRENGTHS]
    print("/* Strengths; of each the coefficients [features + 1][classes], the value and its cross-entropy. */")
    print(array("double", "fixture_l2", STRENGTHS, exact))
    print(array("double", "fixture_v", [o[0] for o in optima], exact))
    print(array("double", "fixture_value", [o[1] for o in optima], exact))
    print(array("double", "fixture_loss", [o[2] for o in optima], exact))
    print("#endif")


if __name__ == "__main__":
    main()
