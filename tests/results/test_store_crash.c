/*
 * A writer that is killed at any write, truncation or deletion of SQLite's loses nothing committed,
 * doubles nothing, and goes on to the same results as one that was left in peace (R1, R2).
 */
#include "tests/results/fixture.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "base/text.h"
#include "results/store.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { N_TRIALS = 3, MAX_KILLS = 4000 };

static int remove_folder(void **state)
{
    (void)state;
    fixture_remove();
    return 0;
}

/* Goes on with the study until N_TRIALS are done. What is done already is not run again. */
static ErrCode go_on(const char *path, Err *err)
{
    Store *store = NULL;
    Arena arena = {0};
    StoreTrials trials;
    const StoreNetwork network = {"n1", "net", "yaml", 32, 1, 1000, 10};
    const StorePoint point = {.part = "curves",
                              .figure = "fig3",
                              .series = "width",
                              .match = "none",
                              .nominal = {1, 1, 1},
                              .built = {1, 1, 1},
                              .trim = 1,
                              .x = 1,
                              .network = "n1",
                              .trial_digest = "t1",
                              .resolution = 32,
                              .macs = 1000,
                              .ratio = 1,
                              .naive_ratio = 1,
                              .status = "unmatched"};
    StorePlanned planned[N_TRIALS];
    for (int i = 0; i < N_TRIALS; i++)
        planned[i] = (StorePlanned){"t1", "n1", i + 1, FIXTURE_EPOCHS};
    const StorePlan plan = {.study = {"crash", "", "net", "set", "d", 2, 10, 5, 5, true, 1},
                            .revision = {.yaml = "y",
                                         .digest = "r1",
                                         .objective = "soft",
                                         .target_macs = 1,
                                         .baseline_macs = 1,
                                         .recipe = ""},
                            .networks = &network,
                            .n_networks = 1,
                            .points = &point,
                            .n_points = 1,
                            .trials = planned,
                            .n_trials = N_TRIALS};
    TRY(store_open(&store, path, err));
    TRY(store_put_plan(store, &plan, err));
    TRY(store_begin_run(store, "run", "host", 1, err));
    TRY(store_trials(store, &arena, &trials, err));
    for (size_t i = 0; i < trials.n; i++)
        if (trials.items[i].status != STORE_TRIAL_DONE)
            TRY(fixture_run_trial(store, trials.items[i].number, 50.0 + (double)i, err));
    arena_release(&arena);
    store_close(&store);
    return ERR_NONE;
fail:
    arena_release(&arena);
    store_close(&store);
    return err->code;
}

