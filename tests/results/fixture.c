/* tests/results/fixture.c: networks by multipliers, points by part, trials by seed. */
#include "tests/results/fixture.h"

#include "tests/results/shapes.h"

#include "base/hash.h"

#include <assert.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MAX_POINTS = 160, MAX_SEEDS = 8, DIGEST_BYTES = HASH_HEX_BYTES, SERIES_BYTES = 32 };
enum { N_SEARCHERS = 4, N_ASKS = 4, N_TABLE = 8, N_TRAIN = 18000 };

#define USUAL_LOSS 1.75

/* Two searchers, twice each, and which of the table's networks they ask for. */
static const struct {
    const char *series;
    int asks[N_ASKS];
} searchers[N_SEARCHERS] = {{"local", {0, 1, 5, 7}},
                            {"local #2", {3, 1, 5, 7}},
                            {"random", {2, 4, 1, 5}},
                            {"random #2", {6, 0, 3, 2}}};

/* A plan under construction. */
typedef struct Builder {
    Arena arena;
    StoreNetwork networks[MAX_POINTS];
    double multipliers[MAX_POINTS][3];
    double loss[MAX_POINTS];    /* of networks of sizes; else 0 */
    int64_t epochs[MAX_POINTS]; /* likewise */
    size_t n_networks;
    StorePoint points[MAX_POINTS];
    size_t n_points;
    StorePlanned trials[MAX_POINTS * MAX_SEEDS];
    size_t n_trials;
    StoreCarried carried[MAX_POINTS];
    size_t n_carried;
} Builder;

/* A deviation in [-1, 1] that depends on nothing but its arguments. */
static double deviation(const char *digest, int64_t seed)
{
    char text[DIGEST_BYTES + 24];
    const int n = snprintf(text, sizeof(text), "%s:%lld", digest, (long long)seed);
    return (double)(hash_64(text, (size_t)n) >> 11) / (double)(1ULL << 52) - 1.0;
}

static double true_top1(const double m[3])
{
    return 44.0 + 7.0 * (1.0 - exp(-1.1 * (m[0] - 1.0))) + 9.0 * (1.0 - exp(-1.5 * (m[1] - 1.0))) +
           10.0 * (1.0 - exp(-2.0 * (m[2] - 1.0)));
}

/* The network of these multipliers, put once. */
static const StoreNetwork *add_network(Builder *b, const double m[3])
{
    char text[96], hex[DIGEST_BYTES];
    const int pixels = (int)(32.0 * m[2] + 0.5);
    const int n = snprintf(text, sizeof(text), "%.4f %.4f %d", m[0], m[1], pixels);
    hash_hex(hash_128(text, (size_t)n), hex);
    for (size_t i = 0; i < b->n_networks; i++)
        if (strcmp(b->networks[i].digest, hex) == 0)
            return &b->networks[i];
    const double r = pixels / 32.0;
    b->networks[b->n_networks] =
        (StoreNetwork){.digest = arena_text(&b->arena, hex),
                       .name = "proxy-b0",
                       .yaml = arena_printf(&b->arena, "name: proxy-b0 # %s\n", text),
                       .resolution = pixels,
                       .params = (int64_t)(21000 * m[0] * m[1] * m[1]),
                       .macs = (int64_t)(FIXTURE_BASELINE_MACS * m[0] * m[1] * m[1] * r * r),
                       .acts = (int64_t)(90000 * m[0] * m[1] * r * r)};
    memcpy(b->multipliers[b->n_networks], m, sizeof(b->multipliers[0]));
    return &b->networks[b->n_networks++];
}

/* A point; target 0: not matched. */
static StorePoint *add_point(Builder *b, const char *part, const char *figure, const char *series,
                             double d, double w, double r, double x, double target)
{
    const double m[3] = {d, w, r};
    const StoreNetwork *network = add_network(b, m);
    StorePoint *p = &b->points[b->n_points++];
    const double baseline = FIXTURE_BASELINE_MACS;
    *p =
        (StorePoint){.part = part,
                     .figure = figure,
                     .series = arena_text(&b->arena, series),
                     .match = target > 0.0 ? "counted" : "none",
                     .nominal = {d, w, r},
                     .built = {d, w, network->resolution / 32.0},
                     .trim = 1.0,
                     .x = x,
                     .network = network->digest,
                     .trial_digest = network->digest,
                     .resolution = network->resolution,
                     .macs = network->macs,
                     .target_macs = (int64_t)(target * baseline),
                     .ratio = (double)network->macs / (target > 0.0 ? target * baseline : baseline),
                     .naive_ratio = (double)NAN,
                     .status = target > 0.0 ? "fair" : "unmatched"};
    return p;
}

