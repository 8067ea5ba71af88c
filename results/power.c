/* results/power.c: noncentral t by quadrature, effects and seeds by bisection. */
#include "results/power.h"

#include "results/blocks.h"
#include "results/lsq.h"
#include "results/stats.h"

#include <math.h>

/* --- noncentral t --- */

static double normal_cdf(double z)
{
    return 0.5 * erfc(-z * sqrt(0.5));
}

/* Density of sqrt(chi^2 / df) at s > 0, or at 0 for one degree of freedom; `front` does not depend
 * on s. */
static double root_density(double s, double df, double front)
{
    if (s <= 0.0)
        return df == 1.0 ? exp(front) : 0.0;
    return exp(front + (df - 1.0) * log(s) - 0.5 * df * s * s);
}

double power_noncentral_t(double t, double df, double delta)
{
    /* From nine degrees of freedom on so many derivatives vanish at both ends that few steps do. */
    enum { FEW_DF = 9, STEPS = 4000, FEW_STEPS = 400 };
    const int n_steps = df < FEW_DF ? STEPS : FEW_STEPS;
    const double reach = 12.0; /* deviations of the root around 1: beyond them is less than 1e-30 */
    int sign;
    const double front = log(2.0) + 0.5 * df * log(0.5 * df) - lgamma_r(0.5 * df, &sign);
    const double half = reach / sqrt(2.0 * df);
    const double low = fmax(0.0, 1.0 - half), step = (1.0 + half - low) / n_steps;
    double sum = 0.0;
    for (int i = 0; i <= n_steps; i++) {
        const double s = low + i * step;
        const double weight = i == 0 || i == n_steps ? 1.0 : i % 2 ? 4.0 : 2.0;
        sum += weight * normal_cdf(t * s - delta) * root_density(s, df, front);
    }
    return sum * step / 3.0;
}

/* --- designs --- */

double power_df(const PowerDesign *design)
{
    const double pooled = (double)(design->n_networks - 1) * (design->n_seeds - 1);
    const double own = design->n_seeds + BLOCKS_PRIOR_DF - 1;
    return design->is_fit ? pooled : fmin(own, pooled);
}

/* That all contrasts lie above 0 if each is shifted by delta standard errors. */
static double power_at(const PowerDesign *design, double quantile, double df, double delta)
{
    return pow(1.0 - power_noncentral_t(quantile, df, delta), design->n_contrasts);
}

static double quantile_of(const PowerDesign *design, double df)
{
    return stats_t_quantile(1.0 - 0.5 * (1.0 - design->confidence), df);
}

static double error_of(const PowerDesign *design)
{
    return design->sd * sqrt(design->squares / design->n_seeds);
}

double power_of(const PowerDesign *design, double effect)
{
    const double df = power_df(design);
    if (!(df > 0.0))
        return (double)NAN;
    return power_at(design, quantile_of(design, df), df, effect / error_of(design));
}

double power_detectable(const PowerDesign *design, double power)
{
    enum { DOUBLINGS = 60, HALVINGS = 50 };
    const double df = power_df(design);
    if (!(df > 0.0) || isnan(design->squares))
        return (double)NAN;
    const double quantile = quantile_of(design, df);
    double low = 0.0, high = 1.0;
    for (int i = 0; i < DOUBLINGS && power_at(design, quantile, df, high) < power; i++)
        high *= 2.0;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = 0.5 * (low + high);
        if (power_at(design, quantile, df, middle) < power)
            low = middle;
        else
            high = middle;
    }
    return high * error_of(design);
}

int power_seeds(const PowerDesign *design, double effect, double power, int most)
{
    PowerDesign other = *design;
    int low = 1, high = most + 1; /* power rises with the seeds */
    while (high - low > 1) {
        other.n_seeds = low + (high - low) / 2;
        if (power_of(&other, effect) >= power)
            high = other.n_seeds;
        else
            low = other.n_seeds;
    }
    return high > most ? 0 : high;
}

/* --- shapes --- */

ErrCode power_shape_squares(double *squares, const Shares *shapes, int n, Arena *arena, Err *err)
{
    static const Shares centroid = {{1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0}};
    double middle[SCHEFFE_CUBIC], corner[SCHEFFE_CUBIC];
    Lsq lsq;
    *squares = (double)NAN;
    double *x = arena_alloc(arena, (size_t)n * SCHEFFE_QUADRATIC + 1, sizeof *x);
    TRY(arena_ok(arena, err));
    for (int i = 0; i < n; i++) {
        scheffe_terms(&shapes[i], middle);
        for (int k = 0; k < SCHEFFE_QUADRATIC; k++)
            x[i * SCHEFFE_QUADRATIC + k] = middle[k];
    }
    if (n < SCHEFFE_QUADRATIC)
        return ERR_NONE;
    TRY(lsq_plan(&lsq, n, SCHEFFE_QUADRATIC, arena, err));
    lsq_factor(&lsq, x, NULL);
    if (lsq.rank < SCHEFFE_QUADRATIC)
        return ERR_NONE;
    *squares = 0.0;
    for (int k = 0; k < SCHEFFE_LINEAR; k++) {
        const Shares end = scheffe_lattice(scheffe_corner(k));
        scheffe_terms(&centroid, middle);
        scheffe_terms(&end, corner);
        for (int i = 0; i < SCHEFFE_QUADRATIC; i++)
            middle[i] -= corner[i];
        *squares = fmax(*squares, lsq_variance(&lsq, middle));
    }
fail:
    return err->code;
}
