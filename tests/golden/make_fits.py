#!/usr/bin/env python3
"""Writes tests/results/fits_fixture.h: what numpy and scipy make of the tables in it.

    python3 tests/golden/make_fits.py >tests/results/fits_fixture.h

Made with numpy 2.4.6 and scipy 1.17.1. Everything is from the definitions: least squares by lstsq, quantiles and
tails by scipy.stats, non-negative least squares by scipy.optimize.nnls.
"""
import numpy as np
from scipy import optimize, stats

random = np.random.default_rng(20260101)
CORNERS = np.eye(3)
SHAPES = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [.5, .5, 0], [.5, 0, .5], [0, .5, .5], [1 / 3] * 3,
                   [2 / 3, 1 / 6, 1 / 6], [1 / 6, 2 / 3, 1 / 6], [1 / 6, 1 / 6, 2 / 3]])
LATTICE = np.array([[i, j, 30 - i - j] for i in range(30, -1, -1) for j in range(30 - i, -1, -1)]) / 30


def number(x):
    return "(double)NAN" if np.isnan(x) else repr(float(x))


def array(name, values):
    values = np.ravel(values)
    return f"static const double {name}[] = {{{', '.join(number(v) for v in values)}}};\n"


def scalar(name, value):
    return f"static const double {name} = {number(value)};\n"


def block_model(y):
    """sd, df and least-squares means of y[network, seed] with NaN for missing."""
    networks, seeds = np.nonzero(~np.isnan(y))
    x = np.zeros((len(networks), sum(y.shape)))
    x[np.arange(len(x)), networks] = 1
    x[np.arange(len(x)), y.shape[0] + seeds] = 1
    values = y[networks, seeds]
    beta, _, rank, _ = np.linalg.lstsq(x, values, rcond=None)
    df = len(x) - rank
    means = beta[:y.shape[0]] + beta[y.shape[0]:].mean()
    return np.sqrt(((values - x @ beta) ** 2).sum() / df), df, means


def contrast(y, sd, df, c):
    """Effect, shrunk deviation, low, high, p, p by its own variance."""
    values = c @ np.nan_to_num(y)
    values = values[~np.isnan(y[c != 0]).any(0)]
    n, own = len(values), values.var(ddof=1)
    shrunk = (4 * sd ** 2 * (c ** 2).sum() + (n - 1) * own) / (n + 3)
    error, df = np.sqrt(shrunk / n), min(n + 3, df)
    half = stats.t.ppf(.95, df) * error
    mean = values.mean()
    return [mean, np.sqrt(shrunk), mean - half, mean + half, 2 * stats.t.sf(abs(mean) / error, df),
            stats.ttest_1samp(values, 0).pvalue]


def terms(x, n_terms):
    a, b, c = x.T
    return np.array([a, b, c, a * b, a * c, b * c, a * b * c][:n_terms]).T


def shape_fit(y, n_terms):
    n_seeds = y.shape[1]
    sd, df, _ = block_model(y)
    variance = sd ** 2 / n_seeds
    x, means, lattice = terms(SHAPES, n_terms), y.mean(1), terms(LATTICE, n_terms)
    beta = np.linalg.lstsq(x, means, rcond=None)[0]
    fitted = x @ beta
    k = len(SHAPES) - n_terms
    lack = stats.f.sf(((means - fitted) ** 2).sum() / k / variance, k, df)
    trend = stats.f.sf(((fitted - means.mean()) ** 2).sum() / (n_terms - 1) / variance, n_terms - 1, df)
    surface, corners = lattice @ beta, terms(CORNERS, n_terms)
    inverse = np.linalg.inv(x.T @ x) * variance
    highs = []
    for corner in corners:
        d = lattice - corner
        highs.append((d @ beta + stats.t.ppf(.95, df) * np.sqrt(np.einsum("ij,jk,ik->i", d, inverse, d))).max())
    gain = surface.max() - (corners @ beta).max()
    draws = random.normal(size=(100000, len(SHAPES))) * np.sqrt(variance) @ np.linalg.pinv(x).T + beta
    gains = (draws @ lattice.T).max(1) - (draws @ corners.T).max(1)
    return beta, lack, trend, [gain, 2 * gain - np.quantile(gains, .95), min(highs)], gains.std()