/* All that must be equal after a resume, as one text in `keep`. */
static const char *results_of(const char *path, Arena *arena)
{
    static const char *const queries[] = {"SELECT * FROM result",
                                          "SELECT id, digest, network, seed, status FROM trial",
                                          "SELECT part, series, network FROM current_point"};
    Err err = {0};
    Store *store = NULL;
    StoreDamage *damage;
    size_t n_damage = 0;
    Text text = {0};
    if (store_open_read(&store, path, &err) != ERR_NONE ||
        store_check(store, arena, &damage, &n_damage, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    if (n_damage)
        fail_msg("damaged: %s", damage[0].what);
    for (size_t q = 0; q < ARRAY_LEN(queries); q++) {
        StoreTable t;
        if (store_query(store, queries[q], NULL, arena, &t, &err) != ERR_NONE)
            fail_msg("%s", err.msg);
        for (size_t i = 0; i < t.n_rows * t.n_columns; i++)
            text_printf(&text, "%s|", t.cells[i] != NULL ? t.cells[i] : "NULL");
    }
    store_close(&store);
    const char *copy = arena_text(arena, text_string(&text));
    text_release(&text);
    return copy;
}

/* Runs go_on in a child that is killed at the k-th call of a kind; true if it was. */
static bool kill_at(const char *path, SysCallKind kind, long k, SysFaultAction action)
{
    const pid_t pid = fork();
    if (pid == 0) {
        Err err = {0};
        sysfault_arm(kind, k, action, 0);
        _exit(go_on(path, &err) == ERR_NONE ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status))
        return true;
    assert_int_equal(WEXITSTATUS(status), 0);
    return false;
}

/* Done trials of a store, -1 if there is none yet. */
static int count_done(const char *path)
{
    Err err = {0};
    Store *store = NULL;
    Arena arena = {0};
    StoreTrials trials;
    int n = 0;
    if (!file_exists(path))
        return -1;
    if (store_open_read(&store, path, &err) != ERR_NONE ||
        store_trials(store, &arena, &trials, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < trials.n; i++)
        n += trials.items[i].status == STORE_TRIAL_DONE;
    arena_release(&arena);
    store_close(&store);
    return n;
}

/* One fresh study per place where it is killed, then finished in peace. */
static void sweep(SysCallKind kind, SysFaultAction action, long step)
{
    Arena arena = {0};
    Err err = {0};
    int n_kills = 0;
    char path[FIXTURE_PATH_BYTES * 2];
    memcpy(path, fixture_path("crash.db"), strlen(fixture_path("crash.db")) + 1);
    if (file_remove(path, &err) != ERR_NONE || go_on(path, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    const char *undisturbed = results_of(path, &arena);
    for (long k = 1; k < MAX_KILLS; k += step) {
        assert_int_equal(file_remove(path, &err), ERR_NONE);
        if (!kill_at(path, kind, k, action))
            break;
        n_kills++;
        const int n_before = count_done(path);
        assert_true(n_before <= N_TRIALS);
        if (go_on(path, &err) != ERR_NONE)
            fail_msg("after a kill at call %ld: %s", k, err.msg);
        assert_int_equal(count_done(path), N_TRIALS);
        assert_string_equal(results_of(path, &arena), undisturbed);
        assert_int_equal(file_sweep_temporaries(fixture_folder(), &err), ERR_NONE);
    }
    assert_true(n_kills > 5); /* the sweep has swept something */
    arena_release(&arena);
}

static void test_killed_before_writes(void **state)
{
    (void)state;
    sweep(SYS_WRITE, SYS_DIE, 3);
}

static void test_killed_in_writes(void **state)
{
    (void)state;
    sweep(SYS_WRITE, SYS_SHORT_DIE, 4);
}

static void test_killed_at_deletions(void **state)
{
    (void)state;
    sweep(SYS_UNLINK, SYS_DIE, 1);
    sweep(SYS_UNLINK, SYS_DIE_AFTER, 1);
}

/* Killed again and again at growing distance on one store: work only ever grows. */
static void test_killed_repeatedly(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    int n_kills = 0, n_done = -1;
    char path[FIXTURE_PATH_BYTES * 2];
    memcpy(path, fixture_path("again.db"), strlen(fixture_path("again.db")) + 1);
    for (long k = 5; k < MAX_KILLS && kill_at(path, SYS_WRITE, k, SYS_DIE); k += 7, n_kills++) {
        const int n_now = count_done(path);
        assert_true(n_now >= n_done);
        n_done = n_now;
    }
    assert_true(n_kills > 2);
    assert_int_equal(go_on(path, &err), ERR_NONE);
    assert_int_equal(count_done(path), N_TRIALS);
    results_of(path, &arena);
    arena_release(&arena);
}

/* Negative control: with journal and page writes pretended, not made, the damage is noticed. */
static void test_lost_writes_are_noticed(void **state)
{
    (void)state;
    Err err = {0};
    Store *store = NULL;
    Arena arena = {0};
    StoreDamage *damage = NULL;
    size_t n_damage = 0;
    int n_noticed = 0, n_tried = 0;
    for (long k = 60; k < 200; k += 9, n_tried++) {
        char path[FIXTURE_PATH_BYTES * 2];
        memcpy(path, fixture_path("lost.db"), strlen(fixture_path("lost.db")) + 1);
        err = (Err){0};
        assert_int_equal(file_remove(path, &err), ERR_NONE);
        sysfault_arm(SYS_WRITE, k, SYS_SKIP, 0);
        const ErrCode code = go_on(path, &err);
        const bool fired = sysfault_fired();
        sysfault_clear();
        assert_true(fired);
        err = (Err){0};
        if (code != ERR_NONE || store_open_read(&store, path, &err) != ERR_NONE ||
            store_check(store, &arena, &damage, &n_damage, &err) != ERR_NONE || n_damage > 0)
            n_noticed++;
        store_close(&store);
        n_damage = 0;
    }
    assert_true(n_noticed > 0);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_writes), cmocka_unit_test(test_killed_in_writes),
        cmocka_unit_test(test_killed_at_deletions), cmocka_unit_test(test_killed_repeatedly),
        cmocka_unit_test(test_lost_writes_are_noticed)};
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
