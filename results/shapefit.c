/*
 * results/shapefit.c: everything is in the direction in which more is better: losses are turned at
 * the door and back at the end.
 */
#include "results/shapefit.h"

#include "results/lsq.h"
#include "results/shapejudge.h"
#include "results/stats.h"

#include <assert.h>
#include <math.h>

/* Noise below this share of the values is rounding, not noise: it makes no F. */
#define ROUNDING 1e-9
/* Nor does noise below this share of what the shapes differ by: shares are written with few digits.
 */
#define SHARE_ROUNDING 1e-3

/* The fit under way. */
typedef struct Fitter {
    ShapeFit *out;
    const ShapeTable *table;
    Arena *arena;
    Lsq lsq;
    double sign;     /* -1: losses */
    double *means;   /* [n_shapes] of the shapes, times sign */
    double *fitted;  /* [n_shapes] */
    double *roots;   /* [n_shapes] of the share of seeds that a shape has: rows are scaled by it */
    double *scaled;  /* [n_shapes] means, then what is fitted, times roots */
    double variance; /* of the mean of a shape with every seed */
    double beta[SCHEFFE_CUBIC];
} Fitter;

/* --- the polynomial --- */

static double residual_squares(const Fitter *f)
{
    double squares = 0.0;
    for (int p = 0; p < f->table->n_shapes; p++) {
        const double residual = f->roots[p] * (f->means[p] - f->fitted[p]);
        squares += residual * residual;
    }
    return squares;
}

/* lsq.rank: terms that the shapes determine. */
static ErrCode fit_terms(Fitter *f, int n_terms, Err *err)
{
    const int n_shapes = f->table->n_shapes;
    double *x = arena_alloc(f->arena, (size_t)n_shapes * (size_t)n_terms, sizeof *x);
    TRY(lsq_plan(&f->lsq, n_shapes, n_terms, f->arena, err));
    assert(x != NULL);
    for (int p = 0; p < n_shapes; p++) {
        double terms[SCHEFFE_CUBIC];
        scheffe_terms(&f->table->shares[p], terms);
        for (int j = 0; j < n_terms; j++)
            x[p * n_terms + j] = f->roots[p] * terms[j];
        f->scaled[p] = f->roots[p] * f->means[p];
    }
    lsq_factor(&f->lsq, x, NULL);
    lsq_solve(&f->lsq, f->scaled, f->beta);
    for (int p = 0; p < n_shapes; p++) {
        f->fitted[p] = scheffe_value(f->beta, n_terms, &f->table->shares[p]);
        f->scaled[p] = f->roots[p] * f->fitted[p];
    }
    f->out->n_terms = n_terms;
fail:
    return err->code;
}

/* p of lack of fit against the noise; NaN if there is nothing left to test. */
static double lack_of_fit(const Fitter *f)
{
    const int df = f->table->n_shapes - f->lsq.rank;
    if (df < 1)
        return (double)NAN;
    return stats_f_tail(residual_squares(f) / df / f->variance, df, f->out->blocks.df);
}

static double trend(const Fitter *f)
{
    double sum = 0.0, weights = 0.0, squares = 0.0;
    for (int p = 0; p < f->table->n_shapes; p++) {
        sum += f->roots[p] * f->scaled[p];
        weights += f->roots[p] * f->roots[p];
    }
    for (int p = 0; p < f->table->n_shapes; p++) {
        const double above = f->roots[p] * (f->fitted[p] - sum / weights);
        squares += above * above;
    }
    return stats_f_tail(squares / (f->lsq.rank - 1) / f->variance, f->lsq.rank - 1,
                        f->out->blocks.df);
}

/* Fills n_terms and both p; false in *fits if no polynomial does. */
static ErrCode fit_polynomial(Fitter *f, bool *fits, Err *err)
{
    ShapeFit *out = f->out;
    TRY(fit_terms(f, SCHEFFE_QUADRATIC, err));
    if (f->lsq.rank < SCHEFFE_QUADRATIC)
        return err_set(err, ERR_DATA,
                       "the shapes do not determine a quadratic: they need corners or edges of all "
                       "three dimensions and points between them");
    out->lack_of_fit_p = lack_of_fit(f);
    *fits = out->lack_of_fit_p >= SHAPEFIT_LACK_OF_FIT_LEVEL;
    if (!*fits) {
        TRY(fit_terms(f, SCHEFFE_CUBIC, err));
        const double p = lack_of_fit(f);
        if (f->lsq.rank == SCHEFFE_CUBIC && !isnan(p))
            out->lack_of_fit_p = p;
        *fits = f->lsq.rank == SCHEFFE_CUBIC && !(p < SHAPEFIT_LACK_OF_FIT_LEVEL);
    }
    out->trend_p = trend(f);
fail:
    return err->code;
}