def size_rows():
    """macs, images, loss: nine sizes at each of four budgets, noise of 0.005 nats."""
    rows = []
    for compute in 10.0 ** np.array([17, 17.5, 18, 19]):
        macs = np.geomspace(8e6, 8e8, 9)
        images = compute / 6 / macs
        rows.append(np.array([macs, images, 1.69 + 406.4 / macs ** .34 + 410.7 / images ** .28]).T)
    rows = np.concatenate(rows)
    rows[:, 2] += .005 * random.normal(size=len(rows))
    return rows


def best_sizes(rows):
    """Of each budget by its parabola: log10 C; log10 of the best number of images; the error of its natural logarithm
    in units of the residuals' deviation; the residuals' squares."""
    x, y, units, squares = [], [], [], []
    for group in rows.reshape(4, 9, 3):
        u = np.log(group[:, 0])
        design = np.array([np.ones(9), u - u.mean(), (u - u.mean()) ** 2]).T
        beta, rest = np.linalg.lstsq(design, group[:, 2], rcond=None)[:2]
        lowest = -beta[1] / 2 / beta[2]
        gradient = np.array([0, -1 / 2 / beta[2], -lowest / beta[2]])
        units.append(np.sqrt(gradient @ np.linalg.inv(design.T @ design) @ gradient))
        squares.append(rest[0])
        x.append(np.log10(6 * group[0, 0] * group[0, 1]))
        y.append(np.log10(group[0, 0] * group[0, 1] / np.exp(u.mean() + lowest)))
    return [np.array(v) for v in (x, y, units, squares)]


def half_of(squares, units):
    """Half of the 90 % interval, for the residuals of budgets of nine sizes."""
    df = len(squares) * (9 - 3)
    return stats.t.ppf(.95, df) * np.sqrt(squares.sum() / df) * units


def parabolas(rows):
    """exponent, intercept, low, high of the law; factor of the first budget's interval."""
    x, y, units, squares = best_sizes(rows)
    errors = half_of(squares, units)
    slope, intercept = np.polyfit(x, y, 1)
    w = (x - np.mean(x)) / ((x - np.mean(x)) ** 2).sum()
    half = np.sqrt((w ** 2 * errors ** 2).sum()) / np.log(10)
    return [slope, intercept, slope - half, slope + half, np.exp(errors[0])]


def held_out(rows):
    """Images and factor that the smaller budgets' law says of the largest; the same that its own sizes say;
    macs found over those foretold, and the factor of that."""
    x, y, units, squares = best_sizes(rows)
    weights = np.array([1, x[-1]]) @ np.linalg.pinv(np.array([np.ones(3), x[:-1]]).T)
    errors = half_of(squares, units)
    error = np.sqrt((weights ** 2 * errors[:-1] ** 2).sum())
    return [10 ** (weights @ y[:-1]), np.exp(error), 10 ** y[-1], np.exp(errors[-1]),
            10 ** (weights @ y[:-1] - y[-1]), np.exp(np.sqrt(error ** 2 + errors[-1] ** 2))]


def size_surface(rows):
    """E, A, p, B, q; exponent, intercept, low, high of the law; factor of the first budget's interval."""
    macs, images, loss = np.log(rows.T[:2]).tolist() + [rows.T[2]]
    macs, images = np.array(macs), np.array(images)

    def model(t):
        return t[0] + np.exp(t[1] - np.exp(t[2]) * (macs - 18)) + np.exp(t[3] - np.exp(t[4]) * (images - 20))

    def best(t, compute):  # ln of the images at which the loss is least, by search
        def along(d):
            m = np.log(compute / 6) - d
            return np.exp(t[1] - np.exp(t[2]) * (m - 18)) + np.exp(t[3] - np.exp(t[4]) * (d - 20))
        return optimize.brentq(lambda d: (along(d + 1e-4) - along(d - 1e-4)) / 2e-4, -60, 80, xtol=1e-13)

    fit = optimize.least_squares(lambda t: model(t) - loss, [1.7, 0, np.log(.3), 0, np.log(.3)], xtol=1e-15, ftol=1e-15,
                                 gtol=1e-15, x_scale="jac", jac="3-point", max_nfev=10000)
    e, a, p, b, q = fit.x
    p, q = np.exp(p), np.exp(q)
    df = len(rows) - 5
    jacobian = np.array([(model(fit.x + h) - model(fit.x - h)) / 2e-5 for h in np.eye(5) * 1e-5]).T
    covariance = np.linalg.inv(jacobian.T @ jacobian) * 2 * fit.cost / df
    t = stats.t.ppf(.95, df)
    compute = 6 * rows[0, 0] * rows[0, 1]
    gradient = np.array([(best(fit.x + h, compute) - best(fit.x - h, compute)) / 2e-3 for h in np.eye(5) * 1e-3])
    g = np.array([0, 0, 1, 0, -1]) * p * q / (p + q) ** 2
    half = t * np.sqrt(g @ covariance @ g)
    exponent = p / (p + q)
    return [e, np.exp(a + 18 * p), p, np.exp(b + 20 * q), q, exponent, best(fit.x, 1) / np.log(10), exponent - half,
            exponent + half, np.exp(t * np.sqrt(gradient @ covariance @ gradient))]


