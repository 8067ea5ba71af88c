/* results/profiles.c: networks of a budget, their cells, the two fits, logits told in points. */
#include "results/profiles.h"

#include "results/lsq.h"
#include "results/stats.h"

#include "base/fmath.h"
#include "base/sort.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

/* A profile being made. */
typedef struct Maker {
    const StoreResults *results;
    Arena *arena;
    Profile *out;
    ProfileShape *shapes; /* [out->n_shapes] */
    int64_t *seeds;       /* [out->n_seeds] with a result, ascending */
    int *fitted;          /* [n_fitted] shapes that have a result */
    int n_fitted;
} Maker;

/* --- which points --- */

static bool is_of_profile(const StorePoint *p)
{
    const bool is_grid = store_is_part(p, "grid") && strcmp(p->match, "counted") == 0;
    return (is_grid || store_is_part(p, "profile")) && p->trial_digest != NULL &&
           !text_starts_with(p->series, "earlier ");
}

static bool is_same_profile(const Profile *profile, const StorePoint *p)
{
    return strcmp(profile->part, p->part) == 0 && profile->budget == p->x;
}

static int count_profiles(const StoreResults *results, Profile *out)
{
    int n = 0;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        int k = 0;
        if (!is_of_profile(p))
            continue;
        while (k < n && !is_same_profile(&out[k], p))
            k++;
        if (k == n)
            out[n++] =
                (Profile){.part = p->part, .budget = p->x, .is_demo = results->study.is_demo};
    }
    return n;
}

static bool has_network(const Maker *m, const StorePoint *p)
{
    for (int i = 0; i < m->out->n_shapes; i++)
        if (strcmp(m->shapes[i].point->trial_digest, p->trial_digest) == 0)
            return true;
    return false;
}

static void collect_shapes(Maker *m)
{
    for (size_t i = 0; i < m->results->n_points; i++) {
        const StorePointResult *source = &m->results->points[i];
        const StorePoint *p = &source->point;
        ProfileShape shape = {.source = source, .point = p};
        if (!is_of_profile(p) || !is_same_profile(m->out, p) || has_network(m, p) ||
            !scheffe_shares(p->built[0], p->built[1], p->built[2], &shape.shares))
            continue;
        shape.is_clamped = scheffe_clamp(&shape.shares);
        m->shapes[m->out->n_shapes++] = shape;
    }
}

/* --- cells --- */

static bool is_done(const StoreSeed *seed)
{
    return seed->status == STORE_TRIAL_DONE && !isnan(seed->test_top1);
}

static void measure_shape(ProfileShape *shape, double *values)
{
    const StorePointResult *source = shape->source;
    double losses = 0.0;
    for (size_t s = 0; s < source->n_seeds; s++) {
        const StoreSeed *seed = &source->seeds[s];
        shape->n_diverged += seed->status == STORE_TRIAL_DIVERGED;
        shape->n_failed += seed->status == STORE_FAILED;
        shape->n_unfinished += seed->status == STORE_PENDING || seed->status == STORE_RUNNING;
        if (is_done(seed)) {
            values[shape->n++] = seed->test_top1;
            shape->n_without_loss += isnan(seed->test_loss);
            losses += seed->test_loss;
        }
    }
    shape->top1 = shape->n > 0 ? stats_mean(values, shape->n) : (double)NAN;
    shape->sd =
        shape->n > 1 ? stats_interval(values, shape->n, SHAPEFIT_CONFIDENCE).sd : (double)NAN;
    shape->loss = shape->n > 0 ? losses / shape->n : (double)NAN;
}

/* Fills shapes, their seeds, and which of them have a result. */
static ErrCode measure(Maker *m, Err *err)
{
    Profile *out = m->out;
    size_t n_cells = 1, n_done = 0;
    for (int i = 0; i < out->n_shapes; i++)
        n_cells += m->shapes[i].source->n_seeds;
    double *values = arena_alloc(m->arena, n_cells, sizeof *values);
    m->seeds = arena_alloc(m->arena, n_cells, sizeof *m->seeds);
    m->fitted = arena_alloc(m->arena, (size_t)out->n_shapes + 1, sizeof *m->fitted);
    TRY(arena_ok(m->arena, err));
    for (int i = 0; i < out->n_shapes; i++) {
        ProfileShape *shape = &m->shapes[i];
        measure_shape(shape, values);
        for (size_t s = 0; s < m->shapes[i].source->n_seeds; s++)
            if (is_done(&m->shapes[i].source->seeds[s]))
                m->seeds[n_done++] = m->shapes[i].source->seeds[s].seed;
        if (shape->n == 0)
            continue;
        m->fitted[m->n_fitted++] = i;
        out->n_low = out->n_low == 0 || shape->n < out->n_low ? shape->n : out->n_low;
        out->n_high = shape->n > out->n_high ? shape->n : out->n_high;
    }
    out->n_seeds = (int)sort_int64_once(m->seeds, n_done);
fail:
    return err->code;
}

