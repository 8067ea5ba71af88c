/* The store's life: what is put comes back, repeats change nothing, contradictions are errors. */
#include "tests/results/fixture.h"

#include "base/clock.h"
#include "results/export.h"
#include "results/store.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static const Fixture two_seeds = {.n_seeds = 2, .noise = 0.8, .has_diverged = true};

#define ok(call)                                                                                   \
    do {                                                                                           \
        if ((call) != ERR_NONE)                                                                    \
            fail_msg("%s", err.msg);                                                               \
    } while (0)

static int remove_folder(void **state)
{
    (void)state;
    fixture_remove();
    return 0;
}

/* A query's answer as one text. */
static const char *dump(Store *store, const char *sql, Arena *arena)
{
    Err err = {0};
    StoreTable t = {0};
    Text text = {0};
    ok(store_query(store, sql, NULL, arena, &t, &err));
    for (size_t i = 0; i < t.n_rows * t.n_columns; i++)
        text_printf(&text, "%s%c", t.cells[i] != NULL ? t.cells[i] : "NULL",
                    i % t.n_columns == t.n_columns - 1 ? '\n' : '|');
    const char *copy = arena_text(arena, text_string(&text));
    text_release(&text);
    return copy;
}

/* Statuses, epochs, artifacts, facts and results are those put, also after closing. */
static void test_round_trip(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *store = NULL;
    StoreTrials trials;
    StoreResults results;
    StoreFact fact;
    bool there = false;
    ok(store_open(&store, fixture_path("round.db"), &err));
    ok(fixture_fill(store, &two_seeds, &err));
    store_close(&store);
    ok(store_open_read(&store, fixture_path("round.db"), &err));
    ok(store_trials(store, &arena, &trials, &err));
    assert_true(trials.n > 50);
    assert_int_equal(trials.items[0].number, 1);
    assert_int_equal(trials.items[0].status, STORE_TRIAL_DIVERGED);
    assert_true(isnan(trials.items[0].val_top1));
    assert_int_equal(trials.items[1].status, STORE_TRIAL_DONE);
    assert_int_equal(trials.items[1].n_epochs, FIXTURE_EPOCHS);
    static const char epoch[] = "SELECT train_loss FROM epoch WHERE trial = 2 AND epoch = 2";
    static const char artifact[] = "SELECT path FROM artifact WHERE trial = 2";
    assert_string_equal(dump(store, epoch, &arena), "1.8\n");
    assert_string_equal(dump(store, artifact, &arena), "trials/000002/weights.safetensors\n");
    ok(store_results(store, &arena, &results, &err));
    assert_string_equal(results.study.name, "made-up");
    assert_int_equal(results.points[0].n_seeds, 2);
    assert_int_equal(results.points[0].seeds[1].seed, 2);
    assert_true(isnan(results.points[0].point.naive_ratio) == 0);
    ok(store_fact(store, "grid/winner", &arena, &fact, &there, &err));
    assert_true(there && fact.value[0] >= 1.0);
    ok(store_fact(store, "no such", &arena, &fact, &there, &err));
    assert_false(there);
    arena_release(&arena);
    store_close(&store);
}

/* What the store counts is what one counts in its trials and points; less is read with less. */
static void test_standing(void **state)
{
    (void)state;
    Store *store = NULL;
    Arena arena = {0};
    Err err = {0};
    StoreTrials trials;
    StoreResults results, points, study;
    StoreStanding standing, counted = {0};
    const Fixture fixture = {.n_seeds = 2, .has_diverged = true};
    ok(store_open(&store, fixture_path("standing.db"), &err));
    ok(fixture_fill(store, &fixture, &err));
    ok(store_standing(store, &standing, &err));
    ok(store_trials(store, &arena, &trials, &err));
    ok(store_results(store, &arena, &results, &err));
    ok(store_points(store, &arena, &points, &err));
    ok(store_study(store, &arena, &study, &err));
    for (size_t i = 0; i < trials.n; i++) {
        counted.n_trials += trials.items[i].is_listed;
        counted.n_by_status[trials.items[i].status] += trials.items[i].is_listed;
    }
    counted.n_points = (int64_t)results.n_points;
    for (size_t i = 0; i < results.n_points; i++)
        counted.n_unfair += strcmp(results.points[i].point.status, "unfair") == 0;
    assert_true(counted.n_trials > 50 && counted.n_unfair > 0);
    assert_memory_equal(&standing, &counted, sizeof(standing));
    assert_int_equal(points.n_points, results.n_points);
    assert_int_equal(points.points[0].n_seeds, 0);
    assert_int_equal(study.n_points, 0);
    assert_int_equal(study.n_facts, results.n_facts);
    assert_string_equal(study.revision.yaml, results.revision.yaml);
    arena_release(&arena);
    store_close(&store);
}