def main():
    print("/* tests/results/fits_fixture.h: made by tests/golden/make_fits.py; not edited by hand. */")
    print("#ifndef TESTS_RESULTS_FITS_FIXTURE_H\n#define TESTS_RESULTS_FITS_FIXTURE_H\n\n#include <math.h>\n")
    f = [.01, .5, 1, 2.5, 7, 60, 1e4]
    print("/* F's upper tail: f, df1, df2, p */")
    print(array("fixture_f", [[v, a, b, stats.f.sf(v, a, b)] for v in f for a, b in ((1, 3), (4, 18), (5, 90))]))
    sample = random.normal(size=11)
    print(array("fixture_sample", sample))
    print("/* p, quantile of the sample */")
    print(array("fixture_quantiles", [[p, np.quantile(sample, p)] for p in (0, .05, .5, .77, .95, 1)]))

    x, y = random.normal(size=(12, 3)), random.normal(size=12)
    print(array("fixture_x", x), array("fixture_y", y), sep="")
    beta, squares = np.linalg.lstsq(x, y, rcond=None)[:2]
    print(array("fixture_beta", beta), scalar("fixture_squares", squares[0]), sep="")
    print(array("fixture_inverse", np.linalg.inv(x.T @ x)), sep="")
    positive, length = optimize.nnls(x, y)
    print(array("fixture_positive", positive), scalar("fixture_positive_squares", length ** 2), sep="")

    y = 60 + random.normal(size=(5, 1)) * 2 + random.normal(size=(1, 4)) + random.normal(size=(5, 4))
    y[1, 2] = y[4, 0] = np.nan
    sd, df, means = block_model(y)
    c = np.array([1, -.5, 0, 0, -.5])
    print("/* five networks, four seeds, two cells missing */")
    print(array("fixture_cells", y), scalar("fixture_sd", sd), scalar("fixture_df", df), sep="")
    print(array("fixture_means", means), array("fixture_weights", c), sep="")
    print("/* effect, sd, low, high, p, p alone */")
    print(array("fixture_contrast", contrast(y, sd, df, c)))

    print("/* ten shapes, three seeds: a hill, and a ridge that only the special cubic fits */")
    a, b, c = SHAPES.T
    for name, surface, n_terms in (("hill", 65 + 9 * (a * b + a * c + b * c) + 2 * b, 6),
                                   ("cubic", 65 + 150 * a * b * c, 7)):
        y = np.round(surface[:, None] + random.normal(size=3) + random.normal(size=(10, 3)), 3)
        sd, df, _ = block_model(y)
        beta, lack, trend, gain, spread = shape_fit(y, n_terms)
        print(array(f"fixture_{name}", y), scalar(f"fixture_{name}_sd", sd), sep="")
        print(array(f"fixture_{name}_beta", beta), "/* lack of fit, trend */\n",
              array(f"fixture_{name}_p", [lack, trend]), sep="")
        print("/* effect, low (of 100000 draws), high; deviation of the draws */")
        print(array(f"fixture_{name}_gain", gain + [spread]))
    rows = size_rows()
    print("/* macs, images, loss: nine sizes at each of four budgets */")
    print(array("fixture_sizes", rows))
    print("/* exponent, intercept, low, high; factor of the first budget */")
    print(array("fixture_parabola", parabolas(rows)))
    print("/* the largest budget held out: images and factor by the others' law, and by its own sizes; ratio, factor */")
    print(array("fixture_held_out", held_out(rows)))
    print("/* E, A, p, B, q; exponent, intercept, low, high; factor of the first budget */")
    print(array("fixture_surface", size_surface(rows)))
    print("#endif")


main()
