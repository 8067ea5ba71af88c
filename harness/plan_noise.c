/* harness/plan_noise.c: cells of networks and seeds out of a store, and their residuals. */
#include "harness/plan_noise.h"

#include "harness/identity.h"

#include "results/blocks.h"
#include "results/power.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- what differs --- */

/* The line that `at` begins with, without its end, moved to the next. */
static size_t line_length(const char *at)
{
    return strcspn(at, "\n");
}

/* Both texts have the same keys in the same order, a line each. */
static void put_differences(const char *here, const char *there, Text *out)
{
    while (*here && *there) {
        const size_t n = line_length(here), m = line_length(there);
        if (n != m || strncmp(here, there, n) != 0) {
            text_append(out, "its recipe has ");
            text_append_bytes(out, there, m);
            text_append(out, ", this study ");
            text_append_bytes(out, here, n);
            text_append(out, ": the noise may be another\n");
        }
        here += n + (here[n] == '\n');
        there += m + (there[m] == '\n');
    }
}

static ErrCode compare(Plan *plan, const StoreResults *results, const Study *pilot, Err *err)
{
    Text *remarks = &plan->noise.remarks;
    const StoreStudy *s = &results->study;
    Text here = {0}, there = {0};
    if (strcmp(s->data_name, plan->study->data.name) != 0)
        return err_set(err, ERR_USAGE,
                       "the pilot was trained on '%s', this study is about '%s': its noise says "
                       "nothing here",
                       s->data_name, plan->study->data.name);
    if (s->n_train != plan->n_train || s->n_test != plan->n_test)
        text_printf(remarks,
                    "it has %" PRId64 " training and %" PRId64 " test images, this study %" PRId64
                    " and %" PRId64 ": the noise may be another\n",
                    s->n_train, s->n_test, plan->n_train, plan->n_test);
    identity_lines(&identity_recipe, IDENTITY_VERSION, &plan->study->recipe, true, &here);
    identity_lines(&identity_recipe, IDENTITY_VERSION, &pilot->recipe, true, &there);
    put_differences(text_string(&here), text_string(&there), remarks);
    remarks->failed |= here.failed || there.failed;
    text_release(&here);
    text_release(&there);
    return text_ok(remarks, err);
}

/* --- cells --- */

/* One group of networks trained alike. */
typedef struct Group {
    const StorePointResult **points; /* [n]: one of each digest */
    size_t n;
    int64_t *seeds; /* [n_seeds], of any of them */
    size_t n_seeds;
} Group;

static bool has_digest(const Group *g, const char *digest)
{
    for (size_t i = 0; i < g->n; i++)
        if (strcmp(g->points[i]->point.trial_digest, digest) == 0)
            return true;
    return false;
}

static void add_seeds(Group *g, const StorePointResult *p)
{
    for (size_t i = 0; i < p->n_seeds; i++) {
        bool is_known = p->seeds[i].status != STORE_TRIAL_DONE;
        for (size_t k = 0; k < g->n_seeds && !is_known; k++)
            is_known = g->seeds[k] == p->seeds[i].seed;
        if (!is_known)
            g->seeds[g->n_seeds++] = p->seeds[i].seed;
    }
}

/* The trained points of so many epochs. */
static ErrCode gather(Group *g, const StoreResults *results, int64_t epochs, Arena *arena, Err *err)
{
    size_t n_seeds = 0;
    for (size_t i = 0; i < results->n_points; i++)
        n_seeds += results->points[i].n_seeds;
    *g = (Group){.points = arena_zalloc(arena, results->n_points + 1, sizeof(*g->points)),
                 .seeds = arena_zalloc(arena, n_seeds + 1, sizeof *g->seeds)};
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (p->point.trial_digest == NULL || p->epochs != epochs ||
            has_digest(g, p->point.trial_digest))
            continue;
        add_seeds(g, p);
        g->points[g->n++] = p;
    }
fail:
    return err->code;
}

static double cell(const StorePointResult *p, int64_t seed)
{
    for (size_t i = 0; i < p->n_seeds; i++)
        if (p->seeds[i].seed == seed && p->seeds[i].status == STORE_TRIAL_DONE)
            return p->seeds[i].test_top1;
    return (double)NAN;
}

/* Adds a group's squares and degrees of freedom. */
static ErrCode add_group(const Group *g, Arena *arena, double *squares, double *df, Err *err)
{
    Blocks blocks;
    if (g->n < 2 || g->n_seeds < 2)
        return ERR_NONE;
    double *y = arena_alloc(arena, g->n * g->n_seeds, sizeof *y);
    TRY(arena_ok(arena, err));
    for (size_t p = 0; p < g->n; p++)
        for (size_t s = 0; s < g->n_seeds; s++)
            y[p * g->n_seeds + s] = cell(g->points[p], g->seeds[s]);
    TRY(blocks_fit(&blocks, y, (int)g->n, (int)g->n_seeds, arena, err));
    if (blocks.df > 0) {
        *squares += blocks.df * blocks.sd * blocks.sd;
        *df += blocks.df;
    }
fail:
    return err->code;
}

/* Whether an earlier point has the same epochs: their group is done. */
static bool is_counted(const StoreResults *results, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (results->points[k].epochs == results->points[i].epochs)
            return true;
    return false;
}

ErrCode plan_noise_take(Plan *plan, const char *folder, const StoreResults *results,
                        const Study *pilot, Err *err)
{
    Arena arena = {0};
    double squares = 0, df = 0;
    TRY(compare(plan, results, pilot, err));
    for (size_t i = 0; i < results->n_points; i++) {
        Group group;
        if (results->points[i].epochs == 0 || is_counted(results, i))
            continue;
        TRY(gather(&group, results, results->points[i].epochs, &arena, err));
        TRY(add_group(&group, &arena, &squares, &df, err));
    }
    if (!(df > 0)) {
        (void)err_set(err, ERR_USAGE,
                      "pilot '%s' shows no noise: it has no two networks with two finished seeds "
                      "in common",
                      folder);
        goto fail;
    }
    plan->noise.sd = sqrt(squares / df);
    plan->noise.df = df;
    plan->noise.pilot = folder;
fail:
    arena_release(&arena);
    return err->code;
}
