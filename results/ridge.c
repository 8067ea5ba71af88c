/* results/ridge.c: principal axes in the plane of the triangle. */
#include "results/ridge.h"

#include <math.h>

/* Mean squares of a region along two directions at right angles in the triangle's plane. */
static void spread_of(const Shares *points, int n_points, double *uu, double *uv, double *vv)
{
    double sum_u = 0.0, sum_v = 0.0;
    *uu = *uv = *vv = 0.0;
    for (int i = 0; i < n_points; i++) {
        const double *x = points[i].x;
        const double u = (x[0] - x[1]) / sqrt(2.0), v = (x[0] + x[1] - 2.0 * x[2]) / sqrt(6.0);
        sum_u += u;
        sum_v += v;
        *uu += u * u;
        *uv += u * v;
        *vv += v * v;
    }
    const double n = n_points;
    *uu = *uu / n - sum_u / n * (sum_u / n);
    *uv = *uv / n - sum_u / n * (sum_v / n);
    *vv = *vv / n - sum_v / n * (sum_v / n);
}

bool ridge_find(const Shares *points, int n_points, double exchange[3])
{
    double uu, uv, vv;
    spread_of(points, n_points, &uu, &uv, &vv);
    const double mean = 0.5 * (uu + vv), apart = hypot(0.5 * (uu - vv), uv);
    const double along = sqrt(mean + apart), across = sqrt(fmax(mean - apart, 0.0));
    if (!(along >= RIDGE_LENGTH && along >= RIDGE_RATIO * across))
        return false;
    /* the axis' angle from u; its shares; what they do to multipliers: d = s^a, w = s^(b/2) */
    const double angle = 0.5 * atan2(2.0 * uv, uu - vv);
    const double u = cos(angle) / sqrt(2.0), v = sin(angle) / sqrt(6.0);
    const double changes[] = {u + v, 0.5 * (v - u), -v};
    double most = changes[0];
    for (int k = 1; k < 3; k++)
        if (fabs(changes[k]) > fabs(most))
            most = changes[k];
    for (int k = 0; k < 3; k++)
        exchange[k] = changes[k] / most;
    return true;
}

void ridge_words(const double exchange[3], Text *out)
{
    static const char *const names[] = {"depth", "width", "resolution"};
    const double least = 0.05; /* percent; less is not worth a word */
    const char *before = "";
    for (int sign = 1; sign >= -1; sign -= 2) {
        for (int k = 0; k < 3; k++)
            if (sign * exchange[k] >= least) {
                text_printf(out, "%s%.2g %% %s %s", before, sign * exchange[k],
                            sign > 0 ? "more" : "less", names[k]);
                before = " and ";
            }
        before = " for ";
    }
}
