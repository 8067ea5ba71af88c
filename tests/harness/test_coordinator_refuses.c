/*
 * tests/harness/test_coordinator_refuses.c: what a run refuses it leaves as it was, to the byte;
 * what it gives up, or a rest, is begun again when asked; what does not matter changes nothing.
 */
#include "tests/harness/faultrun.h"
#include "tests/harness/micro.h"

#include "base/file.h"
#include "base/sys.h"
#include "results/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdlib.h>

enum { EXIT_REFUSED = 2 };

/* --- another arithmetic --- */

static int revisions_later; /* than that of this build */

ErrCode __real_store_put_plan(Store *store, const StorePlan *plan, Err *err);
ErrCode __wrap_store_put_plan(Store *store, const StorePlan *plan, Err *err);

/* The linker puts it in the other one's place (--wrap). */
ErrCode __wrap_store_put_plan(Store *store, const StorePlan *plan, Err *err)
{
    StorePlan later = *plan;
    later.study.arithmetic += revisions_later;
    return __real_store_put_plan(store, &later, err);
}

static void change_arithmetic(void)
{
    revisions_later = 1;
}

/* --- refusals --- */

/* The files of a study that a refused run must not touch. */
typedef struct Files {
    char *bytes[2];
    size_t n_bytes[2];
} Files;

static Files read_files(const char *out)
{
    static const char *const names[] = {"study.db", "study.yaml"};
    Files files;
    Err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char *path = file_join(out, names[i]);
        assert_int_equal(file_read(path, MAX_OUTPUT, &files.bytes[i], &files.n_bytes[i], &err),
                         ERR_NONE);
        mem_free(path);
    }
    return files;
}

static bool is_same(const Files *a, const Files *b)
{
    bool all = true;
    for (size_t i = 0; i < ARRAY_LEN(a->bytes); i++)
        all = all && a->n_bytes[i] == b->n_bytes[i] &&
              memcmp(a->bytes[i], b->bytes[i], a->n_bytes[i]) == 0;
    return all;
}

static void release_files(Files *files)
{
    for (size_t i = 0; i < ARRAY_LEN(files->bytes); i++)
        mem_free(files->bytes[i]);
}

/*
 * Over the budget, another study, another arithmetic, a trial that there is not: exit 2 with the
 * cause, and store and study.yaml are those of before. A run that is not refused changes the store.
 */
static void a_refused_run_changes_nothing(void **state)
{
    (void)state;
    char *out = micro_path("refused");
    static const char *const only[] = {"--only", "curves", NULL};
    const RunSettings plain = {.out = out};
    const struct {
        FaultRun run;
        const char *words;
    } cases[] = {
        {{.settings = {.out = out, .time_budget_s = 0.001}, .sets = {"seeds=[1,2,3,4,5,6]"}},
         "more than the budget of"},
        {{.settings = plain, .sets = {"recipe.epochs=3"}}, "what differs: recipe.epochs: 2 -> 3"},
        {{.settings = plain, .begin = change_arithmetic}, "another arithmetic"},
        {{.settings = {.out = out, .retry = 99}}, "there is no trial 99"},
    };
    assert_int_equal(micro_run(out, only, NULL), 0);
    Files before = read_files(out);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Text said = {0};
        assert_int_equal(faultrun(&cases[i].run, &said), EXIT_REFUSED);
        micro_assert_said(&said, cases[i].words);
        Files after = read_files(out);
        assert_true(is_same(&before, &after));
        release_files(&after);
        text_release(&said);
    }
    assert_int_equal(micro_run(out, NULL, NULL), 0);
    Files after = read_files(out);
    assert_false(is_same(&before, &after));
    release_files(&before);
    release_files(&after);
    micro_assert_as_expected(out);
    mem_free(out);
}

