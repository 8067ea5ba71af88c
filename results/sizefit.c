/* results/sizefit.c: parabolas, the law over budgets, and whether the surface agrees. */
#include "results/sizefit.h"

#include "results/lsq.h"
#include "results/stats.h"

#include "base/text.h"

#include <assert.h>
#include <math.h>

enum { N_PARABOLA = 3 };

/* Two best sizes that differ by less agree, whatever their intervals are. */
#define ROUNDING 1e-6
/* Squares of log10 C about their mean: below it there is no law over budgets. */
#define SAME_COMPUTE 1e-12

/* --- parabolas --- */

/* One budget's; `error` is that of ln macs in units of the residuals' deviation. */
typedef struct Parabola {
    double squares, error;
} Parabola;

static ErrCode fit_parabola(const SizeGroup *group, SizeOptimum *out, SizeCurve *curve,
                            Parabola *parabola, Arena *arena, Err *err)
{
    const size_t n = (size_t)group->n_rows;
    double *x = arena_alloc(arena, n * N_PARABOLA, sizeof *x), *beta = curve->beta, mean = 0.0;
    double *loss = arena_alloc(arena, n, sizeof *loss);
    Lsq lsq;
    TRY(lsq_plan(&lsq, group->n_rows, N_PARABOLA, arena, err));
    assert(x != NULL && loss != NULL);
    for (size_t i = 0; i < n; i++)
        mean += log(group->rows[i].macs) / group->n_rows;
    for (size_t i = 0; i < n; i++) {
        const double u = log(group->rows[i].macs) - mean;
        x[i * N_PARABOLA] = 1.0;
        x[i * N_PARABOLA + 1] = u;
        x[i * N_PARABOLA + 2] = u * u;
        loss[i] = group->rows[i].loss;
    }
    lsq_factor(&lsq, x, NULL);
    parabola->squares = lsq_solve(&lsq, loss, beta);
    curve->center = mean;
    *out = (SizeOptimum){.macs = (double)NAN, .images = (double)NAN, .factor = (double)NAN};
    if (!(beta[2] > 0.0))
        return ERR_NONE;
    const double lowest = -beta[1] / (2.0 * beta[2]);
    const double gradient[] = {0.0, -1.0 / (2.0 * beta[2]), -lowest / beta[2]};
    parabola->error = sqrt(lsq_variance(&lsq, gradient));
    out->macs = exp(mean + lowest);
    out->images = group->compute / SIZETABLE_FLOPS_A_MAC / out->macs;
    out->is_inside = out->macs >= group->rows[0].macs && out->macs <= group->rows[n - 1].macs;
fail:
    return err->code;
}

/* The law through the optima; errors[g] are those of ln images. */
static void fit_law(SizeFit *out, const SizeTable *table, const double *errors)
{
    int n = 0;
    double mean_x = 0.0, mean_y = 0.0, spread = 0.0, slope = 0.0, variance = 0.0;
    for (int g = 0; g < table->n_groups; g++)
        if (!isnan(out->parabolas[g].images)) {
            mean_x += log10(table->groups[g].compute);
            mean_y += log10(out->parabolas[g].images);
            n++;
        }
    if (n < 2)
        return;
    mean_x /= n;
    mean_y /= n;
    for (int g = 0; g < table->n_groups; g++)
        if (!isnan(out->parabolas[g].images)) {
            const double x = log10(table->groups[g].compute) - mean_x;
            spread += x * x;
            slope += x * (log10(out->parabolas[g].images) - mean_y);
            variance += x * x * errors[g] * errors[g];
        }
    out->has_parabola = spread > SAME_COMPUTE;
    if (!out->has_parabola)
        return;
    slope /= spread;
    /* errors are of natural logarithms; half is NaN where they are */
    const double half = sqrt(variance) / log(10.0) / spread;
    out->parabola = (SizeLaw){.exponent = slope,
                              .intercept = mean_y - slope * mean_x,
                              .low = slope - half,
                              .high = slope + half};
}

/* Whether the smaller budgets foretell the best size of the largest; `unit`: sizeheldout_test. */
static void hold_out(SizeFit *out, const SizeTable *table, const Parabola *parabolas, double unit,
                     SizePoint *points)
{
    for (int g = 0; g < table->n_groups; g++)
        points[g] = (SizePoint){.compute = table->groups[g].compute,
                                .best = out->parabolas[g],
                                .error = parabolas[g].error};
    sizeheldout_test(&out->held_out, points, table->n_groups, unit);
}

