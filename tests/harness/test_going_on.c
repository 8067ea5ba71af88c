/*
 * A half-done study that an older isoflop left on the disk (tests/golden/store-2, whose README says
 * how it was made) goes on: nothing finished is trained again, what was half trained goes on from
 * its checkpoints, and the bits are those the older isoflop gave undisturbed.
 */
#include "harness/trainer.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/proc.h"
#include "base/sys.h"
#include "models/resolve.h"
#include "results/store.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum {
    MAX_BYTES = 1 << 22,
    N_TRIALS = 12,
    HALF_TRAINED = 10, /* a trial with checkpoints of its first attempt, the newest at: */
    NEWEST_STEP = 84,
    N_STEPS = 100,
    TIMEOUT_S = 600
};

static char base[64], environment[128];

/* A golden file's path; mem_free it. */
static char *golden(const char *name)
{
    char *folder = file_join(getenv("ISOFLOP_SOURCE_DIR"), "tests/golden/store-2");
    char *path = file_join(folder, name);
    mem_free(folder);
    assert_non_null(path);
    return path;
}

static char *read_text(const char *path)
{
    char *data = NULL;
    size_t n = 0;
    Err err = {0};
    if (file_read(path, MAX_BYTES, &data, &n, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return data;
}

/* Copies a folder and all that is in it. */
static void copy_tree(const char *from, const char *to)
{
    FileList list = {0};
    Err err = {0};
    assert_int_equal(file_make_dirs(to, &err), ERR_NONE);
    assert_int_equal(file_list(from, &list, &err), ERR_NONE);
    for (size_t i = 0; i < list.n_names; i++) {
        char *source = file_join(from, list.names[i]), *target = file_join(to, list.names[i]);
        char *data = NULL;
        size_t n = 0;
        if (file_is_folder(source)) {
            copy_tree(source, target);
        } else {
            assert_int_equal(file_read(source, MAX_BYTES, &data, &n, &err), ERR_NONE);
            assert_int_equal(file_write(target, data, n, &err), ERR_NONE);
        }
        mem_free(data);
        mem_free(source);
        mem_free(target);
    }
    file_list_release(&list);
}

/* A fresh copy of the old study's folder; mem_free it. */
static char *copy_study(const char *name)
{
    char *from = golden("run"), *to = file_join(base, name);
    copy_tree(from, to);
    mem_free(from);
    return to;
}

static int begin(void **state)
{
    (void)state;
    snprintf(base, sizeof base, "going_on_XXXXXX");
    if (mkdtemp(base) == NULL || setenv("ISOFLOP_CACHE", base, 1) != 0)
        return -1;
    snprintf(environment, sizeof environment, "ISOFLOP_CACHE=%s", base);
    return 0;
}

static int end(void **state)
{
    (void)state;
    Err err = {0};
    return dir_remove_tree(NULL, base, &err) == ERR_NONE ? 0 : -1;
}

/* --- the whole study --- */

/* Runs the study in `out` with one more override (or NULL); its exit status. */
static int run(const char *out, const char *set, Text *said)
{
    char *study = golden("store-2.yaml");
    const char *argv[] = {ISOFLOP_BINARY, "run", study, "--out", out,
                          "--jobs",       "2",   NULL,  NULL,    NULL};
    if (set != NULL) {
        argv[7] = "--set";
        argv[8] = set;
    }
    const char *const environments[] = {environment, NULL};
    const ProcOptions options = {
        .argv = argv, .environment = environments, .output = PROC_NULL, .error = PROC_PIPE};
    const ProcRun settings = {
        .error = said, .max_bytes = MAX_BYTES, .timeout_ns = TIMEOUT_S * INT64_C(1000000000)};
    Proc proc = {0};
    Err err = {0};
    if (proc_run(&proc, &options, &settings, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    mem_free(study);
    return proc.exit_status;
}

/* A query's rows, cells by tabs, rows by newlines; mem_free it. */
static char *ask(const char *out, const char *sql)
{
    char *path = file_join(out, "study.db"), *all = NULL;
    Store *store = NULL;
    Arena arena = {0};
    StoreTable t;
    Text text = {0};
    Err err = {0};
    if (store_open_read(&store, path, &err) != ERR_NONE ||
        store_query(store, sql, NULL, &arena, &t, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < t.n_rows * t.n_columns; i++)
        text_printf(&text, "%s%c", t.cells[i] != NULL ? t.cells[i] : "-",
                    (i + 1) % t.n_columns != 0 ? '\t' : '\n');
    assert_int_equal(text_take(&text, &all, &err), ERR_NONE);
    arena_release(&arena);
    store_close(&store);
    mem_free(path);
    return all;
}

static void assert_asked(const char *out, const char *sql, const char *expected)
{
    char *found = ask(out, sql);
    assert_string_equal(found, expected);
    mem_free(found);
}

static const char results[] =
    "SELECT digest, seed, outcome, printf('%!.17g', final_val_loss), printf('%!.17g', test_loss), "
    "weights, best_weights FROM result WHERE trial <= 12 GROUP BY trial ORDER BY trial";
static const char attempts[] = "SELECT id, n_attempts FROM trial WHERE id <= 12 ORDER BY id";

/* All bits are the older isoflop's; attempts grow by one where there was work left, else by none.
 */
static void old_study_goes_on(void **state)
{
    (void)state;
    char *out = copy_study("whole"), *expected_path = golden("expected.tsv");
    char *expected = read_text(expected_path);
    Text said = {0};
    assert_asked(out, "SELECT count(*) FROM finished", "2\n");
    for (int again = 0; again < 2; again++) {
        if (run(out, NULL, &said) != 0)
            fail_msg("%s", text_string(&said));
        assert_asked(out, results, strchr(expected, '\n') + 1);
        assert_asked(out, attempts,
                     "1\t1\n2\t1\n3\t1\n4\t1\n5\t3\n6\t1\n7\t1\n8\t1\n9\t1\n10\t3\n11\t1\n12\t1\n");
    }
    /* The first epochs of the half-trained trial are those its first attempt reported. */
    assert_asked(out, "SELECT epoch, attempt FROM epoch WHERE trial = 10",
                 "1\t1\n2\t1\n3\t1\n4\t1\n5\t3\n");
    text_release(&said);
    mem_free(out);
    mem_free(expected);
    mem_free(expected_path);
}

/* Negative control: another recipe is refused and leaves the trials alone. */
static void another_recipe_is_refused(void **state)
{
    (void)state;
    enum { MISUSE = 2 };
    char *out = copy_study("other"), *before = ask(out, attempts);
    Text said = {0};
    assert_int_equal(run(out, "recipe.momentum=0.8", &said), MISUSE);
    assert_non_null(strstr(text_string(&said), "recipe.momentum: 0.9 -> 0.8"));
    assert_asked(out, attempts, before);
    text_release(&said);
    mem_free(before);
    mem_free(out);
}

/* --- one trial --- */

/* What is heard of a training. */
typedef struct Heard {
    int64_t first_step; /* of its checkpoints, one after every batch */
    int n_warnings;
} Heard;

static void hear_checkpoint(void *user, int64_t step)
{
    Heard *heard = user;
    if (heard->first_step == 0)
        heard->first_step = step;
}

static void hear_warning(void *user, const char *message)
{
    (void)message;
    ((Heard *)user)->n_warnings++;
}

/* The stored network of a trial, and its seed. */
static void read_trial(const char *out, int64_t number, Network *network, int64_t *seed)
{
    char *path = file_join(out, "study.db");
    Store *store = NULL;
    Arena arena = {0};
    StoreTrials trials;
    StoreNetwork row;
    Spec spec;
    Err err = {0};
    if (store_open_read(&store, path, &err) != ERR_NONE ||
        store_trials(store, &arena, &trials, &err) != ERR_NONE ||
        store_network(store, trials.items[number - 1].network, &arena, &row, &err) != ERR_NONE ||
        spec_parse(&spec, "network", row.yaml, strlen(row.yaml), &err) != ERR_NONE ||
        resolve_network(network, &spec, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    *seed = trials.items[number - 1].seed;
    arena_release(&arena);
    store_close(&store);
    mem_free(path);
}

/* Trains the half-trained trial to its end in folder a3, momentum as given; digests of weights. */
static Heard train(const char *name, double momentum, char weights[HASH_HEX_BYTES])
{
    char *out = copy_study(name);
    char *trial = file_join(out, "trials/000010"), *yaml_path = file_join(out, "study.yaml");
    char *yaml = read_text(yaml_path);
    char *folders[] = {file_join(trial, "a1"), file_join(trial, "a2"), file_join(trial, "a3")};
    char *file = file_join(folders[2], "weights.safetensors");
    Study *study = NULL;
    Network network = {0};
    TrainReport report;
    Heard heard = {0};
    Hash128 hash;
    Err err = {0};
    TrainJob job = {.network = &network,
                    .threads = 1,
                    .level = cpu_best_level(),
                    .dir = folders[2],
                    .resume = (const char *const *)folders,
                    .n_resume = ARRAY_LEN(folders),
                    .cache = base,
                    .keep_checkpoints = true,
                    .checkpoint_ns = 1};
    const TrainCallbacks callbacks = {
        .user = &heard, .checkpoint = hear_checkpoint, .warning = hear_warning};
    assert_int_equal(study_parse_stored(&study, "study.yaml", yaml, &err), ERR_NONE);
    study->recipe.momentum = momentum;
    job.data = &study->data;
    job.recipe = &study->recipe;
    read_trial(out, HALF_TRAINED, &network, &job.seed);
    if (trainer_run(&job, &callbacks, &report, &err) != ERR_NONE ||
        hash_file(NULL, file, &hash, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    assert_int_equal(report.last_step, N_STEPS);
    hash_hex(hash, weights);
    network_release(&network);
    study_destroy(&study);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        mem_free(folders[i]);
    mem_free(file);
    mem_free(yaml);
    mem_free(yaml_path);
    mem_free(trial);
    mem_free(out);
    return heard;
}

/* An old checkpoint is taken up at its step, not at 0, and ends in the same bits. */
static void old_checkpoint_is_taken_up(void **state)
{
    (void)state;
    char weights[HASH_HEX_BYTES], *path = golden("expected.tsv"), *expected = read_text(path);
    const Heard heard = train("taken", 0.9, weights);
    assert_int_equal(heard.first_step, NEWEST_STEP + 1);
    assert_int_equal(heard.n_warnings, 0);
    assert_non_null(strstr(expected, weights));
    mem_free(expected);
    mem_free(path);
}

/* Negative control: under another recipe none of the two is, and all steps are done anew. */
static void checkpoint_of_another_recipe_is_not(void **state)
{
    (void)state;
    char weights[HASH_HEX_BYTES], *path = golden("expected.tsv"), *expected = read_text(path);
    const Heard heard = train("anew", 0.8, weights);
    assert_int_equal(heard.first_step, 1);
    assert_int_equal(heard.n_warnings, 2);
    assert_null(strstr(expected, weights));
    mem_free(expected);
    mem_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(old_study_goes_on),
                                       cmocka_unit_test(another_recipe_is_refused),
                                       cmocka_unit_test(old_checkpoint_is_taken_up),
                                       cmocka_unit_test(checkpoint_of_another_recipe_is_not)};
    return cmocka_run_group_tests(tests, begin, end);
}
