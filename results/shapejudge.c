/*
 * results/shapejudge.c: claims of a surface, each from the lattice and the same draws of noise.
 */
#include "results/shapejudge.h"

#include "results/ridge.h"
#include "results/stats.h"

#include "base/rng.h"

#include <assert.h>
#include <math.h>

/* A bound that is one end of a two-sided interval. */
#define ONE_SIDED (0.5 + 0.5 * SHAPEFIT_CONFIDENCE)
/* The draws are normal, whatever the degrees of freedom: 95 % of them err in 9 of 100. */
#define SURELY 0.975

enum { N_BOUNDARY = 3 * SCHEFFE_STEPS };

/* The lattice with the fitted surface on it. */
typedef struct Lattice {
    ShapeFit *out;
    const ShapeSurface *fit;
    ShapeRule *rules;
    int n_rules;
    Arena *arena;
    Shares points[SCHEFFE_N_LATTICE];
    double terms[SCHEFFE_CUBIC][SCHEFFE_N_LATTICE];
    int boundary[N_BOUNDARY]; /* points with a share of 0 */
    double surface[SCHEFFE_N_LATTICE];
    int best;                                          /* its highest point */
    double whitened[SCHEFFE_N_LATTICE][SCHEFFE_CUBIC]; /* terms (lsq_whiten) */
    double errors[SCHEFFE_N_LATTICE];                  /* of differences to the best point */
} Lattice;

/* The highest of a surface, of its boundary, of its corners. */
typedef struct Heights {
    double best, boundary, corner;
    int best_point, best_corner; /* of equals the first */
} Heights;

/* --- the surface on the lattice --- */

static void fill_points(Lattice *lattice)
{
    int n_boundary = 0;
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        double terms[SCHEFFE_CUBIC];
        lattice->points[i] = scheffe_lattice(i);
        scheffe_terms(&lattice->points[i], terms);
        for (int j = 0; j < SCHEFFE_CUBIC; j++)
            lattice->terms[j][i] = terms[j];
        if (scheffe_is_boundary(&lattice->points[i]))
            lattice->boundary[n_boundary++] = i;
    }
    assert(n_boundary == N_BOUNDARY);
}

/* surface[SCHEFFE_N_LATTICE]. */
static void fill_surface(const Lattice *lattice, const double *beta, double *surface)
{
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++)
        surface[i] = 0.0;
    for (int j = 0; j < lattice->out->n_terms; j++)
        for (int i = 0; i < SCHEFFE_N_LATTICE; i++)
            surface[i] += beta[j] * lattice->terms[j][i];
}

static Heights heights_of(const Lattice *lattice, const double *surface)
{
    Heights h = {.boundary = -(double)INFINITY};
    for (int i = 1; i < SCHEFFE_N_LATTICE; i++)
        if (surface[i] > surface[h.best_point])
            h.best_point = i;
    h.best = surface[h.best_point];
    for (int i = 0; i < N_BOUNDARY; i++)
        h.boundary = fmax(h.boundary, surface[lattice->boundary[i]]);
    for (int k = 1; k < 3; k++)
        if (surface[scheffe_corner(k)] > surface[scheffe_corner(h.best_corner)])
            h.best_corner = k;
    h.corner = surface[scheffe_corner(h.best_corner)];
    return h;
}

/* The standard error of the difference between two whitened points. */
static double error_between(const Lattice *lattice, const double *a, const double *b)
{
    double squares = 0.0;
    for (int j = 0; j < lattice->out->n_terms; j++)
        squares += (a[j] - b[j]) * (a[j] - b[j]);
    return sqrt(lattice->fit->variance * squares);
}

static void whiten_points(Lattice *lattice)
{
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        double terms[SCHEFFE_CUBIC];
        scheffe_terms(&lattice->points[i], terms);
        lsq_whiten(lattice->fit->lsq, terms, lattice->whitened[i]);
    }
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++)
        lattice->errors[i] =
            error_between(lattice, lattice->whitened[i], lattice->whitened[lattice->best]);
}

/* max over x of [y(x) - y(at) + t se(x, at)]. */
static double upper_bound(const Lattice *lattice, const Shares *at)
{
    const double t = stats_t_quantile(ONE_SIDED, lattice->out->blocks.df);
    const double y = scheffe_value(lattice->fit->beta, lattice->out->n_terms, at);
    double terms[SCHEFFE_CUBIC], whitened[SCHEFFE_CUBIC], most = 0.0; /* at itself: 0 */
    scheffe_terms(at, terms);
    lsq_whiten(lattice->fit->lsq, terms, whitened);
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++)
        most = fmax(most, lattice->surface[i] - y +
                              t * error_between(lattice, lattice->whitened[i], whitened));
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
static double studentised_noise(const Lattice *lattice, const double *surface, Rng *rng)
{
    const double share = 2.0 / (9.0 * lattice->out->blocks.df);
    const double root = fmax(1.0 - share + sqrt(share) * rng_normal(rng), 0.0);
    double most = 0.0;
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        const double noise = surface[i] - lattice->surface[i] -
                             (surface[lattice->best] - lattice->surface[lattice->best]);
        if (noise > most * lattice->errors[i] && i != lattice->best)
            most = noise / lattice->errors[i];
    }
    return most / sqrt(root * root * root);
}

