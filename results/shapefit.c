/*
 * results/shapefit.c: everything is in the direction in which more is better: losses are turned at
 * the door and back at the end.
 */
#include "results/shapefit.h"

#include "results/lsq.h"
#include "results/ridge.h"
#include "results/stats.h"

#include "base/rng.h"

#include <assert.h>
#include <math.h>

/* Noise below this share of the values is rounding, not noise: it makes no F. */
#define ROUNDING 1e-9
/* Nor does noise below this share of what the shapes differ by: shares are written with few digits.
 */
#define SHARE_ROUNDING 1e-3
/* A bound that is one end of a two-sided interval. */
#define ONE_SIDED (0.5 + 0.5 * SHAPEFIT_CONFIDENCE)

enum { N_BOUNDARY = 3 * SCHEFFE_STEPS };

/* The fit under way. */
typedef struct Fitter {
    ShapeFit *out;
    const ShapeTable *table;
    ShapeRule *rules;
    int n_rules;
    Arena *arena;
    Lsq lsq;
    double sign;     /* -1: losses */
    double *means;   /* [n_shapes] of the shapes, times sign */
    double *fitted;  /* [n_shapes] */
    double variance; /* of a shape's mean */
    double beta[SCHEFFE_CUBIC];
    Shares points[SCHEFFE_N_LATTICE];
    double terms[SCHEFFE_CUBIC][SCHEFFE_N_LATTICE];
    int boundary[N_BOUNDARY]; /* points with a share of 0 */
    double surface[SCHEFFE_N_LATTICE];
    int best;                                          /* its highest point */
    double whitened[SCHEFFE_N_LATTICE][SCHEFFE_CUBIC]; /* terms (lsq_whiten) */
    double errors[SCHEFFE_N_LATTICE];                  /* of differences to the best point */
} Fitter;

/* The highest of a surface, of its boundary, of its corners. */
typedef struct Heights {
    double best, boundary, corner;
    int best_point;
} Heights;

/* --- the polynomial --- */

static double residual_squares(const Fitter *f)
{
    double squares = 0.0;
    for (int p = 0; p < f->table->n_shapes; p++)
        squares += (f->means[p] - f->fitted[p]) * (f->means[p] - f->fitted[p]);
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
            x[p * n_terms + j] = terms[j];
    }
    lsq_factor(&f->lsq, x, NULL);
    lsq_solve(&f->lsq, f->means, f->beta);
    for (int p = 0; p < n_shapes; p++)
        f->fitted[p] = scheffe_value(f->beta, n_terms, &f->table->shares[p]);
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
    const int n = f->table->n_shapes;
    const double mean = stats_mean(f->means, n);
    double squares = 0.0;
    for (int p = 0; p < n; p++)
        squares += (f->fitted[p] - mean) * (f->fitted[p] - mean);
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

/* --- the surface on the lattice --- */

static void fill_lattice(Fitter *f)
{
    int n_boundary = 0;
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        double terms[SCHEFFE_CUBIC];
        f->points[i] = scheffe_lattice(i);
        scheffe_terms(&f->points[i], terms);
        for (int j = 0; j < SCHEFFE_CUBIC; j++)
            f->terms[j][i] = terms[j];
        if (scheffe_is_boundary(&f->points[i]))
            f->boundary[n_boundary++] = i;
    }
    assert(n_boundary == N_BOUNDARY);
}

/* surface[SCHEFFE_N_LATTICE]. */
static void fill_surface(const Fitter *f, const double *beta, double *surface)
{
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++)
        surface[i] = 0.0;
    for (int j = 0; j < f->out->n_terms; j++)
        for (int i = 0; i < SCHEFFE_N_LATTICE; i++)
            surface[i] += beta[j] * f->terms[j][i];
}

static Heights heights_of(const Fitter *f, const double *surface)
{
    Heights h = {.boundary = -(double)INFINITY, .corner = -(double)INFINITY};
    for (int i = 1; i < SCHEFFE_N_LATTICE; i++)
        if (surface[i] > surface[h.best_point])
            h.best_point = i;
    h.best = surface[h.best_point];
    for (int i = 0; i < N_BOUNDARY; i++)
        h.boundary = fmax(h.boundary, surface[f->boundary[i]]);
    for (int k = 0; k < 3; k++)
        h.corner = fmax(h.corner, surface[scheffe_corner(k)]);
    return h;
}

/* The standard error of the difference between two whitened points. */
static double error_between(const Fitter *f, const double *a, const double *b)
{
    double squares = 0.0;
    for (int j = 0; j < f->out->n_terms; j++)
        squares += (a[j] - b[j]) * (a[j] - b[j]);
    return sqrt(f->variance * squares);
}

