/* harness/rerank: rankings, and what seeds and w say of them. */
#include "harness/rerank.h"

#include "harness/study_search.h"

#include "base/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A part's measured networks as stability has them. */
typedef struct Field {
    StabilityField field;
    StabilityField paired; /* the same networks by the seeds alone that all of them have */
    size_t *rows;          /* [field.n] places in the ranking */
} Field;

static double score_of(double top1, double macs, const void *context)
{
    return objective_score(context, top1, macs);
}

/* The point whose matched cost tells T of a part by its baseline; NULL: none does. */
static const StorePoint *matched_point(const StoreResults *results, const char *part)
{
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        if (strcmp(p->part, part) == 0 && strcmp(p->series, part) == 0 && p->target_macs > 0)
            return p;
    }
    return NULL;
}

/* The search whose objective a part has: itself, or what a retrain follows; else NULL. */
static const StudySearch *search_of(const Study *study, const StudyPart *part)
{
    if (part->kind == STUDY_RETRAIN)
        return &study->parts[part->baseline_part].search;
    return part->kind == STUDY_SEARCH ? &part->search : NULL;
}

/* A search's own objective; of others the study's, with T over the part's own baseline. */
static Objective own_objective(const Study *study, const StudyPart *part,
                               const StoreResults *results)
{
    const StudySearch *search = search_of(study, part);
    if (search != NULL)
        return study_search_objective(search, results->revision.baseline_macs);
    const StorePoint *matched = matched_point(results, part->name);
    return study_objective(study,
                           matched != NULL ? matched->target_macs : results->revision.target_macs);
}

/* MACs of the baseline that a part's T is over. */
static double baseline_of(const Study *study, const StudyPart *part, const StoreResults *results,
                          const Objective *own)
{
    return search_of(study, part) != NULL ? (double)results->revision.baseline_macs
                                          : own->target_macs / study->objective.target;
}

/* A part's objective with what the settings change. */
static ErrCode choose_objective(const Study *study, const StudyPart *part,
                                const StoreResults *results, const RerankSettings *settings,
                                Objective *o, Err *err)
{
    *o = own_objective(study, part, results);
    if (settings->target > 0)
        o->target_macs = settings->target * baseline_of(study, part, results, o);
    if (settings->form != RERANK_AS_STUDY && settings->form != (int)o->form) {
        o->form = (ObjectiveForm)settings->form;
        o->w = objective_default_w(o->form);
    }
    if (isnan(settings->w))
        return ERR_NONE;
    if (!objective_has_w(o->form))
        return err_set(err, ERR_USAGE, "objective '%s' has no w", objective_form_names[o->form]);
    o->w = settings->w;
    return ERR_NONE;
}

/* What the store calls the points of a part. */
static const char *stored_name(const StudyPart *part)
{
    return part->kind == STUDY_SEARCH ? part->id : part->name;
}

/* --- one part --- */

/* All seeds that finished somewhere, once each. */
static void take_seeds(RerankPart *part, Arena *arena)
{
    size_t n = 0;
    for (size_t i = 0; i < part->ranking.n_rows; i++)
        n += (size_t)part->ranking.rows[i].n;
    int64_t *seeds = arena_zalloc(arena, n, sizeof *seeds);
    part->seeds = seeds;
    if (seeds == NULL)
        return;
    n = 0;
    for (size_t i = 0; i < part->ranking.n_rows; i++)
        for (int k = 0; k < part->ranking.rows[i].n; k++)
            seeds[n++] = part->ranking.rows[i].seeds[k];
    part->n_seeds = (int)sort_int64_once(seeds, n);
}

static const double *values_of(const RerankPart *part, const RankingRow *row, Arena *arena)
{
    double *values = arena_zalloc(arena, (size_t)part->n_seeds, sizeof *values);
    for (int s = 0, k = 0; values != NULL && s < part->n_seeds; s++) {
        const bool is_in = k < row->n && row->seeds[k] == part->seeds[s];
        values[s] = is_in ? row->val_top1[k++] : (double)NAN;
    }
    return values;
}

/* Whether an objective may choose it, diverged seeds aside. */
static bool has_result(const RerankPart *part, const RankingRow *row)
{
    return row->n > 0 && (part->objective.form == OBJECTIVE_PARETO || !isnan(row->score));
}

/* Places of rows by MACs, then in the plan's order. */
static int compare_rows(const void *left, const void *right)
{
    const RankingRow *a = *(const RankingRow *const *)left, *b = *(const RankingRow *const *)right;
    if (a->result->point.macs != b->result->point.macs)
        return a->result->point.macs < b->result->point.macs ? -1 : 1;
    return (a->result > b->result) - (a->result < b->result);
}

/* Of all networks the values of the seeds that all of them have. */
static void pair_seeds(Field *f, Arena *arena)
{
    const size_t n = f->field.n, n_seeds = (size_t)f->field.n_seeds;
    StabilityNetwork *networks = arena_zalloc(arena, n, sizeof *networks);
    double *values = arena_zalloc(arena, n * n_seeds, sizeof *values);
    f->paired = (StabilityField){f->field.objective, networks, n, 0};
    if (arena->failed)
        return;
    for (size_t i = 0; i < n; i++)
        networks[i] = (StabilityNetwork){f->field.networks[i].macs, values + i * n_seeds};
    for (size_t s = 0; s < n_seeds; s++) {
        bool is_common = n > 0;
        for (size_t i = 0; i < n && is_common; i++)
            is_common = !isnan(f->field.networks[i].values[s]);
        for (size_t i = 0; i < n && is_common; i++)
            values[i * n_seeds + (size_t)f->paired.n_seeds] = f->field.networks[i].values[s];
        f->paired.n_seeds += is_common;
    }
}