/* All (alpha, beta, gamma) of step 0.1 with product near 2, twins and an unfair one included. */
static void add_grid(Builder *b, const char *part, const char *match)
{
    const bool nominal = strcmp(match, "nominal") == 0;
    for (int a = 10; a <= 20; a += 2)
        for (int w = 10; w <= 14; w++) {
            const double d = a / 10.0, beta = w / 10.0;
            const double r = sqrt(2.0 / (d * beta * beta));
            if (r < 1.0)
                continue;
            StorePoint *p = add_point(b, part, "grid", part, nominal ? ceil(d * 3.0) / 3.0 : d,
                                      beta, r, 2.0, 2.0);
            p->nominal[0] = d;
            p->match = match;
            p->status = nominal ? "unmatched" : "fair";
            p->naive_ratio = 1.0 + 0.04 * (a - 10);
        }
    if (nominal)
        return;
    b->points[b->n_points] = b->points[b->n_points - 1];
    b->points[b->n_points].nominal[0] += 0.05; /* a twin */
    b->points[b->n_points++].trim = 0.98;
    StorePoint *unfair = add_point(b, part, "grid", part, 1.2, 1.1, 1.15, 2.0, 2.0);
    unfair->status = "unfair";
    unfair->trial_digest = NULL;
    unfair->reason = "nearest cost is 1.08 of the target";
    unfair->naive_ratio = 1.29;
}

/* Six sizes between those that curves have, and five strategies, one of them the compound. */
static void add_crowd(Builder *b)
{
    static const char *const names[] = {"dwr", "fast", "compound 1.1 1.2 1.3",
                                        "compound 1.3 1.05 1.1 by a name that is long",
                                        "compound 1.05 1.3 1.05"};
    static const double shares[][3] = {{2 / 6.0, 1 / 6.0, 1 / 6.0},
                                       {0.1, 0.4, 0.05},
                                       {0.2, 0.2, 0.2},
                                       {0.6, 0.1, 0.1},
                                       {0.1, 0.4, 0.05}};
    for (int i = 1; i < 6; i++) {
        const double m = 1.0 + 0.12 * i;
        add_point(b, "curves", "fig3", "width", 1, m, 1, m, 0);
        add_point(b, "curves", "fig3", "depth", m, 1, 1, m, 0);
        add_point(b, "curves", "fig3", "resolution", 1, 1, m, m, 0);
    }
    for (size_t i = 0; i < 5; i++)
        for (double t = 2; t <= 4; t += 2)
            add_point(b, "compare", "fig8", names[i], pow(t, shares[i][0]), pow(t, shares[i][1]),
                      pow(t, shares[i][2]), t, t);
}

/* Lines of one network each. */
static void add_families(Builder *b, const char *const *names)
{
    for (int i = 0; i < 2; i++)
        if (names[i] != NULL)
            add_point(b, "family", "family", names[i], 1, 1.4, 1, 1, 0);
}

