/* harness/run_open.c: lock, store, plan, and what a crash left: all that comes before the first
 * trial. */
#include "harness/run_open.h"

#include "harness/run_decide.h"
#include "harness/leftovers.h"
#include "harness/run_files.h"
#include "harness/run_identity.h"
#include "harness/run_plan.h"
#include "harness/run_sources.h"

#include "base/clock.h"
#include "base/sys.h"
#include "nn/arithmetic.h"
#include "results/store_trust.h"

#include <inttypes.h>
#include <string.h>

#define STORE_NAME "study.db"

ErrCode run_open_lock(FileLock **lock, const char *out, Err *err)
{
    char host[PROVENANCE_TEXT_MAX], since[CLOCK_UTC_BYTES];
    Text holder = {0};
    char *path = file_join(out, "study.lock");
    text_printf(&holder, "pid %d on %s since %s", (int)proc_pid(), proc_host(host, sizeof host),
                clock_utc(since));
    if (path == NULL) {
        (void)err_memory(err, strlen(out));
        goto fail;
    }
    TRY(text_ok(&holder, err));
    TRY(file_lock(lock, path, text_string(&holder), err));
fail:
    text_release(&holder);
    mem_free(path);
    return err->code;
}

/* The lines of a text in one, as messages are. */
static void join_lines(Text *out, const Text *lines)
{
    for (size_t i = 0; i < lines->n_bytes; i++) {
        if (lines->data[i] != '\n')
            text_append_char(out, lines->data[i]);
        else if (i + 1 < lines->n_bytes)
            text_append(out, "; ");
    }
}

/* The newest text of the study a store holds; NULL: it holds none yet. */
static ErrCode stored_study(Store *store, Study **out, Err *err)
{
    Arena arena = {0};
    const char *yaml = NULL;
    Err missing = {0};
    *out = NULL;
    const ErrCode code = store_study_yaml(store, &arena, &yaml, &missing);
    if (code != ERR_NONE && code != ERR_MISSING)
        *err = missing;
    if (code == ERR_NONE)
        TRY(study_parse_stored(out, "the store's study", yaml, err));
fail:
    arena_release(&arena);
    return err->code;
}

/* What is to be known of a store before a plan can be made. */
static ErrCode take_from_store(Study *study, Store *store, Err *err)
{
    Study *old = NULL;
    TRY(store_check_arithmetic(store, arithmetic_revision(), err));
    TRY(stored_study(store, &old, err));
    if (old != NULL)
        TRY(study_take_version(study, old->version, err));
fail:
    study_destroy(&old);
    return err->code;
}

ErrCode run_open_study(RunState *run, Study *study, Err *err)
{
    const RunSettings *settings = run->settings;
    const int threads = settings->threads > 0 ? settings->threads : cpu_available_threads();
    char *path = file_join(settings->out, STORE_NAME);
    Store *store = NULL;
    uint64_t n_bytes = 0;
    if (path == NULL)
        return err_memory(err, strlen(settings->out));
    if (file_exists(path))
        TRY(file_size(path, &n_bytes, err));
    if (n_bytes > 0) { /* a crash may have left one of no bytes */
        TRY(store_open_waiting(&store, path, STORE_TO_READ, run_state_waits_for_store, run, err));
        TRY(take_from_store(study, store, err));
    }
    TRY(run_identity_choose(&study->data, store, settings, threads, err));
fail:
    store_close(&store);
    mem_free(path);
    return err->code;
}

/* Refuses to go on with a study whose finished trials would no longer be its own. */
static ErrCode check_same_study(RunState *run, Err *err)
{
    Study *old = NULL;
    Text diff = {0}, line = {0};
    bool may = true;
    TRY(stored_study(run->store, &old, err));
    if (old == NULL)
        return ERR_NONE;
    if (old->version != run->study->version) {
        (void)err_set(err, ERR_BUSY, "another run has just begun a study in '%s': run again",
                      run->settings->out);
        goto fail;
    }
    TRY(study_may_go_on(&may, &diff, old, run->study, err));
    if (!may) {
        join_lines(&line, &diff);
        (void)err_set(err, ERR_USAGE,
                      "'%s' holds trials of another study, use another --out; what differs: %s",
                      run->settings->out, text_string(&line));
    }
fail:
    study_destroy(&old);
    text_release(&diff);
    text_release(&line);
    return err->code;
}

