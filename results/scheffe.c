/* results/scheffe.c: the search for a maximum is a compass search, which needs no derivative. */
#include "results/scheffe.h"

#include "base/fmath.h"

#include <math.h>

/* Negative shares above it are rounding. */
#define ROUNDING 1e-12

bool scheffe_shares(double depth, double width, double resolution, Shares *shares)
{
    const double logs[] = {fm_log(depth), 2.0 * fm_log(width), 2.0 * fm_log(resolution)};
    const double sum = logs[0] + logs[1] + logs[2];
    if (!(fabs(sum) > 1e-9))
        return false;
    for (int k = 0; k < 3; k++)
        shares->x[k] = logs[k] / sum;
    return true;
}

bool scheffe_clamp(Shares *shares)
{
    bool was_negative = false;
    double sum = 0.0;
    for (int k = 0; k < 3; k++) {
        was_negative = was_negative || shares->x[k] < -ROUNDING;
        shares->x[k] = shares->x[k] > 0.0 ? shares->x[k] : 0.0;
        sum += shares->x[k];
    }
    for (int k = 0; k < 3; k++)
        shares->x[k] /= sum;
    return was_negative;
}

void scheffe_terms(const Shares *at, double *terms)
{
    const double a = at->x[0], b = at->x[1], c = at->x[2];
    const double all[SCHEFFE_CUBIC] = {a, b, c, a * b, a * c, b * c, a * b * c};
    for (int j = 0; j < SCHEFFE_CUBIC; j++)
        terms[j] = all[j];
}

double scheffe_value(const double *beta, int n_terms, const Shares *at)
{
    double terms[SCHEFFE_CUBIC], sum = 0.0;
    scheffe_terms(at, terms);
    for (int j = 0; j < n_terms; j++)
        sum += beta[j] * terms[j];
    return sum;
}

Shares scheffe_lattice(int i)
{
    int rest = 0; /* 30 - a in steps; row `rest` has rest + 1 points */
    for (; i > rest; rest++)
        i -= rest + 1;
    return (Shares){{(double)(SCHEFFE_STEPS - rest) / SCHEFFE_STEPS,
                     (double)(rest - i) / SCHEFFE_STEPS, (double)i / SCHEFFE_STEPS}};
}

int scheffe_corner(int k)
{
    static const int corners[] = {0, SCHEFFE_N_LATTICE - SCHEFFE_STEPS - 1, SCHEFFE_N_LATTICE - 1};
    return corners[k];
}

bool scheffe_is_boundary(const Shares *at)
{
    return at->x[0] <= 0.0 || at->x[1] <= 0.0 || at->x[2] <= 0.0;
}

Shares scheffe_climb(const double *beta, int n_terms, Shares start)
{
    const double least_step = 1e-7;
    double best = scheffe_value(beta, n_terms, &start);
    for (double step = 1.0 / SCHEFFE_STEPS; step > least_step;) {
        bool has_moved = false;
        for (int direction = 0; direction < 9; direction++) {
            const int to = direction / 3, from = direction % 3;
            Shares next = start;
            if (to == from || start.x[from] < step)
                continue;
            next.x[to] += step;
            next.x[from] -= step;
            const double value = scheffe_value(beta, n_terms, &next);
            if (value > best) {
                best = value;
                start = next;
                has_moved = true;
            }
        }
        if (!has_moved)
            step *= 0.5;
    }
    return start;
}