static ErrCode draw_all(Lattice *lattice, Draws *draws, Err *err)
{
    const size_t n_shapes = (size_t)lattice->out->blocks.n_networks;
    double *y = arena_alloc(lattice->arena, n_shapes, sizeof *y), beta[SCHEFFE_CUBIC];
    double surface[SCHEFFE_N_LATTICE];
    *draws = (Draws){.boundary = arena_alloc(lattice->arena, SHAPEFIT_DRAWS, sizeof(double)),
                     .corner = arena_alloc(lattice->arena, SHAPEFIT_DRAWS, sizeof(double)),
                     .noise = arena_alloc(lattice->arena, SHAPEFIT_DRAWS, sizeof(double)),
                     .rules = arena_alloc(lattice->arena, (size_t)lattice->n_rules * SHAPEFIT_DRAWS,
                                          sizeof(double))};
    TRY(arena_ok(lattice->arena, err));
    for (uint64_t i = 0; i < SHAPEFIT_DRAWS; i++) {
        Rng rng = rng_start(0, RNG_BOOTSTRAP, 0, i);
        for (size_t p = 0; p < n_shapes; p++)
            y[p] = lattice->fit->fitted[p] + sqrt(lattice->fit->variance) * rng_normal(&rng);
        lsq_solve(lattice->fit->lsq, y, beta);
        fill_surface(lattice, beta, surface);
        const Heights h = heights_of(lattice, surface);
        draws->boundary[i] = h.best - h.boundary;
        draws->corner[i] = h.best - h.corner;
        draws->noise[i] = studentised_noise(lattice, surface, &rng);
        for (int r = 0; r < lattice->n_rules; r++)
            draws->rules[(size_t)r * SHAPEFIT_DRAWS + i] =
                h.best - scheffe_value(beta, lattice->out->n_terms, &lattice->rules[r].shares);
    }
fail:
    return err->code;
}

/* The lower end of the basic bootstrap interval of a gain. */
static double lower_bound(double gain, double *draws, double confidence)
{
    return 2.0 * gain - stats_sample_quantile(draws, SHAPEFIT_DRAWS, confidence);
}

/* --- claims --- */

static void judge_rules(const Lattice *lattice, const Draws *draws, double best)
{
    for (int r = 0; r < lattice->n_rules; r++) {
        ShapeRule *rule = &lattice->rules[r];
        const double effect =
            best - scheffe_value(lattice->fit->beta, lattice->out->n_terms, &rule->shares);
        double *own = draws->rules + (size_t)r * SHAPEFIT_DRAWS;
        rule->below = (ShapeEffect){.effect = effect,
                                    .low = lower_bound(effect, own, ONE_SIDED),
                                    .high = upper_bound(lattice, &rule->shares)};
        rule->surely = lower_bound(effect, own, SURELY);
    }
}

/* A point is out if some point is above it by more standard errors than noise makes of level
 * ground. */
static void mark_region(const Lattice *lattice, const Draws *draws)
{
    ShapeFit *out = lattice->out;
    const double most = stats_sample_quantile(draws->noise, SHAPEFIT_DRAWS, SHAPEFIT_CONFIDENCE);
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        bool is_out = false;
        for (int k = 0; k < SCHEFFE_N_LATTICE && !is_out; k++) {
            const double above = lattice->surface[k] - lattice->surface[i];
            is_out = above > 0.0 && above > most * error_between(lattice, lattice->whitened[k],
                                                                 lattice->whitened[i]);
        }
        if (!is_out)
            out->region[out->n_region++] = lattice->points[i];
    }
}

static void judge_kind(const Lattice *lattice, const Draws *draws, Heights h)
{
    ShapeFit *out = lattice->out;
    out->gain = (ShapeEffect){.effect = h.best - h.corner,
                              .low = lower_bound(h.best - h.corner, draws->corner, ONE_SIDED),
                              .high = (double)INFINITY};
    for (int k = 0; k < 3; k++)
        out->gain.high =
            fmin(out->gain.high, upper_bound(lattice, &lattice->points[scheffe_corner(k)]));
    if (lower_bound(h.best - h.boundary, draws->boundary, ONE_SIDED) > 0.0)
        out->kind = SHAPE_PEAK;
    else if (out->gain.low > 0.0)
        out->kind = SHAPE_BLEND;
    else
        out->kind = out->gain.high <= out->margin ? SHAPE_CORNER : SHAPE_OPEN;
}

ErrCode shapejudge_run(ShapeFit *out, const ShapeSurface *fit, ShapeRule *rules, int n_rules,
                       Arena *arena, Err *err)
{
    Draws draws;
    Lattice *lattice = arena_zalloc(arena, 1, sizeof *lattice);
    out->region = arena_alloc(arena, SCHEFFE_N_LATTICE, sizeof *out->region);
    TRY(arena_ok(arena, err));
    assert(lattice != NULL && out->region != NULL);
    lattice->out = out;
    lattice->fit = fit;
    lattice->rules = rules;
    lattice->n_rules = n_rules;
    lattice->arena = arena;
    fill_points(lattice);
    fill_surface(lattice, fit->beta, lattice->surface);
    const Heights h = heights_of(lattice, lattice->surface);
    lattice->best = h.best_point;
    whiten_points(lattice);
    TRY(draw_all(lattice, &draws, err));
    out->has_optimum = true;
    out->optimum = scheffe_climb(fit->beta, out->n_terms, lattice->points[lattice->best]);
    out->corner = h.best_corner;
    judge_kind(lattice, &draws, h);
    judge_rules(lattice, &draws, h.best);
    mark_region(lattice, &draws);
    if (out->kind == SHAPE_PEAK || out->kind == SHAPE_BLEND)
        out->has_ridge = ridge_find(out->region, out->n_region, out->exchange);
fail:
    return err->code;
}