static void add_others(Builder *b, bool has_two_compounds)
{
    static const double widths[] = {1.0, 1.4, 2.0, 2.6}, depths[] = {1, 2, 3, 4};
    static const double resolutions[] = {1.0, 1.3, 1.7, 2.0};
    static const double bases[][2] = {{1, 1}, {1, 1.3}, {2, 1}, {2, 1.3}};
    char series[SERIES_BYTES];
    for (int phi = 0; phi < 3; phi++) /* of networks that the curves have */
        add_point(b, "family", "family", "proxy-b0", 1, widths[phi], 1, phi, 0);
    for (int i = 0; i < 4; i++) {
        add_point(b, "curves", "fig3", "width", 1, widths[i], 1, widths[i], 0);
        add_point(b, "curves", "fig3", "depth", depths[i], 1, 1, depths[i], 0);
        add_point(b, "curves", "fig3", "resolution", 1, 1, resolutions[i], resolutions[i], 0);
        for (int w = 0; w < 3; w++) {
            snprintf(series, sizeof(series), "d=%.1f r=%.1f", bases[i][0], bases[i][1]);
            add_point(b, "lines", "fig4", series, bases[i][0], widths[w], bases[i][1], widths[w],
                      0);
        }
    }
    for (double t = 2; t <= 4; t += 2) {
        add_point(b, "compare", "fig8", "width", 1, sqrt(t), 1, t, t);
        add_point(b, "compare", "fig8", "depth", t, 1, 1, t, t);
        add_point(b, "compare", "fig8", "resolution", 1, 1, sqrt(t), t, t);
        const double d = pow(t, 1.0 / 3.0), w = pow(t, 1.0 / 6.0);
        add_point(b, "compare", "fig8", "compound", d, w, w, t, t);
        if (has_two_compounds)
            add_point(b, "compare", "fig8", "compound 1.2 1.1 1.15", pow(t, 0.26), pow(t, 0.14),
                      pow(t, 0.2), t, t);
    }
}

/* Three sizes carried to two data sets in two ways; widths differ, for networks tell trials here.
 */
static void add_transfer(Builder *b)
{
    static const char *const series[] = {"flowers5/scratch/proxy-b0", "flowers5/finetune/proxy-b0",
                                         "mnist/scratch/proxy-b0", "mnist/finetune/proxy-b0"};
    for (int i = 0; i < 12; i++) {
        const double width = 1.0 + 0.4 * (i % 3) + 0.011 * (i / 3 + 1);
        const StorePoint *p =
            add_point(b, "transfer", "fig6", series[i / 3], 1, width, 1, i % 3, 0);
        b->carried[b->n_carried++] = (StoreCarried){.trial_digest = p->trial_digest,
                                                    .data_name = i < 6 ? "flowers5" : "mnist",
                                                    .data_digest = "5eed",
                                                    .classes = 10,
                                                    .n_test = 100,
                                                    .majority = 25.0,
                                                    .yaml = "",
                                                    .init = ""};
    }
}

/* Ten shapes at two budgets, built as asked for but for whole pixels. */
static void add_profile(Builder *b)
{
    char series[SERIES_BYTES];
    for (double t = 2; t <= 4; t += 2)
        for (int i = 0; i < SHAPES_TEN; i++) {
            const double *x = shapes_ten[i].x;
            snprintf(series, sizeof(series), "%.3g %.3g %.3g", x[0], x[1], x[2]);
            add_point(b, "profile", "ternary", series, pow(t, x[0]), pow(t, x[1] / 2),
                      pow(t, x[2] / 2), t, t);
        }
}

/* The i-th network of two depths, widths and resolutions, by its genes. */
static StorePoint *add_cell(Builder *b, const char *part, const char *figure, const char *series,
                            int i, double x)
{
    const char genes[] = {(char)('0' + i / 4), (char)('0' + i / 2 % 2), (char)('0' + i % 2), 0};
    StorePoint *p = add_point(b, part, figure, series, 1 + i / 4, 1 + 0.4 * (i / 2 % 2),
                              1 + 0.3 * (i % 2), x, 0);
    p->genes = arena_text(&b->arena, genes);
    for (int k = 0; k < 3; k++)
        p->nominal[k] = (double)NAN;
    return p;
}

/* All of them. */
static void add_table(Builder *b)
{
    for (int i = 0; i < N_TABLE; i++)
        add_cell(b, "table", "frontier", "table", i, i + 1);
}

/*
 * Networks of growing width, each with the epochs that the total leaves it, and a loss on the
 * surface 1 + 150/N^0.34 + 40/D^0.28.
 */