/* --- tables --- */

typedef double (*CellValue)(const Maker *m, const StoreSeed *seed);

static double cell_top1(const Maker *m, const StoreSeed *seed)
{
    (void)m;
    return seed->test_top1;
}

static double cell_loss(const Maker *m, const StoreSeed *seed)
{
    (void)m;
    return seed->test_loss;
}

static double cell_logit(const Maker *m, const StoreSeed *seed)
{
    const double n = (double)m->results->study.n_test, k = seed->test_top1 / 100.0 * n;
    return fm_log((k + 0.5) / (n - k + 0.5));
}

static double *fill_cells(const Maker *m, CellValue value)
{
    const size_t n_seeds = (size_t)m->out->n_seeds;
    double *cells = arena_alloc(m->arena, (size_t)m->n_fitted * n_seeds, sizeof *cells);
    for (int i = 0; cells != NULL && i < m->n_fitted; i++) {
        const StorePointResult *source = m->shapes[m->fitted[i]].source;
        for (size_t s = 0; s < n_seeds; s++) {
            double *cell = &cells[(size_t)i * n_seeds + s];
            *cell = (double)NAN;
            for (size_t k = 0; k < source->n_seeds; k++)
                if (source->seeds[k].seed == m->seeds[s] && is_done(&source->seeds[k]))
                    *cell = value(m, &source->seeds[k]);
        }
    }
    return cells;
}

/* Without values. */
static ErrCode make_table(const Maker *m, ShapeTable *table, Err *err)
{
    Shares *shares = arena_alloc(m->arena, (size_t)m->n_fitted, sizeof *shares);
    bool *clamped = arena_alloc(m->arena, (size_t)m->n_fitted, sizeof *clamped);
    TRY(arena_ok(m->arena, err));
    for (int i = 0; i < m->n_fitted; i++) {
        shares[i] = m->shapes[m->fitted[i]].shares;
        clamped[i] = m->shapes[m->fitted[i]].is_clamped;
    }
    *table = (ShapeTable){
        .n_shapes = m->n_fitted, .n_seeds = m->out->n_seeds, .shares = shares, .clamped = clamped};
fail:
    return err->code;
}

/* --- logits and points --- */

static double percent(double logit)
{
    return 100.0 / (1.0 + exp(-logit));
}

/* The height of the highest lattice point. */
static double best_height(const ShapeFit *fit)
{
    double best = -(double)INFINITY;
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        const Shares at = scheffe_lattice(i);
        best = fmax(best, scheffe_value(fit->beta, fit->n_terms, &at));
    }
    return best;
}

static ShapeEffect in_points(double best, ShapeEffect logits)
{
    return (ShapeEffect){.effect = percent(best) - percent(best - logits.effect),
                         .low = percent(best) - percent(best - logits.low),
                         .high = percent(best) - percent(best - logits.high)};
}

/* SHAPEFIT_MARGIN_POINTS in logits, at the mean accuracy. */
static double margin_of(const Maker *m)
{
    double sum = 0.0;
    for (int i = 0; i < m->n_fitted; i++)
        sum += m->shapes[m->fitted[i]].top1 / 100.0;
    const double p = sum / m->n_fitted,
                 floor = 1e-3; /* nobody compares shapes that near to 0 or 1 */
    return SHAPEFIT_MARGIN_POINTS / 100.0 / fmax(p * (1.0 - p), floor);
}

double profiles_top1(const Profile *profile, const Shares *at)
{
    return percent(scheffe_value(profile->top1.beta, profile->top1.n_terms, at));
}

/* --- words --- */