/* --- the whole --- */

/* Deviation of the noise, or of what may be rounding if that is more. */
static double noise_of(const Fitter *f)
{
    double low = f->means[0], high = f->means[0];
    for (int p = 1; p < f->table->n_shapes; p++) {
        low = fmin(low, f->means[p]);
        high = fmax(high, f->means[p]);
    }
    const double largest = fmax(fmax(fabs(low), fabs(high)), 1.0);
    const double rounding = fmax(ROUNDING * largest, SHARE_ROUNDING * (high - low));
    return fmax(f->out->blocks.sd, fmax(rounding, f->table->resolution));
}

/* The square root of the share of seeds that a shape has. */
static double root_of(const ShapeTable *table, int shape)
{
    int n = 0;
    for (int s = 0; s < table->n_seeds; s++)
        n += !isnan(table->values[shape * table->n_seeds + s]);
    return sqrt((double)n / table->n_seeds);
}

static ErrCode start(Fitter *f, Err *err)
{
    const ShapeTable *table = f->table;
    ShapeFit *out = f->out;
    f->sign = table->is_loss ? -1.0 : 1.0;
    f->means = arena_alloc(f->arena, (size_t)table->n_shapes, sizeof *f->means);
    f->fitted = arena_alloc(f->arena, (size_t)table->n_shapes, sizeof *f->fitted);
    f->roots = arena_alloc(f->arena, (size_t)table->n_shapes, sizeof *f->roots);
    f->scaled = arena_alloc(f->arena, (size_t)table->n_shapes, sizeof *f->scaled);
    out->fitted = arena_alloc(f->arena, (size_t)table->n_shapes, sizeof *out->fitted);
    TRY(blocks_fit(&out->blocks, table->values, table->n_shapes, table->n_seeds, f->arena, err));
    assert(f->means != NULL && f->roots != NULL);
    for (int p = 0; p < table->n_shapes; p++) {
        f->means[p] = f->sign * out->blocks.means[p];
        f->roots[p] = root_of(table, p);
    }
    const double sd = noise_of(f);
    f->variance = sd * sd / table->n_seeds;
    out->margin = table->margin > 0.0 ? table->margin
                  : table->is_loss    ? SHAPEFIT_MARGIN_NATS
                                      : SHAPEFIT_MARGIN_POINTS;
fail:
    return err->code;
}

ErrCode shapefit_run(ShapeFit *out, const ShapeTable *table, ShapeRule *rules, int n_rules,
                     Arena *arena, Err *err)
{
    assert(table->n_shapes >= SHAPETABLE_MIN_SHAPES && table->n_seeds >= 2);
    bool fits = false;
    *out = (ShapeFit){0};
    Fitter f = {.out = out, .table = table, .arena = arena};
    TRY(start(&f, err));
    TRY(fit_polynomial(&f, &fits, err));
    for (int p = 0; p < table->n_shapes; p++)
        out->fitted[p] = f.sign * f.fitted[p];
    for (int j = 0; j < out->n_terms; j++)
        out->beta[j] = f.sign * f.beta[j];
    if (!fits)
        out->kind = SHAPE_REFUSED;
    else if (out->trend_p >= SHAPEFIT_FLAT_LEVEL)
        out->kind = SHAPE_FLAT;
    else
        TRY(shapejudge_run(out, &(ShapeSurface){&f.lsq, f.beta, f.scaled, f.variance}, rules,
                           n_rules, arena, err));
fail:
    return err->code;
}

const char *shapefit_kind_name(ShapeKind kind)
{
    static const char *const names[] = {"PEAK", "BLEND", "CORNER", "OPEN", "FLAT", "REFUSED"};
    return names[kind];
}

const char *shapefit_kind_text(ShapeKind kind)
{
    static const char *const texts[] = {
        "all three dimensions are wanted",
        "no single dimension is best; which two or three are wanted is open",
        "one dimension alone is as good as any blend",
        "whether a blend beats the best single dimension is not to be told from these trials",
        "the shapes do not differ by more than noise",
        "no surface fits: only the points speak"};
    return texts[kind];
}
