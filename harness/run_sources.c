/* harness/run_sources.c: which trial a trial begins with, and with which bytes. */
#include "harness/run_sources.h"

#include "harness/run_files.h"

#include "base/hash.h"
#include "base/sys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The path and the digest of the weights that a finished trial left. */
#define WEIGHTS_SQL                                                                                \
    "SELECT path, xxh3 FROM artifact WHERE trial = CAST(?1 AS INTEGER) AND kind = 'weights'"

enum { PATH, XXH3, N_COLUMNS, NUMBER_BYTES = 24 };

static bool is_lost(StoreStatus status)
{
    return status == STORE_TRIAL_DIVERGED || status == STORE_FAILED;
}

bool run_sources_allow(const Plan *plan, const StoreTrials *stored, const PlanTrial *trial)
{
    const int source = plan->networks[trial->network].source;
    if (source == PLAN_NONE)
        return true;
    for (size_t i = 0; i < stored->n; i++)
        if (stored->items[i].seed == trial->seed && is_lost(stored->items[i].status) &&
            strcmp(stored->items[i].digest, plan->networks[source].trial_digest) == 0)
            return false;
    return true;
}

void run_sources_find(RunState *run)
{
    for (size_t i = 0; i < run->n_trials; i++) {
        RunTrial *trial = &run->trials[i];
        const int source = run->plan->networks[trial->network].source;
        for (size_t k = 0; k < run->n_trials && source != PLAN_NONE && trial->source == 0; k++)
            if (run->trials[k].network == source && run->trials[k].seed == trial->seed)
                trial->source = run->trials[k].number;
    }
}

bool run_sources_tell_lost(const RunState *run)
{
    bool is_told = false;
    for (size_t i = 0; i < run->n_trials; i++) {
        const RunTrial *trial = &run->trials[i], *source = run_state_trial(run, trial->source);
        if (source == NULL || trial->status != STORE_PENDING || !is_lost(source->status))
            continue;
        is_told = true;
        run_state_note(run,
                       "trial %" PRId64 " is not trained: trial %" PRId64
                       ", whose weights it would begin with, %s",
                       trial->number, source->number, store_status_name(source->status));
    }
    return is_told;
}

/* The row of a trial's weights. */
static ErrCode find_weights(const RunState *run, int64_t number, Arena *arena,
                            const char *row[N_COLUMNS], Err *err)
{
    char text[NUMBER_BYTES];
    StoreTable table;
    snprintf(text, sizeof text, "%" PRId64, number);
    TRY(store_query(run->store, WEIGHTS_SQL, text, arena, &table, err));
    if (table.n_rows != 1 || table.cells[PATH] == NULL || table.cells[XXH3] == NULL)
        return err_set(err, ERR_DATA, "the store knows no weights of trial %" PRId64, number);
    row[PATH] = table.cells[PATH];
    row[XXH3] = table.cells[XXH3];
fail:
    return err->code;
}

static ErrCode check_one(const RunState *run, const RunTrial *trial, Err *err)
{
    const char *row[N_COLUMNS], *why = NULL;
    char found[HASH_HEX_BYTES], name[RUN_FILES_NAME_BYTES], path[RUN_FILES_NAME_BYTES];
    Arena arena = {0};
    Hash128 hash;
    TRY(find_weights(run, trial->source, &arena, row, err));
    snprintf(path, sizeof path, "%s/weights.safetensors", run_files_trial(name, trial->source));
    if (strcmp(path, row[PATH]) != 0 || !dir_has(run->folder, path))
        why = "missing";
    else
        TRY(hash_file(run->folder, path, &hash, err));
    if (why == NULL && strcmp(hash_hex(hash, found), row[XXH3]) != 0)
        why = "damaged";
    if (why != NULL)
        (void)err_set(err, ERR_DATA,
                      "trial %" PRId64 " begins with the weights of trial %" PRId64
                      ", and '%s/%s' is %s: 'isoflop verify --restore %s %" PRId64
                      "' trains them anew",
                      trial->number, trial->source, run->settings->out, path, why,
                      run->settings->out, trial->source);
fail:
    arena_release(&arena);
    return err->code;
}

ErrCode run_sources_check(const RunState *run, Err *err)
{
    for (size_t i = 0; i < run->n_trials; i++) {
        const RunTrial *trial = &run->trials[i];
        bool is_checked = false; /* with another trial */
        for (size_t k = 0; k < i && !is_checked; k++)
            is_checked = run->trials[k].source == trial->source && run->trials[k].is_wanted &&
                         run->trials[k].status == STORE_PENDING;
        if (trial->source != 0 && trial->is_wanted && trial->status == STORE_PENDING &&
            !is_checked && run_state_can_begin(run, trial))
            TRY(check_one(run, trial, err));
    }
fail:
    return err->code;
}

ErrCode run_sources_init(const RunState *run, const RunTrial *trial, Text *out, Err *err)
{
    const PlanNetwork *network = &run->plan->networks[trial->network];
    const char *row[N_COLUMNS];
    char *path = NULL;
    Arena arena = {0};
    if (trial->source == 0)
        return ERR_NONE;
    TRY(find_weights(run, trial->source, &arena, row, err));
    path = file_join(run->settings->out, row[PATH]);
    TRY(path != NULL ? ERR_NONE : err_memory(err, strlen(row[PATH])));
    const int part = run->plan->targets[network->target].part;
    FineTune tune = run->study->parts[part].transfer.init;
    tune.weights = path;
    tune.digest = row[XXH3];
    tune.trial = run->plan->networks[network->source].trial_digest;
    finetune_emit(&tune, out);
    TRY(text_ok(out, err));
fail:
    mem_free(path);
    arena_release(&arena);
    return err->code;
}
