/*
 * search/grid: the lattice and its rule. Coordinates are rounded to 1e-9, so 1 + 3 * 0.05 is 1.15
 * and not a neighbour.
 */
#include "search/grid.h"

#include "base/sys.h"

#include <math.h>

#define GRID_ROUND 1.0e9 /* coordinates and the rule are rounded to 1 / GRID_ROUND */
#define GRID_LEAST_STEP 0.005
#define GRID_MAX_FACTOR 2.0 /* lattice coordinates lie in [1, 2] */

typedef struct GridList {
    GridPoint *points;
    size_t n, capacity;
} GridList;

static double rounded(double value)
{
    return floor(value * GRID_ROUND + 0.5) / GRID_ROUND;
}

static double product_of(double alpha, double beta, double gamma)
{
    return alpha * (beta * beta) * (gamma * gamma);
}

static ErrCode check(const GridSettings *settings, Err *err)
{
    if (!(settings->step >= GRID_LEAST_STEP && settings->step <= 1.0))
        return err_set(err, ERR_USAGE, "grid step '%g' is not between %g and 1", settings->step,
                       GRID_LEAST_STEP);
    if (!(settings->product >= 1.0 && isfinite(settings->product)))
        return err_set(err, ERR_USAGE, "grid product '%g' is not a number of at least 1",
                       settings->product);
    if (!(settings->tolerance >= 0.0 && isfinite(settings->tolerance)))
        return err_set(err, ERR_USAGE, "grid tolerance '%g' is not a number of at least 0",
                       settings->tolerance);
    for (size_t i = 0; i < settings->n_also; i++)
        for (size_t k = 0; k < 3; k++)
            if (!(settings->also[i][k] >= 1.0 && isfinite(settings->also[i][k])))
                return err_set(
                    err, ERR_USAGE,
                    "grid point %zu of 'also' has the factor '%g', not a number of at least 1",
                    i + 1, settings->also[i][k]);
    return ERR_NONE;
}

static ErrCode add(GridList *list, double alpha, double beta, double gamma, bool is_extra, Err *err)
{
    if (list->n == GRID_MAX_POINTS)
        return err_set(err, ERR_USAGE,
                       "grid has more than %d points: a larger step or smaller tolerance helps",
                       GRID_MAX_POINTS);
    TRY(mem_grow(&list->points, &list->capacity, list->n + 1, sizeof *list->points, err));
    list->points[list->n++] =
        (GridPoint){alpha, beta, gamma, product_of(alpha, beta, gamma), is_extra};
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode add_lattice(GridList *list, const GridSettings *settings, Err *err)
{
    const int n = (int)floor(rounded((GRID_MAX_FACTOR - 1.0) / settings->step));
    for (int a = 0; a <= n; a++)
        for (int b = 0; b <= n; b++)
            for (int c = 0; c <= n; c++) {
                const double alpha = rounded(1.0 + a * settings->step);
                const double beta = rounded(1.0 + b * settings->step);
                const double gamma = rounded(1.0 + c * settings->step);
                const double off = product_of(alpha, beta, gamma) / settings->product - 1.0;
                if (rounded(fabs(off)) <= settings->tolerance)
                    TRY(add(list, alpha, beta, gamma, false, err));
            }
    return ERR_NONE;
fail:
    return err->code;
}

static bool has_point(const GridList *list, double alpha, double beta, double gamma)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->points[i].alpha == alpha && list->points[i].beta == beta &&
            list->points[i].gamma == gamma)
            return true;
    return false;
}

ErrCode grid_enumerate(GridPoint **points, size_t *n_points, const GridSettings *settings, Err *err)
{
    GridList list = {0};
    TRY(check(settings, err));
    TRY(add_lattice(&list, settings, err));
    for (size_t i = 0; i < settings->n_also; i++) {
        const double alpha = rounded(settings->also[i][0]);
        const double beta = rounded(settings->also[i][1]);
        const double gamma = rounded(settings->also[i][2]);
        if (!has_point(&list, alpha, beta, gamma))
            TRY(add(&list, alpha, beta, gamma, true, err));
    }
    if (list.n == 0) {
        err_set(err, ERR_USAGE, "grid of step %g has no point within %g of product %g",
                settings->step, settings->tolerance, settings->product);
        goto fail;
    }
    *points = list.points;
    *n_points = list.n;
    return ERR_NONE;
fail:
    mem_free(list.points);
    return err->code;
}

Scale grid_scale(const GridPoint *point)
{
    return (Scale){.depth = point->alpha, .width = point->beta, .resolution = point->gamma};
}