static ErrCode open_store(RunState *run, Err *err)
{
    char *path = file_join(run->settings->out, STORE_NAME);
    if (path == NULL)
        return err_memory(err, strlen(run->settings->out));
    while (store_open_waiting(&run->store, path, STORE_TO_WRITE, run_state_waits_for_store, run,
                              err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            goto fail;
    TRY(store_trust(run->store, STORE_GROUND_RESULTS, err));
    TRY(check_same_study(run, err));
fail:
    mem_free(path);
    return err->code;
}

/* study.yaml is for people; the store has the same text, but for what comes of it here. */
static ErrCode write_study(RunState *run, Err *err)
{
    Text text = {0};
    text_printf(&text,
                "%s# in force with %" PRId64 " training images: ", text_string(&run->study_yaml),
                run->plan->n_train);
    recipe_in_force(&run->study->recipe, run->plan->n_train, &text);
    text_append_char(&text, '\n');
    TRY(text_ok(&text, err));
    while (dir_write(run->folder, "study.yaml", text.data, text.n_bytes, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            goto fail;
fail:
    text_release(&text);
    return err->code;
}

static ErrCode begin_run(RunState *run, Err *err)
{
    const char *command = run->settings->command != NULL ? run->settings->command : "";
    while (store_begin_run(run->store, command, run->provenance.host, proc_pid(), err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            return err->code;
    return ERR_NONE;
}

static double pending_seconds(const RunState *run)
{
    double sum = run_plan_search_seconds(run);
    for (size_t i = 0; i < run->n_trials; i++)
        if (run->trials[i].is_wanted && run->trials[i].status == STORE_PENDING)
            sum += run->trials[i].seconds;
    return sum / run->n_slots;
}

/* Before anything is put: what is refused leaves the store as it is. */
static ErrCode check_budget(const RunState *run, Err *err)
{
    char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES];
    const double budget = run->settings->time_budget_s;
    double seconds = 0;
    if (run_plan_seconds(run, &seconds, err) != ERR_NONE)
        return err->code;
    seconds = (seconds + run_plan_search_seconds(run)) / run->n_slots;
    if (budget > 0 && seconds > budget)
        return err_set(err, ERR_USAGE,
                       "the study is predicted to take %s, more than the budget of %s",
                       text_duration(a, seconds), text_duration(b, budget));
    return ERR_NONE;
}

static ErrCode make_slots(RunState *run, Err *err)
{
    const RunSettings *settings = run->settings;
    run->cores = settings->threads > 0 ? settings->threads : cpu_available_threads();
    run->n_slots = settings->jobs > 0 ? settings->jobs : run->cores;
    run->slots = mem_calloc((size_t)run->n_slots, sizeof *run->slots);
    run->running = mem_calloc((size_t)run->n_slots, sizeof *run->running);
    if (run->slots == NULL || run->running == NULL)
        return err_memory(err, (size_t)run->n_slots * sizeof *run->slots);
    if (settings->program == NULL)
        return proc_self_path(&run->program, err);
    run->program = mem_strdup(settings->program);
    return run->program != NULL ? ERR_NONE : err_memory(err, strlen(settings->program));
}

/* --retry names a trial. */
static ErrCode check_retry(const RunState *run, Err *err)
{
    Arena arena = {0};
    StoreTrials trials;
    bool is_there = run->settings->retry == 0;
    TRY(store_trials(run->store, &arena, &trials, err));
    for (size_t i = 0; i < trials.n && !is_there; i++)
        is_there = trials.items[i].number == run->settings->retry;
    if (!is_there)
        (void)err_set(err, ERR_USAGE, "there is no trial %" PRId64 " in '%s', see 'isoflop trials'",
                      run->settings->retry, run->settings->out);
fail:
    arena_release(&arena);
    return err->code;
}

ErrCode run_open(RunState *run, Err *err)
{
    provenance_collect(&run->provenance, run->settings->level);
    study_emit(run->study, &run->study_yaml);
    TRY(text_ok(&run->study_yaml, err));
    TRY(make_slots(run, err));
    TRY(plan_create(&run->plan, run->study, run->settings->data_root, run->cores, err));
    run->objective = study_objective(run->study, run->plan->target_macs);
    run->plan->n_jobs = run->n_slots;
    TRY(run_plan_check_only(run, err));
    TRY(dir_make(&run->folder, NULL, run->settings->out, err));
    TRY(leftovers_refuse_links(run->folder, err));
    TRY(run_open_lock(&run->lock, run->settings->out, err));
    TRY(open_store(run, err));
    TRY(check_retry(run, err));
    TRY(run_decide_begin(run, err));
    TRY(plan_predict(run->plan, run->settings->level, err));
    TRY(check_budget(run, err));
    TRY(run_plan_put(run, err));
    TRY(run_identity_record(run, err));
    TRY(write_study(run, err));
    TRY(begin_run(run, err));
    TRY(run_plan_read_trials(run, err));
    TRY(run_files_clean(run, err));
    TRY(run_files_check(run, err));
    TRY(run_sources_check(run, err));
    if (run->callbacks->planned != NULL) {
        const RunProgress progress = run_state_progress(run);
        run->callbacks->planned(run->callbacks->user, run->plan, &progress, pending_seconds(run));
    }
fail:
    return err->code;
}

void run_open_close(RunState *run)
{
    run_decide_close(run);
    mem_free(run->slots);
    mem_free(run->running);
    mem_free(run->trials);
    mem_free(run->program);
    plan_destroy(&run->plan);
    text_release(&run->study_yaml);
    text_release(&run->cause);
    store_close(&run->store);
    file_unlock(&run->lock);
    dir_close(&run->folder);
}