void profiles_note(const ProfileShape *shape, Text *note)
{
    const int some_without_loss = shape->n_without_loss < shape->n ? shape->n_without_loss : 0;
    const struct {
        int n;
        const char *what;
    } counts[] = {{shape->n_diverged, "diverged"},
                  {shape->n_failed, "failed"},
                  {shape->n_unfinished, "not finished"},
                  {some_without_loss, "without loss"}};
    const char *gap = "";
    if (shape->is_clamped) {
        text_append(note, "a negative share is taken as 0");
        gap = ", ";
    }
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        if (counts[i].n > 0) {
            text_printf(note, "%s%d %s", gap, counts[i].n, counts[i].what);
            gap = ", ";
        }
}

void profiles_loss_kind(const Profile *profile, Text *text)
{
    if (profile->loss_why_not != NULL)
        text_printf(text, "of test loss there is no fit: %s", profile->loss_why_not);
    else
        text_printf(text, "of test loss: %s", shapefit_kind_name(profile->loss.kind));
}

/* --- the fits --- */

/*
 * The multipliers that the optimum's shares mean at the counted budget: what d w^2 r^2 the shapes
 * had to be built with for it, as a quadratic of their shares.
 */
static ErrCode find_multipliers(const Maker *m, Err *err)
{
    Lsq lsq;
    double beta[SCHEFFE_QUADRATIC];
    const int n = m->out->n_shapes;
    double *x = arena_alloc(m->arena, (size_t)n * SCHEFFE_QUADRATIC, sizeof *x);
    double *y = arena_alloc(m->arena, (size_t)n, sizeof *y);
    TRY(lsq_plan(&lsq, n, SCHEFFE_QUADRATIC, m->arena, err));
    for (int i = 0; i < n; i++) {
        double terms[SCHEFFE_CUBIC];
        const double *built = m->shapes[i].point->built;
        scheffe_terms(&m->shapes[i].shares, terms);
        memcpy(x + (size_t)i * SCHEFFE_QUADRATIC, terms, SCHEFFE_QUADRATIC * sizeof *x);
        y[i] = log(built[0]) + 2.0 * log(built[1]) + 2.0 * log(built[2]);
    }
    lsq_factor(&lsq, x, NULL);
    lsq_solve(&lsq, y, beta);
    const Shares *optimum = &m->out->top1.optimum;
    const double cost = scheffe_value(beta, SCHEFFE_QUADRATIC, optimum);
    for (int k = 0; k < 3; k++)
        m->out->multipliers[k] = exp(cost * optimum->x[k] / (k == 0 ? 1.0 : 2.0));
fail:
    return err->code;
}

/* A fit; surfaces that the shapes do not determine are a reason, not an error. */
static ErrCode fit_table(const Maker *m, const ShapeTable *table, ShapeFit *fit, ShapeRule *rules,
                         Err *err)
{
    Err why = *err;
    const ErrCode code = shapefit_run(fit, table, rules, m->out->n_rules, m->arena, &why);
    if (code == ERR_DATA)
        m->out->why_not = arena_text(m->arena, why.msg);
    else
        *err = why;
    return err->code;
}

/* Why there can be no fit of loss where there is one of top-1, or NULL. */
static const char *find_loss_obstacle(const Maker *m)
{
    int n = 0, n_without = 0;
    for (int i = 0; i < m->n_fitted; i++) {
        n += m->shapes[m->fitted[i]].n;
        n_without += m->shapes[m->fitted[i]].n_without_loss;
    }
    return n_without > 0 ? arena_printf(m->arena, "%d of its %d results ha%s no loss", n_without, n,
                                        n_without == 1 ? "s" : "ve")
                         : NULL;
}

static ErrCode fit_surfaces(Maker *m, Err *err)
{
    Profile *out = m->out;
    ShapeTable table;
    Blocks blocks;
    const double *top1 = fill_cells(m, cell_top1);
    TRY(make_table(m, &table, err));
    TRY(arena_ok(m->arena, err));
    TRY(blocks_fit(&blocks, top1, table.n_shapes, table.n_seeds, m->arena, err));
    out->sd = blocks.sd;
    if (!(blocks.df > 0.0)) {
        out->why_not = "no two shapes have two seeds in common: noise does not show";
        return ERR_NONE;
    }
    table.values = fill_cells(m, cell_logit);
    table.margin = margin_of(m);
    TRY(arena_ok(m->arena, err));
    TRY(fit_table(m, &table, &out->top1, out->rules, err));
    out->loss_why_not = find_loss_obstacle(m);
    table.values = fill_cells(m, cell_loss);
    table.is_loss = true;
    table.margin = 0.0;
    TRY(arena_ok(m->arena, err));
    if (out->why_not == NULL && out->loss_why_not == NULL)
        TRY(fit_table(m, &table, &out->loss, out->loss_rules, err));
    if (out->why_not != NULL || !out->top1.has_optimum)
        return ERR_NONE;
    const double best = best_height(&out->top1);
    out->gain = in_points(best, out->top1.gain);
    for (int r = 0; r < out->n_rules; r++) {
        ShapeRule *rule = &out->rules[r];
        rule->below = in_points(best, rule->below);
        rule->surely = percent(best) - percent(best - rule->surely);
    }
    TRY(find_multipliers(m, err));
fail:
    return err->code;
}