static void add_sizes(Builder *b)
{
    static const double totals[] = {1e12, 4e12};
    static const char *const names[] = {"1e+12 MACs", "4e+12 MACs"};
    for (int t = 0; t < 2; t++)
        for (int i = 0; i < 5; i++) {
            const double passes = totals[t] / (3.0 * N_TRAIN);
            const double epochs =
                round(passes / (FIXTURE_BASELINE_MACS * pow(2.0, 0.75 * i + 0.15 * t)));
            const double size = passes / epochs / FIXTURE_BASELINE_MACS;
            const StorePoint *p =
                add_point(b, "sizes", "sizes", names[t], 1, sqrt(size), 1, size, size);
            const size_t n = b->n_networks - 1;
            assert(strcmp(b->networks[n].digest, p->network) == 0);
            b->epochs[n] = (int64_t)epochs;
            b->loss[n] =
                1.0 + 150.0 * pow((double)p->macs, -0.34) + 40.0 * pow(epochs * N_TRAIN, -0.28);
        }
}

static void add_search(Builder *b)
{
    for (int s = 0; s < N_SEARCHERS; s++)
        for (int a = 0; a < N_ASKS; a++)
            add_cell(b, "nas", "search", searchers[s].series, searchers[s].asks[a], a + 1);
}

static void add_twins(Builder *b)
{
    const size_t n = b->n_points;
    for (size_t i = 0; i < n; i++)
        if (strcmp(b->points[i].figure, "grid") != 0) {
            b->points[b->n_points] = b->points[i];
            b->points[b->n_points++].x += 0.01; /* one that rounds to the same network */
        }
}

static void add_trials(Builder *b, int n_seeds, int64_t epochs)
{
    for (int s = 1; s <= n_seeds; s++)
        for (size_t i = 0; i < b->n_networks; i++) {
            bool asked = false;
            for (size_t p = 0; p < b->n_points; p++)
                asked |= b->points[p].trial_digest == b->networks[i].digest;
            if (asked)
                b->trials[b->n_trials++] =
                    (StorePlanned){b->networks[i].digest, b->networks[i].digest, s,
                                   b->epochs[i] ? b->epochs[i] : epochs};
        }
}

static ErrCode begin(Store *store, int64_t trial, int64_t *attempt, Err *err)
{
    const StoreAttempt a = {.environment = {.version = "0.1.0",
                                            .commit = "0123abcd",
                                            .compiler = "gcc 12.2.0",
                                            .flags = "Release: -O3",
                                            .kernels = "avx2",
                                            .host = "testhost",
                                            .cpu = "a processor",
                                            .system = "Linux 6.1",
                                            .libraries = "sqlite 3.40.1"},
                            .threads = 1,
                            .pid = 4242};
    return store_begin_attempt(store, trial, &a, attempt, err);
}

/* Accuracies of a training that has settled, as shares of the last. */
static const double settled[] = {0.5, 0.8, 0.95, 1.0, 1.0, 1.0, 1.0, 1.0};

enum { RIPE_EPOCHS = ARRAY_LEN(settled) };