static void whiten_lattice(Fitter *f)
{
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        double terms[SCHEFFE_CUBIC];
        scheffe_terms(&f->points[i], terms);
        lsq_whiten(&f->lsq, terms, f->whitened[i]);
    }
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++)
        f->errors[i] = error_between(f, f->whitened[i], f->whitened[f->best]);
}

/* max over x of [y(x) - y(at) + t se(x, at)]. */
static double upper_bound(const Fitter *f, const Shares *at)
{
    const double t = stats_t_quantile(ONE_SIDED, f->out->blocks.df);
    const double y = scheffe_value(f->beta, f->out->n_terms, at);
    double terms[SCHEFFE_CUBIC], whitened[SCHEFFE_CUBIC], most = 0.0; /* at itself: 0 */
    scheffe_terms(at, terms);
    lsq_whiten(&f->lsq, terms, whitened);
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++)
        most = fmax(most, f->surface[i] - y + t * error_between(f, f->whitened[i], whitened));
    return most;
}

/* --- draws --- */

/* What each draw says of each claim, [SHAPEFIT_DRAWS] values a claim. */
typedef struct Draws {
    double *boundary, *corner; /* gains over the best of them */
    double *noise;             /* the largest height over the best point that noise alone makes */
    double *rules;             /* [n_rules][SHAPEFIT_DRAWS] of the rules */
} Draws;

/*
 * The largest difference to the best point in standard errors of a draw's own deviation, which is
 * sqrt(chi squared/df), by Wilson and Hilferty.
 */
static double studentised_noise(const Fitter *f, const double *surface, Rng *rng)
{
    const double share = 2.0 / (9.0 * f->out->blocks.df);
    const double root = fmax(1.0 - share + sqrt(share) * rng_normal(rng), 0.0);
    double most = 0.0;
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        const double noise = surface[i] - f->surface[i] - (surface[f->best] - f->surface[f->best]);
        if (noise > most * f->errors[i] && i != f->best)
            most = noise / f->errors[i];
    }
    return most / sqrt(root * root * root);
}

static ErrCode draw_all(Fitter *f, Draws *draws, Err *err)
{
    const size_t n_shapes = (size_t)f->table->n_shapes;
    double *y = arena_alloc(f->arena, n_shapes, sizeof *y), beta[SCHEFFE_CUBIC];
    double surface[SCHEFFE_N_LATTICE];
    *draws = (Draws){
        .boundary = arena_alloc(f->arena, SHAPEFIT_DRAWS, sizeof(double)),
        .corner = arena_alloc(f->arena, SHAPEFIT_DRAWS, sizeof(double)),
        .noise = arena_alloc(f->arena, SHAPEFIT_DRAWS, sizeof(double)),
        .rules = arena_alloc(f->arena, (size_t)f->n_rules * SHAPEFIT_DRAWS, sizeof(double))};
    TRY(arena_ok(f->arena, err));
    for (uint64_t i = 0; i < SHAPEFIT_DRAWS; i++) {
        Rng rng = rng_start(0, RNG_BOOTSTRAP, 0, i);
        for (size_t p = 0; p < n_shapes; p++)
            y[p] = f->fitted[p] + sqrt(f->variance) * rng_normal(&rng);
        lsq_solve(&f->lsq, y, beta);
        fill_surface(f, beta, surface);
        const Heights h = heights_of(f, surface);
        draws->boundary[i] = h.best - h.boundary;
        draws->corner[i] = h.best - h.corner;
        draws->noise[i] = studentised_noise(f, surface, &rng);
        for (int r = 0; r < f->n_rules; r++)
            draws->rules[(size_t)r * SHAPEFIT_DRAWS + i] =
                h.best - scheffe_value(beta, f->out->n_terms, &f->rules[r].shares);
    }
fail:
    return err->code;
}

/* The lower end of the basic bootstrap interval of a gain. */
static double lower_bound(double gain, double *draws)
{
    return 2.0 * gain - stats_sample_quantile(draws, SHAPEFIT_DRAWS, ONE_SIDED);
}

/* --- claims --- */

static void judge_rules(const Fitter *f, const Draws *draws, double best)
{
    for (int r = 0; r < f->n_rules; r++) {
        ShapeRule *rule = &f->rules[r];
        const double effect = best - scheffe_value(f->beta, f->out->n_terms, &rule->shares);
        rule->below =
            (ShapeEffect){.effect = effect,
                          .low = lower_bound(effect, draws->rules + (size_t)r * SHAPEFIT_DRAWS),
                          .high = upper_bound(f, &rule->shares)};
    }
}