static ErrCode fit_parabolas(SizeFit *out, const SizeTable *table, Arena *arena, Err *err)
{
    const size_t n = (size_t)table->n_groups;
    Parabola *parabolas = arena_zalloc(arena, n, sizeof *parabolas);
    double *errors = arena_alloc(arena, n, sizeof *errors), squares = 0.0;
    SizePoint *points = arena_alloc(arena, n, sizeof *points);
    TRY(arena_ok(arena, err));
    for (size_t g = 0; g < n; g++) {
        TRY(fit_parabola(&table->groups[g], &out->parabolas[g], &out->curves[g], &parabolas[g],
                         arena, err));
        squares += parabolas[g].squares;
        out->df += table->groups[g].n_rows - N_PARABOLA;
    }
    out->sd = out->df > 0.0 ? sqrt(squares / out->df) : (double)NAN;
    const double t =
        out->df > 0.0 ? stats_t_quantile(0.5 + 0.5 * SIZESURFACE_CONFIDENCE, out->df) : (double)NAN;
    for (size_t g = 0; g < n; g++) {
        errors[g] = t * out->sd * parabolas[g].error;
        if (!isnan(out->parabolas[g].images))
            out->parabolas[g].factor = exp(errors[g]);
    }
    fit_law(out, table, errors);
    hold_out(out, table, parabolas, t * out->sd, points);
fail:
    return err->code;
}

/* --- what they say --- */

double sizefit_curve_loss(const SizeCurve *curve, double macs)
{
    const double u = log(macs) - curve->center;
    return curve->beta[0] + u * (curve->beta[1] + u * curve->beta[2]);
}

double sizefit_surface_loss(const SizeSurface *s, double macs, double images)
{
    return s->E + s->A * pow(macs, -s->p) + s->B * pow(images, -s->q);
}

double sizefit_law_macs(const SizeLaw *law, double compute)
{
    const double images = pow(10.0, law->intercept + law->exponent * log10(compute));
    return compute / SIZETABLE_FLOPS_A_MAC / images;
}

/* --- what to be warned of --- */

/* Whether the two fits place a budget's best size apart by more than both intervals. */
static bool is_apart(const SizeOptimum *a, const SizeOptimum *b)
{
    const double distance = fabs(log(a->images / b->images));
    return distance > ROUNDING && distance > log(a->factor) + log(b->factor);
}

static void say(Text *text, const char *what)
{
    text_append(text, text->n_bytes > 0 ? "; " : "");
    text_append(text, what);
}

static ErrCode warn(SizeFit *out, const SizeTable *table, Arena *arena, Err *err)
{
    Text text = {0};
    int n_flat = 0, n_outside = 0, n_apart = 0;
    double most = 0.0; /* percent apart */
    for (int g = 0; g < table->n_groups; g++) {
        const SizeOptimum *parabola = &out->parabolas[g], *surface = &out->optima[g];
        n_flat += isnan(parabola->macs);
        n_outside += !isnan(parabola->macs) && !parabola->is_inside;
        if (out->surface.is_determined && is_apart(parabola, surface)) {
            n_apart++;
            most = fmax(most, 100.0 * fabs(log(parabola->images / surface->images)));
        }
    }
    if (n_flat > 0)
        say(&text, "the parabola of a budget has no minimum: train more sizes");
    if (!out->has_parabola && n_flat == 0)
        say(&text, "the budgets have one compute, macs x images: growth shows in two or more");
    if (n_outside > 0)
        say(&text, "a best size lies outside the sizes trained: it is extrapolated");
    if (!out->surface.is_determined)
        say(&text, "the surface's exponents are not determined by these rows");
    if (n_apart > 0) {
        say(&text, "parabola and surface disagree beyond their intervals");
        text_printf(&text,
                    " at %d of %d budgets, by up to %.2g %% of images: a parabola is biased where "
                    "loss is not symmetric in ln macs",
                    n_apart, table->n_groups, most);
    }
    TRY(text_ok(&text, err));
    if (text.n_bytes > 0)
        out->warning = arena_text(arena, text.data);
    TRY(arena_ok(arena, err));
fail:
    text_release(&text);
    return err->code;
}

ErrCode sizefit_run(SizeFit *out, const SizeTable *table, Arena *arena, Err *err)
{
    const double none = (double)NAN;
    const SizeLaw no_law = {none, none, none, none};
    *out = (SizeFit){.parabola = no_law, .surface_law = no_law};
    out->curves = arena_zalloc(arena, (size_t)table->n_groups, sizeof *out->curves);
    out->parabolas = arena_zalloc(arena, (size_t)table->n_groups, sizeof *out->parabolas);
    out->optima = arena_zalloc(arena, (size_t)table->n_groups, sizeof *out->optima);
    TRY(arena_ok(arena, err));
    TRY(fit_parabolas(out, table, arena, err));
    TRY(sizesurface_fit(&out->surface, table, arena, err));
    for (int g = 0; g < table->n_groups; g++)
        out->optima[g] = (SizeOptimum){.macs = none, .images = none, .factor = none};
    if (out->surface.is_determined)
        TRY(sizesurface_optima(&out->surface, table, out->optima, &out->surface_law, arena, err));
    TRY(warn(out, table, arena, err));
fail:
    return err->code;
}
