/* tests/results/world.c */
#include "tests/results/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const double world_settled[WORLD_EPOCHS] = {20, 35, 45, 52, 56, 58, 59, 60,
                                            60, 60, 60, 60, 60, 60, 60, 60};
const double world_rising[WORLD_EPOCHS] = {13, 16, 19, 22, 25, 28, 31, 34,
                                           37, 40, 43, 46, 49, 52, 55, 58};

void world_begin(World *w)
{
    memset(w, 0, sizeof(*w));
    w->results.points = w->points;
    w->results.study = (StoreStudy){
        .baseline = "net", .data_name = "set", .classes = 10, .n_val = 2000, .n_test = 10000};
    w->results.revision.baseline_macs = WORLD_BASELINE;
    w->results.revision.epochs = WORLD_EPOCHS;
}

StorePointResult *world_add(World *w, const char *part, const char *series, int64_t macs,
                            int64_t target, const double *top1, int n)
{
    const size_t i = w->results.n_points++;
    snprintf(w->digests[i], WORLD_DIGEST_BYTES, "digest%03zu", i);
    w->points[i] = (StorePointResult){.point = {.part = part,
                                                .figure = "x",
                                                .series = series,
                                                .match = target ? "counted" : "none",
                                                .trial_digest = w->digests[i],
                                                .network = w->digests[i],
                                                .macs = macs,
                                                .target_macs = target,
                                                .status = target ? "fair" : "unmatched"},
                                      .epochs = WORLD_EPOCHS,
                                      .seeds = w->seeds[i],
                                      .n_seeds = (size_t)n};
    for (int s = 0; s < n; s++)
        w->seeds[i][s] = (StoreSeed){.seed = s + 1,
                                     .trial = (int64_t)i * WORLD_SEEDS + s + 1,
                                     .status = STORE_TRIAL_DONE,
                                     .val_top1 = top1[s],
                                     .test_top1 = top1[s]};
    return &w->points[i];
}

void world_train(World *w, size_t point, const double curve[WORLD_EPOCHS])
{
    for (size_t s = 0; s < w->points[point].n_seeds; s++) {
        StoreSeed *seed = &w->seeds[point][s];
        if (seed->status != STORE_TRIAL_DONE)
            continue;
        seed->curve = curve;
        seed->n_epochs = WORLD_EPOCHS;
        seed->seconds = 60.0;
    }
}

Verdict world_judge(const World *w, WorldJudge *judge, Arena *arena)
{
    VerdictField field;
    Verdict v;
    Err err = {0};
    if (verdict_field_make(&field, &w->results, VERDICT_POINTS, arena, &err) != ERR_NONE ||
        judge(&field, arena, &v, &err) != ERR_NONE)
        abort();
    return v;
}
