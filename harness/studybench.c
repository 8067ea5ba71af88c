/* harness/studybench.c: one network in memory at a time, round after round. */
#include "harness/studybench.h"

#include "harness/importing.h"
#include "harness/provenance.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "models/resolve.h"
#include "models/spec.h"

#include <inttypes.h>
#include <string.h>

static bool is_timed(const StorePoint *point)
{
    static const char *const parts[] = {"curves", "lines", "compare", "profile", "grid"};
    for (size_t i = 0; point->trial_digest != NULL && i < ARRAY_LEN(parts); i++)
        if (store_is_part(point, parts[i]))
            return true;
    return false;
}

/* The study's networks, each once, in the order of the plan. */
static ErrCode collect(Store *store, Arena *arena, StudyBenchReport *report, Err *err)
{
    StoreResults results;
    TRY(store_points(store, arena, &results, err));
    for (size_t i = 0; i < results.n_points; i++) {
        const StorePoint *p = &results.points[i].point;
        bool is_new = is_timed(p);
        for (size_t k = 0; is_new && k < report->n_rows; k++)
            is_new = strcmp(report->rows[k].network.digest, p->network) != 0;
        if (!is_new)
            continue;
        StudyBenchRow *rows = arena_add_item(arena, report->rows, &report->n_rows, sizeof(*rows));
        TRY(arena_ok(arena, err));
        report->rows = rows;
        TRY(store_network(store, p->network, arena, &rows[report->n_rows - 1].network, err));
    }
    if (report->n_rows == 0)
        return err_set(err, ERR_MISSING, "store '%s' has no network to time", store_path(store));
fail:
    return err->code;
}

/* One network's step of one round, after those that warm up. */
static ErrCode time_step(const StoreNetwork *stored, const StepbenchSettings *settings, double *ms,
                         Err *err)
{
    StepbenchSettings once = *settings;
    StepbenchReport report;
    Network network = {0};
    Spec spec;
    once.steps = 1;
    TRY(spec_parse(&spec, "the store's network", stored->yaml, strlen(stored->yaml), err));
    TRY(resolve_network(&network, &spec, err));
    TRY(stepbench_run(&network, &once, &report, err));
    *ms = report.ms_per_step;
fail:
    network_release(&network);
    return err->code;
}

/* Fills rows[].time. */
static ErrCode time_all(const StepbenchSettings *settings, Arena *arena, StudyBenchReport *report,
                        Err *err)
{
    const size_t n = report->n_rows, n_rounds = (size_t)settings->steps;
    double *times = arena_zalloc(arena, n * n_rounds, sizeof *times);
    double *work = arena_zalloc(arena, n_rounds, sizeof *work);
    StepTime *found = arena_zalloc(arena, n, sizeof *found);
    TRY(arena_ok(arena, err));
    for (size_t r = 0; r < n_rounds; r++)
        for (size_t i = 0; i < n; i++)
            TRY(time_step(&report->rows[i].network, settings, &times[i * n_rounds + r], err));
    steptime_summarise(times, (int)n, (int)n_rounds, work, found);
    for (size_t i = 0; i < n; i++)
        report->rows[i].time = found[i];
fail:
    return err->code;
}

/* All of a measurement or none: times of two do not compare. */
static ErrCode put_facts(Store *store, const StepbenchSettings *settings,
                         const StudyBenchReport *report, Arena *arena, Err *err)
{
    Provenance provenance;
    char utc[CLOCK_UTC_BYTES];
    const size_t n = report->n_rows;
    StoreFact *facts = arena_zalloc(arena, n, sizeof *facts);
    char *names = arena_zalloc(arena, n, STEPTIME_NAME_BYTES);
    provenance_collect(&provenance, settings->level);
    const char *measurement =
        arena_printf(arena, "batch %d, %d thread%s, %s, %zu networks in turn, on %s, until %s",
                     settings->batch, settings->threads, text_plural((size_t)settings->threads),
                     cpu_level_name(settings->level), n, provenance.host, clock_utc(utc));
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < n; i++) {
        StudyBenchRow *row = &report->rows[i];
        row->time.measurement = measurement;
        facts[i] = steptime_fact(row->network.digest, &row->time, names + i * STEPTIME_NAME_BYTES);
    }
    TRY(store_put_facts(store, facts, n, err));
    return ERR_NONE;
fail:
    return err_wrap(err, "recording the times");
}

ErrCode studybench_run(const char *folder, const StepbenchSettings *settings, Arena *arena,
                       StudyBenchReport *report, Err *err)
{
    FileLock *lock = NULL;
    Store *store = NULL;
    *report = (StudyBenchReport){0};
    TRY(importing_open(&lock, &store, folder, err));
    TRY(collect(store, arena, report, err));
    TRY(time_all(settings, arena, report, err));
    TRY(put_facts(store, settings, report, arena, err));
fail:
    store_close(&store);
    file_unlock(&lock);
    return err->code;
}