/* A key that the recipe does not use, rms_decay under sgd, makes no new trial and no new digest. */
static void an_unused_key_changes_nothing(void **state)
{
    (void)state;
    static const char *const unused[] = {"--set", "recipe.rms_decay=0.5", NULL};
    char *out = micro_path("whole");
    const size_t n_attempts = micro_count(out, "SELECT * FROM attempt");
    assert_int_equal(micro_run(out, unused, NULL), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt"), n_attempts);
    assert_int_equal(micro_count(out, "SELECT * FROM planned"), micro.n_trials);
    assert_int_equal(micro_count(out, "SELECT DISTINCT digest, seed FROM planned"), micro.n_trials);
    micro_assert_as_expected(out);
    mem_free(out);
}

/* --- once more --- */

/*
 * Two trials are given up. --retry begins the one that it names again, --retry-failed the other;
 * what happened to them before stays recorded.
 */
static void trials_are_begun_again_when_asked(void **state)
{
    (void)state;
    static const char script[] = LAUNCHER_BEGIN "[ $trial -gt 2 ] || " LAUNCHER_FAILS LAUNCHER_END;
    static const char failed[] = "SELECT * FROM trial WHERE status = 'failed'";
    static const char *const facts[] = {
        "SELECT trial, attempt, reason, detail, is_counted, ended_utc FROM attempt_end WHERE "
        "is_counted ORDER BY trial, attempt",
        NULL};
    static const char *const one[] = {"--retry", "2", NULL};
    static const char *const rest[] = {"--retry-failed", NULL};
    /* of both networks of the grid, not of what was left after the failures */
    static const char newest_fact[] =
        "SELECT * FROM fact WHERE name = 'grid/winner' AND text LIKE '%best of 2%' AND number = "
        "(SELECT max(number) FROM fact f WHERE f.name = 'grid/winner')";
    Text launcher = {0}, before = {0}, after = {0};
    char *out = micro_path("again"), *path = micro_launcher("fails.sh", script, &launcher);
    const char *const more[] = {"--launcher", text_string(&launcher), "--jobs", "1", NULL};
    assert_int_equal(micro_run(out, more, NULL), 3);
    assert_int_equal(micro_count(out, failed), 2);
    micro_dump_queries(out, facts, &before);
    assert_int_equal(micro_run(out, one, NULL), 3);
    assert_int_equal(micro_count(out, failed), 1);
    assert_int_equal(
        micro_count(out, "SELECT * FROM trial WHERE id = 2 AND status = 'done' AND n_counted = 3"),
        1);
    for (int again = 0; again < 2; again++) { /* and once more from what it left */
        assert_int_equal(micro_run(out, again ? NULL : rest, NULL), 0);
        assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status <> 'done'"), 0);
        micro_assert_results(out);
    }
    assert_int_equal(micro_count(out, newest_fact), 1);
    micro_dump_queries(out, facts, &after);
    assert_string_equal(text_string(&before), text_string(&after));
    text_release(&before);
    text_release(&after);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

/*
 * The only trial dies before its first step, three times: it stays pending, exit 1, and the message
 * says how many wait, what to do, and what the process said last.
 */
static void a_lone_trial_rests_with_its_cause(void **state)
{
    (void)state;
    static const char script[] = "echo 'no such partition: gpu' >&2\nexit 1\n";
    Text launcher = {0}, said = {0};
    char *out = micro_path("lone"), *path = micro_launcher("refuses.sh", script, &launcher);
    const char *const more[] = {"--launcher", text_string(&launcher), "--only", "curves", NULL};
    assert_int_equal(micro_run(out, more, &said), 1);
    micro_assert_said(&said, "1 trial could not be trained here, to stay pending; mend this and "
                             "run again: trial 3 exited (status 1: no such partition: gpu)");
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status <> 'pending'"), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM attempt_end WHERE NOT is_counted"),
                     STORE_ATTEMPTS);
    assert_int_equal(micro_run(out, NULL, NULL), 0);
    micro_assert_as_expected(out);
    text_release(&said);
    text_release(&launcher);
    mem_free(path);
    mem_free(out);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_run_changes_nothing),
        cmocka_unit_test(an_unused_key_changes_nothing),
        cmocka_unit_test(trials_are_begun_again_when_asked),
        cmocka_unit_test(a_lone_trial_rests_with_its_cause),
    };
    return faultrun_main(argc, argv, tests, ARRAY_LEN(tests));
}
