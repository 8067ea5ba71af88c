/*
 * What status, show, trials and export answer from a damaged store: what they always answered, or a
 * refusal; the control is the same answers unguarded, of which many change.
 *
 * `test_store_trust long` changes the byte at every 97th place instead of every 1,999th, and asks
 * for every table and view each time instead of for one by turns.
 */
#include "tests/results/fixture.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "results/export.h"
#include "results/store_trust.h"
#include "results/trial_facts.h"
#include "results/under_way.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { FEW = 1499, MANY = 97, MAX_BYTES = 1 << 24, BITS = 8, PATH_BYTES = FIXTURE_PATH_BYTES * 2 };
enum { SHOWN_DONE = 2, SHOWN_RUNNING = 3 };

static size_t stride = FEW;

static int remove_folder(void **state)
{
    (void)state;
    fixture_remove();
    return 0;
}

/* --- answers: each is put into a text, after what guards it unless that is left out --- */

static ErrCode status(Store *store, bool is_guarded, Text *out, Err *err)
{
    Arena arena = {0};
    StoreStanding n;
    StoreResults study;
    if (is_guarded)
        TRY(store_trust(store, STORE_GROUND_STANDING, err));
    TRY(store_study(store, &arena, &study, err));
    TRY(store_standing(store, &n, err));
    text_printf(out, "%s %s %s %d %d %d", study.study.name, study.study.question,
                study.study.baseline, (int)n.n_points, (int)n.n_unfair, (int)n.n_trials);
    for (int s = 0; s < STORE_N_STATUSES; s++)
        text_printf(out, " %d", (int)n.n_by_status[s]);
    for (size_t i = 0; i < study.n_facts; i++)
        text_printf(out, " %s %s", study.facts[i].name, study.facts[i].text);
fail:
    arena_release(&arena);
    return err->code;
}

/* What status says in addition while a run holds the store, but for the pace. */
static ErrCode running(Store *store, bool is_guarded, Text *out, Err *err)
{
    enum { MAX_RUNNING = 16 };
    Arena arena = {0};
    UnderWay now;
    int64_t numbers[MAX_RUNNING];
    TRY(status(store, is_guarded, out, err));
    TRY(under_way_read(store, &arena, &now, err));
    for (size_t i = 0; i < now.n_trials && i < MAX_RUNNING; i++)
        numbers[i] = now.trials[i].trial;
    if (is_guarded)
        TRY(store_trust_running(store, numbers, now.n_trials < MAX_RUNNING ? now.n_trials : 0,
                                err));
    text_printf(out, "\n%.17g %.17g %.17g", now.all, now.left, now.longest);
    for (size_t i = 0; i < now.n_trials; i++) {
        const UnderWayTrial *t = &now.trials[i];
        text_printf(out, "\n%d %d %g %d %d %g %g %g %s %s %g %g %g", (int)t->trial, (int)t->seed,
                    t->macs, (int)t->epochs, (int)t->epoch, t->train_loss, t->val_top1, t->seconds,
                    t->point.figure, t->point.series, t->point.nominal[0], t->point.nominal[1],
                    t->point.nominal[2]);
    }
fail:
    arena_release(&arena);
    return err->code;
}

static ErrCode show(Store *store, int64_t trial, bool is_guarded, Text *out, Err *err)
{
    Arena arena = {0};
    TrialFacts facts[TRIAL_FACTS_SECTIONS];
    if (is_guarded) {
        TRY(store_trust(store, STORE_GROUND_STUDY, err));
        TRY(store_trust_trial(store, trial, err));
    }
    TRY(trial_facts_read(store, trial, &arena, facts, err));
    if (facts[0].table.n_rows == 0)
        err_set(err, ERR_USAGE, "no such trial");
    for (size_t i = 0; i < TRIAL_FACTS_SECTIONS; i++)
        for (size_t k = 0; k < facts[i].table.n_rows * facts[i].table.n_columns; k++)
            text_printf(out, "%s|", facts[i].table.cells[k]);
fail:
    arena_release(&arena);
    return err->code;
}

