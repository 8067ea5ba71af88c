/* harness/plan_noise.c: cells of networks and seeds out of a store, and their residuals. */
#include "harness/plan_noise.h"

#include "harness/identity.h"
#include "harness/plan_words.h"

#include "results/blocks.h"
#include "results/power.h"
#include "results/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- what differs --- */

/* The line of `text` with the key that `line` begins with; NULL: it has none. */
static const char *line_of_key(const char *text, const char *line)
{
    const size_t n = strcspn(line, ":") + 1;
    size_t n_line;
    for (const char *at; at = text, plan_words_line(&text, &n_line) != NULL;)
        if (strncmp(at, line, n) == 0)
            return at;
    return NULL;
}

/*
 * Lines "key: value". A text has the keys that its recipe uses: what only one of the two has stands
 * for itself.
 */
static void put_differences(const char *here, const char *there, Text *out)
{
    const char *line, *at = there, *other;
    size_t n, m;
    while ((line = plan_words_line(&at, &n)) != NULL) {
        other = line_of_key(here, line);
        m = other != NULL ? strcspn(other, "\n") : 0;
        if (other != NULL && m == n && strncmp(line, other, n) == 0)
            continue;
        text_append(out, other != NULL ? "its recipe has " : "only its recipe has ");
        text_append_bytes(out, line, n);
        text_append(out, other != NULL ? ", this study " : "");
        text_append_bytes(out, other != NULL ? other : "", m);
        text_append(out, ": the noise may be another\n");
    }
    for (at = here; (line = plan_words_line(&at, &n)) != NULL;) {
        if (line_of_key(there, line) != NULL)
            continue;
        text_append(out, "only this study's recipe has ");
        text_append_bytes(out, line, n);
        text_append(out, ": the noise may be another\n");
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

/* Networks trained alike, for so many epochs. */
typedef struct Group {
    int64_t epochs;
    const char **digests; /* [n], each once */
    size_t n;
    int64_t *seeds; /* [n_seeds], of any of them */
    size_t n_seeds;
} Group;

/*
 * Whether a point was trained with the group's recipe: a tune tries other learning rates, and what
 * each network would be at the common rate is not what the others are at theirs, and what was
 * carried to other data has their noise.
 */
static bool is_in(const Group *g, const StorePointResult *p)
{
    return p->point.trial_digest != NULL && p->epochs == g->epochs && p->epochs != 0 &&
           !store_is_part(&p->point, "tune") && p->carried == NULL &&
           !text_starts_with(p->point.part, VERDICT_COMMON_RATE);
}

static void add_digest(Group *g, const char *digest)
{
    for (size_t i = 0; i < g->n; i++)
        if (strcmp(g->digests[i], digest) == 0)
            return;
    g->digests[g->n++] = digest;
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

static ErrCode gather(Group *g, const StoreResults *results, int64_t epochs, Arena *arena, Err *err)
{
    size_t n_seeds = 0;
    for (size_t i = 0; i < results->n_points; i++)
        n_seeds += results->points[i].n_seeds;
    *g = (Group){.epochs = epochs,
                 .digests = arena_zalloc(arena, results->n_points + 1, sizeof(*g->digests)),
                 .seeds = arena_zalloc(arena, n_seeds + 1, sizeof *g->seeds)};
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < results->n_points; i++) {
        if (!is_in(g, &results->points[i]))
            continue;
        add_digest(g, results->points[i].point.trial_digest);
        add_seeds(g, &results->points[i]);
    }
fail:
    return err->code;
}

/* Of a network that is in several parts each point may have other seeds. */
static double cell(const Group *g, const StoreResults *results, const char *digest, int64_t seed)
{
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (!is_in(g, p) || strcmp(p->point.trial_digest, digest) != 0)
            continue;
        for (size_t k = 0; k < p->n_seeds; k++)
            if (p->seeds[k].seed == seed && p->seeds[k].status == STORE_TRIAL_DONE)
                return p->seeds[k].test_top1;
    }
    return (double)NAN;
}

/* Adds a group's squares and degrees of freedom. */
static ErrCode add_group(const Group *g, const StoreResults *results, Arena *arena, double *squares,
                         double *df, Err *err)
{
    Blocks blocks;
    if (g->n < 2 || g->n_seeds < 2)
        return ERR_NONE;
    double *y = arena_alloc(arena, g->n * g->n_seeds, sizeof *y);
    TRY(arena_ok(arena, err));
    for (size_t p = 0; p < g->n; p++)
        for (size_t s = 0; s < g->n_seeds; s++)
            y[p * g->n_seeds + s] = cell(g, results, g->digests[p], g->seeds[s]);
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
        if (is_counted(results, i))
            continue;
        TRY(gather(&group, results, results->points[i].epochs, &arena, err));
        TRY(add_group(&group, results, &arena, &squares, &df, err));
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