static void make_field(const RerankPart *part, Arena *arena, Field *out)
{
    const Ranking *r = &part->ranking;
    const RankingRow **rows = arena_zalloc(arena, r->n_rows, sizeof *rows);
    StabilityNetwork *networks = arena_zalloc(arena, r->n_rows, sizeof *networks);
    bool has_clean = false;
    *out = (Field){.field = {part->objective, networks, 0, part->n_seeds},
                   .rows = arena_zalloc(arena, r->n_rows, sizeof *out->rows)};
    if (arena->failed)
        return;
    for (size_t i = 0; i < r->n_rows; i++)
        has_clean |= has_result(part, &r->rows[i]) && r->rows[i].n_diverged == 0;
    for (size_t i = 0; i < r->n_rows; i++)
        if (has_result(part, &r->rows[i]) && (r->rows[i].n_diverged == 0 || !has_clean))
            rows[out->field.n++] = &r->rows[i];
    qsort((void *)rows, out->field.n, sizeof *rows, compare_rows);
    for (size_t i = 0; i < out->field.n; i++) {
        out->rows[i] = (size_t)(rows[i] - r->rows);
        networks[i] = (StabilityNetwork){(double)rows[i]->result->point.macs,
                                         values_of(part, rows[i], arena)};
    }
    if (!arena->failed)
        pair_seeds(out, arena);
}

/* By the mean of all seeds; of those that all networks have, by each alone and by samples. */
static ErrCode judge(RerankPart *part, const Field *f, Arena *arena, Err *err)
{
    bool *is_chosen = arena_zalloc(arena, f->field.n, sizeof *is_chosen);
    double *shares = arena_zalloc(arena, f->field.n, sizeof *shares);
    int *all = arena_zalloc(arena, (size_t)part->n_seeds, sizeof *all);
    TRY(arena_ok(arena, err));
    for (int s = 0; s < part->n_seeds; s++)
        all[s] = s;
    part->n_paired = f->paired.n_seeds;
    for (int s = 0; s < part->n_paired; s++) {
        stability_choose(&f->paired, &all[s], 1, is_chosen);
        for (size_t i = 0; i < f->field.n; i++)
            part->rows[f->rows[i]].n_alone += is_chosen[i];
    }
    if (part->n_paired > 1)
        TRY(stability_resample(&f->paired, RERANK_SAMPLES, shares, err));
    stability_choose(&f->field, all, part->n_seeds, is_chosen);
    for (size_t i = 0; i < f->field.n; i++) {
        RerankRow *row = &part->rows[f->rows[i]];
        row->is_chosen = is_chosen[i];
        row->share = part->n_paired > 1 ? shares[i] : (double)NAN;
        part->n_chosen += is_chosen[i];
    }
fail:
    return err->code;
}

static ErrCode make_part(const Rerank *rerank, RerankPart *part, Arena *arena, Err *err)
{
    Field f;
    TRY(ranking_part(rerank->results, part->ranking.part, score_of, &part->objective, arena,
                     &part->ranking, err));
    part->rows = arena_zalloc(arena, part->ranking.n_rows, sizeof *part->rows);
    take_seeds(part, arena);
    make_field(part, arena, &f);
    part->ranges = arena_zalloc(arena, f.field.n, sizeof *part->ranges);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < part->ranking.n_rows; i++)
        part->rows[i].share = (double)NAN;
    TRY(judge(part, &f, arena, err));
    stability_over_w(&f.field, part->ranges, &part->n_ranges);
    for (size_t i = 0; i < part->n_ranges; i++)
        part->ranges[i].network = f.rows[part->ranges[i].network];
fail:
    return err->code;
}

/* --- all parts --- */

static ErrCode check_part(const Study *study, const char *id, Err *err)
{
    Text known = {0};
    if (id == NULL || study_find_part(study, id) != STUDY_NONE)
        return ERR_NONE;
    for (size_t i = 0; i < study->n_parts; i++)
        text_printf(&known, "%s %s", i > 0 ? "," : "", study->parts[i].id);
    (void)err_set(err, ERR_USAGE, "the study has no part '%s': there are%s", id,
                  text_string(&known));
    text_release(&known);
    return err->code;
}

static bool has_finished(const StoreResults *results, const char *part)
{
    for (size_t i = 0; i < results->n_points; i++)
        if (strcmp(results->points[i].point.part, part) == 0)
            for (size_t s = 0; s < results->points[i].n_seeds; s++)
                if (results->points[i].seeds[s].status == STORE_TRIAL_DONE)
                    return true;
    return false;
}

ErrCode rerank_make(const Study *study, const StoreResults *results, const RerankSettings *settings,
                    Arena *arena, Rerank *out, Err *err)
{
    *out = (Rerank){.results = results};
    TRY(check_part(study, settings->part, err));
    out->parts = arena_zalloc(arena, study->n_parts, sizeof *out->parts);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < study->n_parts; i++) {
        const StudyPart *p = &study->parts[i];
        if ((settings->part != NULL && strcmp(settings->part, p->id) != 0) ||
            !has_finished(results, stored_name(p)))
            continue;
        RerankPart *part = &out->parts[out->n_parts++];
        *part = (RerankPart){.id = p->id, .ranking.part = stored_name(p)};
        TRY(choose_objective(study, p, results, settings, &part->objective, err));
        TRY(make_part(out, part, arena, err));
    }
    if (out->n_parts == 0)
        (void)err_set(
            err, ERR_MISSING,
            "there is nothing to rank: no trial %s has finished, go on with 'isoflop run'",
            settings->part != NULL ? "of that part" : "of the study");
fail:
    return err->code;
}