/* Is some table read from one end to the other for this? */
static bool scans(Store *store, const char *sql, Arena *arena)
{
    StoreTable plan;
    Err err = {0};
    bool found = false;
    ok(store_query(store, sql, NULL, arena, &plan, &err));
    assert_true(plan.n_rows > 0);
    for (size_t r = 0; r < plan.n_rows; r++)
        found = found || strncmp(plan.cells[r * plan.n_columns + plan.n_columns - 1], "SCAN ",
                                 strlen("SCAN ")) == 0;
    return found;
}

/*
 * One trial, and the trials of each point, are found by keys, so that a study of a hundred thousand
 * trials is read in time. The control is a question for which there is no key.
 */
static void test_no_full_scans(void **state)
{
    (void)state;
    Store *store = NULL;
    Arena arena = {0};
    Err err = {0};
    ok(store_open(&store, fixture_path("scans.db"), &err));
    ok(fixture_fill(store, &two_seeds, &err));
    assert_false(scans(store, "EXPLAIN QUERY PLAN SELECT * FROM measured", &arena));
    assert_false(scans(store, "EXPLAIN QUERY PLAN SELECT * FROM trial WHERE id = 7", &arena));
    assert_false(scans(store, "EXPLAIN QUERY PLAN SELECT * FROM result WHERE trial = 7", &arena));
    assert_true(scans(store, "EXPLAIN QUERY PLAN SELECT * FROM point WHERE x = 2.0", &arena));
    arena_release(&arena);
    store_close(&store);
}

/*
 * The same plan again changes nothing; more seeds add trials behind the old numbers, and what only
 * comes behind what is listed joins the newest revision.
 */
static void test_going_on(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *store = NULL;
    const Fixture one = {.n_seeds = 1, .is_planned_only = true};
    const Fixture three = {.n_seeds = 3, .is_planned_only = true};
    ok(store_open(&store, fixture_path("on.db"), &err));
    ok(fixture_fill(store, &one, &err));
    const char *before = dump(store, "SELECT * FROM planned", &arena);
    const char *revisions = dump(store, "SELECT count(*) FROM revision", &arena);
    ok(fixture_fill(store, &one, &err));
    assert_string_equal(dump(store, "SELECT * FROM planned", &arena), before);
    assert_string_equal(dump(store, "SELECT count(*) FROM revision", &arena), revisions);
    ok(fixture_fill(store, &three, &err));
    const char *after = dump(store, "SELECT * FROM planned", &arena);
    assert_memory_equal(after, before, strlen(before));
    assert_true(strlen(after) > 2 * strlen(before));
    assert_string_equal(dump(store, "SELECT count(*) FROM revision", &arena), revisions);
    ok(fixture_fill(store, &one, &err)); /* fewer seeds: unfinished others are no longer listed */
    assert_string_equal(dump(store, "SELECT count(*) FROM planned", &arena),
                        dump(store, "SELECT 3 * count(*) FROM planned WHERE seed = 1", &arena));
    assert_string_equal(dump(store, "SELECT DISTINCT seed FROM trial WHERE is_listed", &arena),
                        "1\n");
    arena_release(&arena);
    store_close(&store);
}

/*
 * A plan of one seed after a study of two has finished: both stay listed at its points, with what
 * diverged; an exact plan lists its own alone, and a plain one after that has both again.
 */