/* A point is out if some point is above it by more standard errors than noise makes of level
 * ground. */
static void mark_region(const Fitter *f, const Draws *draws)
{
    ShapeFit *out = f->out;
    const double most = stats_sample_quantile(draws->noise, SHAPEFIT_DRAWS, SHAPEFIT_CONFIDENCE);
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        bool is_out = false;
        for (int k = 0; k < SCHEFFE_N_LATTICE && !is_out; k++) {
            const double above = f->surface[k] - f->surface[i];
            is_out = above > 0.0 && above > most * error_between(f, f->whitened[k], f->whitened[i]);
        }
        if (!is_out)
            out->region[out->n_region++] = f->points[i];
    }
}

static ErrCode judge(Fitter *f, Err *err)
{
    ShapeFit *out = f->out;
    Draws draws;
    fill_surface(f, f->beta, f->surface);
    const Heights h = heights_of(f, f->surface);
    f->best = h.best_point;
    whiten_lattice(f);
    out->region = arena_alloc(f->arena, SCHEFFE_N_LATTICE, sizeof *out->region);
    TRY(draw_all(f, &draws, err));
    assert(out->region != NULL);
    out->has_optimum = true;
    out->optimum = scheffe_climb(f->beta, out->n_terms, f->points[f->best]);
    out->gain = (ShapeEffect){.effect = h.best - h.corner,
                              .low = lower_bound(h.best - h.corner, draws.corner),
                              .high = (double)INFINITY};
    for (int k = 0; k < 3; k++)
        out->gain.high = fmin(out->gain.high, upper_bound(f, &f->points[scheffe_corner(k)]));
    if (lower_bound(h.best - h.boundary, draws.boundary) > 0.0)
        out->kind = SHAPE_PEAK;
    else if (out->gain.low > 0.0)
        out->kind = SHAPE_BLEND;
    else
        out->kind = out->gain.high <= out->margin ? SHAPE_CORNER : SHAPE_OPEN;
    judge_rules(f, &draws, h.best);
    mark_region(f, &draws);
    if (out->kind == SHAPE_PEAK || out->kind == SHAPE_BLEND)
        out->has_ridge = ridge_find(out->region, out->n_region, out->exchange);
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

static ErrCode start(Fitter *f, Err *err)
{
    const ShapeTable *table = f->table;
    ShapeFit *out = f->out;
    f->sign = table->is_loss ? -1.0 : 1.0;
    f->means = arena_alloc(f->arena, (size_t)table->n_shapes, sizeof *f->means);
    f->fitted = arena_alloc(f->arena, (size_t)table->n_shapes, sizeof *f->fitted);
    out->fitted = arena_alloc(f->arena, (size_t)table->n_shapes, sizeof *out->fitted);
    TRY(blocks_fit(&out->blocks, table->values, table->n_shapes, table->n_seeds, f->arena, err));
    assert(f->means != NULL);
    for (int p = 0; p < table->n_shapes; p++)
        f->means[p] = f->sign * out->blocks.means[p];
    const double sd = noise_of(f);
    f->variance = sd * sd / table->n_seeds;
    out->margin = table->is_loss ? SHAPEFIT_MARGIN_NATS : SHAPEFIT_MARGIN_POINTS;
    fill_lattice(f);
fail:
    return err->code;
}

ErrCode shapefit_run(ShapeFit *out, const ShapeTable *table, ShapeRule *rules, int n_rules,
                     Arena *arena, Err *err)
{
    assert(table->n_shapes >= SHAPETABLE_MIN_SHAPES && table->n_seeds >= 2);
    bool fits = false;
    *out = (ShapeFit){0};
    Fitter *f = arena_zalloc(arena, 1, sizeof *f);
    TRY(arena_ok(arena, err));
    assert(f != NULL);
    *f = (Fitter){.out = out, .table = table, .rules = rules, .n_rules = n_rules, .arena = arena};
    TRY(start(f, err));
    TRY(fit_polynomial(f, &fits, err));
    for (int p = 0; p < table->n_shapes; p++)
        out->fitted[p] = f->sign * f->fitted[p];
    if (!fits)
        out->kind = SHAPE_REFUSED;
    else if (out->trend_p >= SHAPEFIT_FLAT_LEVEL)
        out->kind = SHAPE_FLAT;
    else
        TRY(judge(f, err));
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