/* Why there can be no fit, or NULL. */
static const char *find_obstacle(const Maker *m)
{
    if (m->out->n_shapes < SHAPETABLE_MIN_SHAPES)
        return arena_printf(m->arena,
                            "its points end in %d different network%s, at least %d are "
                            "needed",
                            m->out->n_shapes, text_plural((size_t)m->out->n_shapes),
                            SHAPETABLE_MIN_SHAPES);
    if (m->n_fitted < SHAPETABLE_MIN_SHAPES)
        return arena_printf(m->arena, "%d of its %d shapes have a result, at least %d are needed",
                            m->n_fitted, m->out->n_shapes, SHAPETABLE_MIN_SHAPES);
    if (m->out->n_seeds < 2)
        return "one seed: noise shows in two or more";
    if (m->n_fitted * m->out->n_seeds > SHAPETABLE_MAX_CELLS)
        return "there are too many trials for a fit";
    return NULL;
}

/* `before`: the profile of the same part at the budget below, or NULL. */
static ErrCode make_profile(Maker *m, const Profile *before, Err *err)
{
    Profile *out = m->out;
    const size_t room = m->results->n_points + 1;
    m->shapes = arena_alloc(m->arena, room, sizeof *m->shapes);
    TRY(arena_ok(m->arena, err));
    collect_shapes(m);
    out->shapes = m->shapes;
    TRY(measure(m, err));
    out->why_not = find_obstacle(m);
    if (out->why_not != NULL)
        return ERR_NONE;
    shaperules_fill(out->rules);
    out->n_rules = SHAPERULES_N;
    if (before != NULL && before->why_not == NULL && before->top1.has_optimum) {
        out->before = before->budget;
        out->rules[out->n_rules++] =
            (ShapeRule){.name = arena_printf(m->arena, "optimum at %.3g x", before->budget),
                        .shares = before->top1.optimum};
    }
    memcpy(out->loss_rules, out->rules, sizeof out->rules);
    TRY(arena_ok(m->arena, err));
    TRY(fit_surfaces(m, err));
fail:
    return err->code;
}

/* Parts stay in their order, which is that of the array; budgets rise. */
static void sort_budgets(Profile *profiles, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && strcmp(profiles[k - 1].part, profiles[k].part) == 0 &&
                        profiles[k - 1].budget > profiles[k].budget;
             k--) {
            const Profile swapped = profiles[k];
            profiles[k] = profiles[k - 1];
            profiles[k - 1] = swapped;
        }
}

ErrCode profiles_find(const StoreResults *results, Arena *arena, Profile **out, size_t *n, Err *err)
{
    Profile *profiles = arena_alloc(arena, results->n_points + 1, sizeof *profiles);
    *n = 0;
    TRY(arena_ok(arena, err));
    const int n_found = count_profiles(results, profiles);
    sort_budgets(profiles, n_found);
    for (int i = 0; i < n_found; i++) {
        Maker m = {.results = results, .arena = arena, .out = &profiles[*n]};
        const Profile *before = *n > 0 ? &profiles[*n - 1] : NULL;
        profiles[*n] = profiles[i];
        if (before != NULL && strcmp(before->part, profiles[i].part) != 0)
            before = NULL;
        TRY(make_profile(&m, before, err));
        const bool is_grid = m.out->n_shapes > 0 && store_is_part(m.out->shapes[0].point, "grid");
        *n += !is_grid || m.out->n_shapes >= SHAPETABLE_MIN_SHAPES;
    }
    *out = profiles;
fail:
    return err->code;
}