static void test_fewer_seeds_take_nothing_away(void **state)
{
    (void)state;
    static const char listed[] = "SELECT seed, status, count(*) FROM trial WHERE is_listed "
                                 "GROUP BY seed, status ORDER BY seed, status";
    Err err = {0};
    Arena arena = {0};
    Store *store = NULL;
    StoreResults results;
    const Fixture one = {.n_seeds = 1, .is_planned_only = true};
    const Fixture exact = {.n_seeds = 1, .is_planned_only = true, .is_exact = true};
    ok(store_open(&store, fixture_path("fewer.db"), &err));
    ok(fixture_fill(store, &two_seeds, &err));
    const char *both = dump(store, listed, &arena);
    const char *revisions = dump(store, "SELECT count(*) FROM revision", &arena);
    ok(fixture_fill(store, &one, &err));
    assert_string_equal(dump(store, listed, &arena), both);
    assert_string_equal(dump(store, "SELECT count(*) FROM revision", &arena), revisions);
    ok(fixture_fill(store, &exact, &err));
    assert_string_equal(dump(store, "SELECT DISTINCT seed FROM measured", &arena), "1\n");
    ok(fixture_fill(store, &one, &err));
    assert_string_equal(dump(store, listed, &arena), both);
    ok(store_results(store, &arena, &results, &err));
    for (size_t i = 0; i < results.n_points; i++)
        if (results.points[i].point.trial_digest != NULL)
            assert_int_equal(results.points[i].n_seeds, 2);
    arena_release(&arena);
    store_close(&store);
}

/*
 * A seed that a part keeps to itself is seen at its points alone, and they see no other, although
 * they share networks with the curves; the same plan again changes nothing.
 */
static void test_own_seeds(void **state)
{
    (void)state;
    static const char seeds_of[] = "SELECT DISTINCT seed FROM measured WHERE part = 'family'";
    static const char others[] = "SELECT DISTINCT seed FROM measured WHERE part <> 'family'";
    Err err = {0};
    Arena arena = {0};
    Store *store = NULL;
    StoreResults results;
    const Fixture own = {.n_seeds = 3, .noise = 0.8, .family_seed = 2};
    const Fixture again = {.n_seeds = 3, .family_seed = 2, .is_planned_only = true};
    ok(store_open(&store, fixture_path("own.db"), &err));
    ok(fixture_fill(store, &own, &err));
    ok(fixture_fill(store, &again, &err));
    assert_string_equal(dump(store, seeds_of, &arena), "2\n");
    assert_string_equal(dump(store, others, &arena), "1\n3\n");
    assert_string_equal(dump(store, "SELECT count(*) FROM own_seed", &arena), "1\n");
    ok(store_results(store, &arena, &results, &err));
    for (size_t i = 0; i < results.n_points; i++)
        if (results.points[i].point.trial_digest != NULL)
            assert_int_equal(results.points[i].n_seeds,
                             strcmp(results.points[i].point.part, "family") == 0 ? 1 : 2);
    arena_release(&arena);
    store_close(&store);
}

/* Attempts: running, crashed with their run, counted until the trial has failed. */
static void test_attempts(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *store = NULL;
    const Fixture one = {.n_seeds = 1, .is_planned_only = true};
    const StoreAttempt begin = {.threads = 2, .pid = 7};
    StoreAttemptEnd end = {.reason = "killed",
                           .is_counted = true,
                           .last_step = 40,
                           .checkpoint_step = 30,
                           .seconds = 1.0};
    int64_t attempt = 0;
    static const char status[] =
        "SELECT status, n_attempts, n_counted, reason FROM trial WHERE id = 1";
    ok(store_open(&store, fixture_path("attempts.db"), &err));
    ok(fixture_fill(store, &one, &err));
    assert_string_equal(dump(store, status, &arena), "pending|0|0|NULL\n");
    ok(store_begin_run(store, "run", "host", 1, &err));
    ok(store_begin_attempt(store, 1, &begin, &attempt, &err));
    assert_int_equal(attempt, 1);
    assert_string_equal(dump(store, status, &arena), "running|1|0|NULL\n");
    ok(store_begin_run(store, "run", "host", 2, &err)); /* the first one crashed */
    assert_string_equal(dump(store, status, &arena), "pending|1|0|NULL\n");
    for (int i = 1; i <= STORE_ATTEMPTS; i++) {
        ok(store_begin_attempt(store, 1, &begin, &attempt, &err));
        assert_int_equal(attempt, i + 1);
        ok(store_end_attempt(store, 1, attempt, &end, &err));
        assert_string_equal(dump(store, "SELECT status FROM trial WHERE id = 1", &arena),
                            i < STORE_ATTEMPTS ? "pending\n" : "failed\n");
    }
    end.is_counted = false;
    ok(store_begin_attempt(store, 2, &begin, &attempt, &err));
    end.reason = "stopped";
    ok(store_end_attempt(store, 2, attempt, &end, &err));
    ok(store_end_attempt(store, 2, attempt, &end, &err)); /* said again */
    assert_string_equal(dump(store, "SELECT status, reason FROM trial WHERE id = 2", &arena),
                        "pending|stopped\n");
    arena_release(&arena);
    store_close(&store);
}