static ErrCode put_trial(void *user, const StoreTrial *t, Err *err)
{
    text_printf(user, "%d %s %s %d %d %d %d %d %s %d %d %d %.17g %.17g\n", (int)t->number,
                t->digest, t->network, (int)t->seed, (int)t->status, (int)t->is_listed,
                (int)t->n_attempts, (int)t->n_counted, t->reason, (int)t->macs, (int)t->epochs,
                (int)t->n_epochs, t->val_top1, t->test_top1);
    return text_ok(user, err);
}

static ErrCode trials(Store *store, bool is_guarded, Text *out, Err *err)
{
    Arena arena = {0};
    StoreResults results;
    if (is_guarded)
        TRY(store_trust(store, STORE_GROUND_TRIALS, err));
    TRY(store_points(store, &arena, &results, err));
    for (size_t i = 0; i < results.n_points; i++)
        text_printf(out, "%s %s %s\n", results.points[i].point.figure,
                    results.points[i].point.series, results.points[i].point.trial_digest);
    TRY(store_each_trial(store, put_trial, out, err));
fail:
    arena_release(&arena);
    return err->code;
}

static ErrCode exported(Store *store, const char *name, bool is_guarded, Text *out, Err *err)
{
    if (is_guarded) {
        TRY(store_trust(store, STORE_GROUND_STUDY, err));
        TRY(store_trust_rows(store, name, err));
    }
    TRY(export_csv(store, name, out, NULL, NULL, err));
fail:
    return err->code;
}

enum { STATUS, RUNNING, SHOW, SHOW_RUNNING, TRIALS, TABLE, EXPORT };

/* The which-th answer to somebody who opens the store: a text, or NULL for an error. */
static char *answer(const char *path, size_t which, bool is_guarded)
{
    Err err = {0};
    Text out = {0};
    Store *store = NULL;
    char *all = NULL;
    TRY(store_open_read(&store, path, &err));
    if (which == STATUS)
        TRY(status(store, is_guarded, &out, &err));
    else if (which == RUNNING)
        TRY(running(store, is_guarded, &out, &err));
    else if (which == SHOW)
        TRY(show(store, SHOWN_DONE, is_guarded, &out, &err));
    else if (which == SHOW_RUNNING)
        TRY(show(store, SHOWN_RUNNING, is_guarded, &out, &err));
    else if (which == TRIALS)
        TRY(trials(store, is_guarded, &out, &err));
    else if (which == TABLE)
        TRY(exported(store, EXPORT_TABLE, is_guarded, &out, &err));
    else
        TRY(exported(store, export_names[which - EXPORT], is_guarded, &out, &err));
    TRY(text_take(&out, &all, &err));
fail:
    text_release(&out);
    store_close(&store);
    return all;
}

enum { N_ANSWERS = EXPORT + 23 };

/* --- a study under way --- */