static ErrCode run_trial(Store *store, int64_t trial, double top1, double loss, bool is_ripe,
                         Err *err)
{
    Epoch epochs[RIPE_EPOCHS];
    const int n_epochs = is_ripe ? RIPE_EPOCHS : FIXTURE_EPOCHS;
    int64_t attempt = 0;
    char path[64];
    snprintf(path, sizeof(path), "trials/%06lld/weights.safetensors", (long long)trial);
    const StoreArtifact weights = {"weights", path, 84000, "00112233445566778899aabbccddeeff"};
    for (int e = 0; e < n_epochs; e++)
        epochs[e] = (Epoch){
            e + 1, 2.0 - 0.2 * e, 2.1 - 0.2 * e, is_ripe ? top1 * settled[e] : top1 - 4.0 + 2.0 * e,
            0.02,  1.5,           900.0};
    const bool diverged = isnan(top1);
    const StoreFinish finish = {.outcome = diverged ? STORE_DIVERGED : STORE_DONE,
                                .val_top1 = top1,
                                .val_loss = diverged ? top1 : 1.7,
                                .test_top1 = top1 - 0.4,
                                .test_loss = diverged ? top1 : loss,
                                .best_epoch = diverged ? 0 : n_epochs,
                                .best_val_top1 = top1,
                                .first_bad_step = diverged ? 17 : -1,
                                .artifacts = &weights,
                                .n_artifacts = diverged ? 0 : 1,
                                .seconds = 4.5};
    TRY(begin(store, trial, &attempt, err));
    TRY(store_put_epochs(store, trial, attempt, epochs, (size_t)n_epochs, err));
    TRY(store_accept(store, trial, attempt, &finish, err));
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode fixture_run_trial(Store *store, int64_t trial, double top1, Err *err)
{
    return run_trial(store, trial, top1, USUAL_LOSS, false, err);
}

/* The log of a searcher that asks for one network after the other, the second of them refused. */
static ErrCode log_search(Store *store, const Builder *b, int searcher, Err *err)
{
    char log[SERIES_BYTES];
    StoreDecision row = {.part = log, .scale = {(double)NAN, (double)NAN, (double)NAN}};
    const char *found = NULL;
    double spent = 0;
    snprintf(log, sizeof(log), "nas/%s:0123abcd", searchers[searcher].series);
    for (size_t i = 0; i < b->n_points; i++) {
        const StorePoint *p = &b->points[i];
        if (strcmp(p->part, "nas") != 0 || strcmp(p->series, searchers[searcher].series) != 0)
            continue;
        row.kind = STORE_ASK;
        row.number++;
        row.ticket++;
        row.genes = p->genes;
        row.trial_digest = p->trial_digest;
        row.outcome = STORE_HEARD_NOTHING;
        row.value = (double)NAN;
        row.n = row.n_seeds = 0;
        TRY(store_put_decision(store, &row, err));
        const bool is_refused = row.ticket == 2;
        row.kind = STORE_TELL;
        row.number++;
        row.genes = NULL;
        row.outcome = is_refused ? STORE_HEARD_REFUSED : STORE_HEARD_DONE;
        row.value = is_refused ? (double)NAN : 40.0 + 3.0 * (double)p->macs / FIXTURE_BASELINE_MACS;
        row.n = row.n_seeds = is_refused ? 0 : 1;
        row.virtual_time += is_refused ? 0 : 1000000 * p->macs;
        spent = (double)row.virtual_time;
        found = p->network;
        TRY(store_put_decision(store, &row, err));
    }
    char name[SERIES_BYTES];
    snprintf(name, sizeof(name), "nas/%s/ledger", searchers[searcher].series);
    const StoreFact ledger = {
        .name = name, .network = found, .value = {spent, N_ASKS - 1, 0}, .text = "one refused"};
    TRY(store_put_fact(store, &ledger, err));
fail:
    return err->code;
}

/* Runs every trial of the plan. */
static ErrCode run_all(Store *store, const Builder *b, const Fixture *fixture, Err *err)
{
    TRY(store_begin_run(store, "isoflop run experiments/made-up.yaml", "testhost", 4242, err));
    for (size_t t = 0; t < b->n_trials; t++) {
        size_t i = 0;
        while (strcmp(b->networks[i].digest, b->trials[t].digest) != 0)
            i++;
        double top1 = true_top1(b->multipliers[i]) - fixture->loss +
                      fixture->noise * deviation(b->networks[i].digest, b->trials[t].seed);
        if (fixture->has_diverged && i == 0 && b->trials[t].seed == 1)
            top1 = (double)NAN;
        const double shift = fixture->noise > 0.0
                                 ? 0.005 * deviation(b->networks[i].digest, b->trials[t].seed)
                                 : 0.0;
        const double loss = b->loss[i] > 0.0 ? b->loss[i] + shift : USUAL_LOSS;
        TRY(run_trial(store, (int64_t)t + 1, round(top1 * 10.0) / 10.0, loss, fixture->is_ripe,
                      err));
    }
    const StoreFact winner = {
        .name = "grid/winner",
        .network = b->points[3].network,
        .value = {b->points[3].nominal[0], b->points[3].nominal[1], b->points[3].nominal[2]},
        .text = "picked by validation"};
    const StoreDecision none = {.part = "compare",
                                .number = 1,
                                .kind = STORE_END,
                                .scale = {(double)NAN, (double)NAN, (double)NAN},
                                .value = (double)NAN,
                                .reason = "the grid's winner is known"};
    TRY(store_put_fact(store, &winner, err));
    TRY(store_put_decision(store, &none, err));
    for (int s = 0; fixture->has_search && s < N_SEARCHERS; s++)
        TRY(log_search(store, b, s, err));
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode fixture_fill(Store *store, const Fixture *fixture, Err *err)
{
    Builder *b = calloc(1, sizeof(*b));
    if (b == NULL)
        abort();
    const char *name = fixture->name != NULL ? fixture->name : "made-up";
    add_grid(b, "grid", "counted");
    if (fixture->has_nominal_grid)
        add_grid(b, "grid-2", "nominal");
    add_others(b, fixture->has_two_compounds);
    if (fixture->judge_seed != 0)
        add_point(b, "compare", "fig8", "baseline", 1, 1, 1, 1, 0);
    if (fixture->has_two_baselines) /* twice one of twice the multiply-adds */
        add_point(b, "compare-2", "fig8", "width", 1, 2, 1, 2, 4);
    add_families(b, fixture->families);
    if (fixture->is_crowded)
        add_crowd(b);
    if (fixture->has_profile)
        add_profile(b);
    if (fixture->has_table)
        add_table(b);
    if (fixture->has_sizes)
        add_sizes(b);
    if (fixture->has_search)
        add_search(b);
    if (fixture->has_transfer)
        add_transfer(b);
    if (fixture->has_twins)
        add_twins(b);
    const int64_t epochs = fixture->is_ripe ? RIPE_EPOCHS : FIXTURE_EPOCHS;
    add_trials(b, fixture->n_seeds, fixture->epochs ? fixture->epochs : epochs);
    StoreOwnSeed own[2];
    size_t n_own = 0;
    if (fixture->family_seed != 0)
        own[n_own++] = (StoreOwnSeed){"family", fixture->family_seed};
    if (fixture->judge_seed != 0)
        own[n_own++] = (StoreOwnSeed){"compare", fixture->judge_seed};
    const StorePlan plan = {
        .study = {.name = name,
                  .question = "at equal counted MACs, does balanced scaling beat scaling one "
                              "dimension?",
                  .baseline = fixture->name != NULL ? name : "proxy-b0",
                  .data_name = fixture->is_demo ? "polytex" : "cifar-10",
                  .data_digest = "5eed",
                  .classes = 10,
                  .n_train = N_TRAIN,
                  .n_val = 2000,
                  .n_test = 10000,
                  .is_demo = fixture->is_demo,
                  .arithmetic = 1},
        .revision = {.yaml = "study: made-up\n",
                     .digest = "d1",
                     .objective = "soft: ACC x (MACs/T)^-0.07",
                     .objective_w = -0.07,
                     .target_macs = 2 * FIXTURE_BASELINE_MACS,
                     .baseline_macs = FIXTURE_BASELINE_MACS,
                     .fairness_tolerance = 0.05,
                     .epochs = epochs,
                     .recipe = "3 epochs, batch 64, rmsprop, lr 0.02, cosine"},
        .networks = b->networks,
        .n_networks = b->n_networks,
        .points = b->points,
        .n_points = b->n_points,
        .trials = b->trials,
        .n_trials = b->n_trials,
        .carried = b->carried,
        .n_carried = b->n_carried,
        .own_seeds = own,
        .n_own_seeds = n_own,
        .is_exact = fixture->is_exact};
    if (arena_ok(&b->arena, err) == ERR_NONE && store_put_plan(store, &plan, err) == ERR_NONE &&
        !fixture->is_planned_only && run_all(store, b, fixture, err) != ERR_NONE)
        err_wrap(err, "filling the fixture");
    arena_release(&b->arena);
    free(b);
    return err->code;
}

Store *fixture_store(const char *name, const Fixture *fixture)
{
    Err err = {0};
    Store *store = NULL;
    if (store_open(&store, fixture_path(name), &err) != ERR_NONE ||
        fixture_fill(store, fixture, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return store;
}

double fixture_score(double top1, double macs, const void *context)
{
    (void)macs;
    (void)context;
    return top1;
}