/* A resumed worker's lines: missing ones are put, equal ones fine, different ones an error. */
static void test_epochs_again(void **state)
{
    (void)state;
    Err err = {0};
    Store *store = NULL;
    const Fixture one = {.n_seeds = 1, .is_planned_only = true};
    const StoreAttempt begin = {.threads = 1};
    Epoch lines[3] = {{1, 2.0, 2.1, 20.0, 0.1, 1.0, 100.0},
                      {2, (double)NAN, (double)INFINITY, 10.0, 0.1, 1.0, 100.0},
                      {3, 1.5, 1.6, 30.0, 0.1, 1.0, 100.0}};
    int64_t attempt = 0;
    ok(store_open(&store, fixture_path("again.db"), &err));
    ok(fixture_fill(store, &one, &err));
    ok(store_begin_run(store, "run", "host", 1, &err));
    ok(store_begin_attempt(store, 1, &begin, &attempt, &err));
    ok(store_put_epochs(store, 1, attempt, lines, 2, &err));
    ok(store_begin_attempt(store, 1, &begin, &attempt, &err));
    lines[0].seconds = 9.0; /* durations are not results */
    ok(store_put_epochs(store, 1, attempt, lines, 3, &err));
    lines[2].val_top1 = 30.000001;
    assert_int_equal(store_put_epoch(store, 1, attempt, &lines[2], &err), ERR_DATA);
    assert_non_null(strstr(err.msg, "another val_top1 for epoch 3"));
    store_close(&store);
}

/* A trial finishes once: the same again is fine, another result is an error and changes nothing. */
static void test_accept_once(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *store = NULL;
    StoreDamage *damage;
    size_t n = 0;
    const Fixture one = {.n_seeds = 1, .is_planned_only = true};
    ok(store_open(&store, fixture_path("once.db"), &err));
    ok(fixture_fill(store, &one, &err));
    ok(store_begin_run(store, "run", "host", 1, &err));
    ok(fixture_run_trial(store, 1, 50.0, &err));
    const char *before = dump(store, "SELECT * FROM result WHERE trial = 1", &arena);
    ok(fixture_run_trial(store, 1, 50.0, &err));
    assert_int_equal(fixture_run_trial(store, 1, 51.0, &err), ERR_DATA);
    assert_string_equal(dump(store, "SELECT * FROM result WHERE trial = 1", &arena), before);
    err = (Err){0};
    ok(store_check(store, &arena, &damage, &n, &err));
    assert_int_equal(n, 0);
    arena_release(&arena);
    store_close(&store);
}

/* Another study, data set or arithmetic in the same file is refused by name. */
static void test_other_study(void **state)
{
    (void)state;
    Err err = {0};
    Store *store = NULL;
    const Fixture one = {.n_seeds = 1, .is_planned_only = true};
    const Fixture other = {.n_seeds = 1, .is_planned_only = true, .name = "other"};
    ok(store_open(&store, fixture_path("other.db"), &err));
    ok(fixture_fill(store, &one, &err));
    assert_int_equal(fixture_fill(store, &other, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "another name"));
    const StorePlan later = {.study = {.name = "made-up", .arithmetic = 2}};
    err = (Err){0};
    assert_int_equal(store_put_plan(store, &later, &err), ERR_USAGE);
    store_close(&store);
}