/* Trials are done, running in their second epoch (after a failed attempt), and pending. */
static void make_store(char path[PATH_BYTES])
{
    Err err = {0};
    Store *store = NULL;
    int64_t attempt = 0;
    Arena arena = {0};
    StoreTrials all;
    const Fixture planned = {.n_seeds = 2, .is_planned_only = true, .has_table = true};
    const StoreArtifact weights = {"weights", "trials/000001/weights.safetensors", 4,
                                   "00112233445566778899aabbccddeeff"};
    const StoreFinish finish = {.val_top1 = 40.5,
                                .test_top1 = 39.5,
                                .first_bad_step = -1,
                                .artifacts = &weights,
                                .n_artifacts = 1};
    const StoreAttemptEnd killed = {
        .reason = "killed", .detail = "by signal 9", .is_counted = true};
    const StoreAttempt begin = {.environment = {.version = "1", .host = "here"}, .threads = 1};
    snprintf(path, PATH_BYTES, "%s", fixture_path("trust.db"));
    assert_int_equal(store_open(&store, path, &err), ERR_NONE);
    assert_int_equal(fixture_fill(store, &planned, &err), ERR_NONE);
    assert_int_equal(store_begin_run(store, "isoflop run", "here", 1, &err), ERR_NONE);
    assert_int_equal(store_trials(store, &arena, &all, &err), ERR_NONE);
    const int64_t n = (int64_t)all.n, last[] = {n / 2, n}; /* a network of the table, both seeds */
    arena_release(&arena);
    for (int i = 0; i < 2; i++)
        assert_int_equal(fixture_run_trial(store, last[i], 50.0, &err), ERR_NONE);
    for (int64_t trial = 1; trial <= 12; trial++) {
        const int n_epochs = trial % 3 == 0 ? 2 : trial % 5 == 0 ? 1 : FIXTURE_EPOCHS;
        assert_int_equal(store_begin_attempt(store, trial, &begin, &attempt, &err), ERR_NONE);
        for (int e = 1; e <= n_epochs; e++) {
            const Epoch epoch = {.epoch = e, .train_loss = 2.0 / e, .val_top1 = 10.0 * e};
            assert_int_equal(store_put_epoch(store, trial, attempt, &epoch, &err), ERR_NONE);
        }
        if (n_epochs == FIXTURE_EPOCHS)
            assert_int_equal(store_accept(store, trial, attempt, &finish, &err), ERR_NONE);
        else if (n_epochs == 2) {
            assert_int_equal(store_end_attempt(store, trial, attempt, &killed, &err), ERR_NONE);
            assert_int_equal(store_begin_attempt(store, trial, &begin, &attempt, &err), ERR_NONE);
        }
    }
    store_close(&store);
}

static void put_byte(int fd, size_t at, char byte)
{
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
}

/* Changes a bit at places all over the file. */
static void no_answer_changes(void **state)
{
    (void)state;
    Err err = {0};
    char path[PATH_BYTES], *bytes = NULL, *sound[N_ANSWERS];
    size_t n_bytes = 0, n_flips = 0, n_refused = 0, n_unguarded = 0;
    make_store(path);
    for (size_t i = 0; i < N_ANSWERS; i++)
        assert_non_null(sound[i] = answer(path, i, true));
    assert_null(export_names[N_ANSWERS - EXPORT]);
    assert_int_equal(file_read(path, MAX_BYTES, &bytes, &n_bytes, &err), ERR_NONE);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t at = 24; at < n_bytes; at += stride, n_flips++) {
        put_byte(fd, at, (char)(bytes[at] ^ (1 << n_flips % BITS)));
        for (size_t i = 0; i < N_ANSWERS; i++) {
            if (stride == FEW && i >= EXPORT && i != EXPORT + n_flips % (N_ANSWERS - EXPORT))
                continue;
            char *guarded = answer(path, i, true), *open_to_all = answer(path, i, false);
            if (guarded != NULL && strcmp(guarded, sound[i]) != 0)
                fail_msg("answer %zu after a change at byte %zu is another one", i, at);
            n_refused += guarded == NULL;
            n_unguarded += open_to_all != NULL && strcmp(open_to_all, sound[i]) != 0;
            mem_free(guarded);
            mem_free(open_to_all);
        }
        put_byte(fd, at, bytes[at]);
    }
    close(fd);
    print_message("%zu flips: %zu answers refused, %zu would have been others\n", n_flips,
                  n_refused, n_unguarded);
    assert_true(n_unguarded > 0 && n_refused >= n_unguarded);
    for (size_t i = 0; i < N_ANSWERS; i++)
        mem_free(sound[i]);
    mem_free(bytes);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_answer_changes)};
    if (argc > 1 && strcmp(argv[1], "long") == 0)
        stride = MANY;
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