/* Queries only read; score and half90 are there. */
static double half(double top1, double macs, const void *context)
{
    return top1 * *(const double *)context + 0.0 * macs;
}

static void test_queries(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *store = NULL;
    StoreTable t;
    static const double factor = 0.5;
    ok(store_open(&store, fixture_path("queries.db"), &err));
    assert_int_equal(store_query(store, "DELETE FROM fact", NULL, &arena, &t, &err), ERR_INTERNAL);
    err = (Err){0};
    ok(store_set_score(store, half, &factor, &err));
    assert_string_equal(dump(store, "SELECT score(70, 5)", &arena), "35\n");
    /* 4 -+ t(0.95, 2) / sqrt(3): the half width of 3, 4, 5, printed to four places. */
    assert_string_equal(
        dump(store, "SELECT printf('%.4f', half90(column1)) FROM (VALUES (3), (4), (5))", &arena),
        "1.6859\n");
    assert_string_equal(dump(store, "SELECT half90(column1) FROM (VALUES (3), (4))", &arena),
                        "NULL\n");
    arena_release(&arena);
    store_close(&store);
}

/* A reader sees the state before an open transaction and does not stop the writer. */
static void test_reader_beside_writer(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *writer = NULL, *reader = NULL;
    const Fixture one = {.n_seeds = 1, .is_planned_only = true};
    ok(store_open(&writer, fixture_path("both.db"), &err));
    ok(fixture_fill(writer, &one, &err));
    ok(store_open_read(&reader, fixture_path("both.db"), &err));
    ok(store_begin_run(writer, "run", "host", 1, &err));
    ok(fixture_run_trial(writer, 1, 50.0, &err));
    assert_string_equal(dump(reader, "SELECT status FROM trial WHERE id = 1", &arena), "done\n");
    ok(fixture_run_trial(writer, 2, 50.0, &err));
    assert_string_equal(dump(reader, "SELECT status FROM trial WHERE id = 2", &arena), "done\n");
    arena_release(&arena);
    store_close(&reader);
    store_close(&writer);
}

/* While another process holds the store for a moment, the writer waits and then goes on. */
static void test_writer_waits(void **state)
{
    (void)state;
    enum { HOLD_NS = 300 * 1000 * 1000 };
    Err err = {0};
    Store *store = NULL;
    int ready[2];
    char go = 0;
    const StoreFact fact = {.name = "late"};
    char path[FIXTURE_PATH_BYTES * 2];
    snprintf(path, sizeof(path), "%s", fixture_path("busy.db"));
    ok(store_open(&store, path, &err));
    store_close(&store);
    assert_int_equal(pipe(ready), 0);
    const pid_t pid = fork();
    if (pid == 0) { /* the lock a committing client of SQLite holds on its reserved byte */
        const struct flock lock = {
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000001, .l_len = 1};
        const int fd = open(path, O_RDWR);
        if (fcntl(fd, F_SETLK, &lock) != 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        clock_sleep_ns(HOLD_NS);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &go, 1), 1);
    ok(store_open(&store, path, &err));
    /* a store that did not wait would say that it is locked */
    ok(store_put_fact(store, &fact, &err));
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    store_close(&store);
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip),
                                       cmocka_unit_test(test_standing),
                                       cmocka_unit_test(test_no_full_scans),
                                       cmocka_unit_test(test_going_on),
                                       cmocka_unit_test(test_fewer_seeds_take_nothing_away),
                                       cmocka_unit_test(test_own_seeds),
                                       cmocka_unit_test(test_attempts),
                                       cmocka_unit_test(test_epochs_again),
                                       cmocka_unit_test(test_accept_once),
                                       cmocka_unit_test(test_other_study),
                                       cmocka_unit_test(test_queries),
                                       cmocka_unit_test(test_reader_beside_writer),
                                       cmocka_unit_test(test_writer_waits)};
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
