/*
 * harness/doctor: every change of one byte of a store that changes an answer is found (R6), so are
 * damaged and missing weights, damaged checkpoints, links; what is sound is not complained of.
 *
 * `test_doctor long` makes ten thousand changes instead of a few hundred.
 */
#include "tests/results/fixture.h"

#include "harness/doctor.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "results/export.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { FEW_FLIPS = 300, MANY_FLIPS = 10000, PRIME_STEP = 7919, MAX_STORE_BYTES = 1 << 26 };
enum { BITS_PER_BYTE = 8, ONE_IN = 8, PATH_BYTES = FIXTURE_PATH_BYTES * 2 };

static size_t n_flips = FEW_FLIPS;

static int remove_folder(void **state)
{
    (void)state;
    fixture_remove();
    return 0;
}

/* Makes a store of a small study, finished, under a name of the fixture's folder. */
static void make_store(const char *name, char path[PATH_BYTES])
{
    Err err = {0};
    Store *store = NULL;
    const Fixture one = {.n_seeds = 1, .noise = 0.5};
    snprintf(path, PATH_BYTES, "%s", fixture_path(name));
    assert_int_equal(store_open(&store, path, &err), ERR_NONE);
    assert_int_equal(fixture_fill(store, &one, &err), ERR_NONE);
    store_close(&store);
}

/* --- flips --- */

/* Everything a reader can be answered, or NULL if it gets an error. */
static char *all_answers(const char *path)
{
    Err err = {0};
    Store *store = NULL;
    Text text = {0};
    char *all = NULL;
    bool ok = store_open_read(&store, path, &err) == ERR_NONE;
    for (size_t i = 0; export_names[i] != NULL && ok; i++)
        ok = export_csv(store, export_names[i], &text, NULL, NULL, &err) == ERR_NONE;
    if (!ok || text_take(&text, &all, &err) != ERR_NONE)
        text_release(&text);
    store_close(&store);
    return all;
}

static bool doctor_finds(const char *path)
{
    Err err = {0};
    DoctorReport report = {0};
    if (doctor_path(&report, path, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    const bool found = report.n_damaged > 0;
    doctor_release(&report);
    return found;
}

/* What SQLite's own check says, for comparison. */
static bool sqlite_finds(const char *path)
{
    Err err = {0};
    Store *store = NULL;
    Arena arena = {0};
    StoreTable table = {0};
    const bool found =
        store_open_read(&store, path, &err) != ERR_NONE ||
        store_query(store, "PRAGMA integrity_check", NULL, &arena, &table, &err) != ERR_NONE ||
        table.n_rows != 1 || strcmp(table.cells[0], "ok") != 0;
    arena_release(&arena);
    store_close(&store);
    return found;
}

static void put_byte(int fd, size_t at, char byte)
{
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
}

/*
 * Offsets walk through the file by a prime step, the changed bit by turns. An answer is all that
 * can be exported. The negative control: SQLite's check alone misses some of these changes.
 */
static void every_flip_that_changes_an_answer_is_found(void **state)
{
    (void)state;
    Err err = {0};
    char path[PATH_BYTES], *bytes = NULL;
    size_t n_bytes = 0, n_found = 0, n_harmful = 0, n_missed_by_sqlite = 0;
    make_store("flips.db", path);
    char *whole = all_answers(path);
    assert_non_null(whole);
    assert_false(doctor_finds(path));
    assert_int_equal(file_read(path, MAX_STORE_BYTES, &bytes, &n_bytes, &err), ERR_NONE);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t i = 0; i < n_flips; i++) {
        const size_t at = i * PRIME_STEP % n_bytes;
        put_byte(fd, at, (char)(bytes[at] ^ (1 << (i / n_bytes + i) % BITS_PER_BYTE)));
        char *answers = all_answers(path);
        const bool found = doctor_finds(path);
        const bool is_harmful = answers != NULL && strcmp(answers, whole) != 0;
        n_found += found;
        n_harmful += is_harmful;
        if (is_harmful && !found)
            fail_msg("the change at byte %zu changes an answer and was not found", at);
        n_missed_by_sqlite += is_harmful && !sqlite_finds(path);
        mem_free(answers);
        put_byte(fd, at, bytes[at]);
    }
    close(fd);
    assert_true(n_harmful > n_flips / (ONE_IN * ONE_IN) && n_found > n_flips / ONE_IN);
    assert_true(n_missed_by_sqlite > 0);
    assert_false(doctor_finds(path));
    print_message("%zu flips: %zu found, %zu changed an answer, of which SQLite misses %zu\n",
                  n_flips, n_found, n_harmful, n_missed_by_sqlite);
    mem_free(whole);
    mem_free(bytes);
}

/* --- a folder --- */

/* The finding about a path that ends like that; NULL: there is none. */
static const DoctorFinding *finding(const DoctorReport *report, const char *subject,
                                    const char *ending)
{
    for (size_t i = 0; i < report->n_findings; i++) {
        const DoctorFinding *f = &report->findings[i];
        if (strcmp(f->subject, subject) == 0 && f->path != NULL && text_ends_with(f->path, ending))
            return f;
    }
    return NULL;
}

static void put(const char *folder, const char *name, const char *text)
{
    Err err = {0};
    char *path = file_join(folder, name), *parent = file_folder(path);
    assert_int_equal(file_make_dirs(parent, &err), ERR_NONE);
    assert_int_equal(file_write(path, text, strlen(text), &err), ERR_NONE);
    mem_free(path);
    mem_free(parent);
}

/* A study of one finished trial, whose two files hold these texts, and one pending. */
static char *make_study(const char *name, const char *weights, const char *best)
{
    Err err = {0};
    Store *store = NULL;
    char hex[2][HASH_HEX_BYTES];
    int64_t attempt = 0;
    const Fixture planned = {.n_seeds = 1, .is_planned_only = true};
    char *folder = mem_strdup(fixture_path(name));
    assert_int_equal(file_make_dirs(folder, &err), ERR_NONE);
    char *path = file_join(folder, "study.db");
    assert_int_equal(store_open(&store, path, &err), ERR_NONE);
    assert_int_equal(fixture_fill(store, &planned, &err), ERR_NONE);
    const StoreArtifact artifacts[] = {
        {"weights", "trials/000001/weights.safetensors", (int64_t)strlen(weights),
         hash_hex(hash_128(weights, strlen(weights)), hex[0])},
        {"best", "trials/000001/best.safetensors", (int64_t)strlen(best),
         hash_hex(hash_128(best, strlen(best)), hex[1])}};
    const StoreAttempt begin = {.threads = 1};
    const StoreFinish finish = {.artifacts = artifacts, .n_artifacts = ARRAY_LEN(artifacts)};
    assert_int_equal(store_begin_run(store, "isoflop run", "here", 1, &err), ERR_NONE);
    assert_int_equal(store_begin_attempt(store, 1, &begin, &attempt, &err), ERR_NONE);
    assert_int_equal(store_accept(store, 1, attempt, &finish, &err), ERR_NONE);
    store_close(&store);
    put(folder, artifacts[0].path, weights);
    put(folder, artifacts[1].path, best);
    mem_free(path);
    return folder;
}

static void look(DoctorReport *report, const char *folder)
{
    Err err = {0};
    *report = (DoctorReport){0};
    assert_int_equal(doctor_path(report, folder, &err), ERR_NONE);
}

/* A sound study is sound; a changed byte, another length and a missing file are named each. */
static void weights_are_held_against_the_store(void **state)
{
    (void)state;
    DoctorReport report;
    char *folder = make_study("weights", "the weights", "the best ones");
    look(&report, folder);
    assert_int_equal(report.n_damaged, 0);
    doctor_release(&report);
    put(folder, "trials/000001/weights.safetensors", "the wejghts");
    look(&report, folder);
    assert_int_equal(report.n_damaged, 1);
    const DoctorFinding *f = finding(&report, "weights", "000001/weights.safetensors");
    assert_non_null(f);
    assert_non_null(strstr(f->what, "digest"));
    assert_non_null(strstr(f->remedy, "verify --restore"));
    doctor_release(&report);
    put(folder, "trials/000001/weights.safetensors", "the weights, and more");
    char *best = file_join(folder, "trials/000001/best.safetensors");
    assert_int_equal(unlink(best), 0);
    look(&report, folder);
    assert_int_equal(report.n_damaged, 2);
    assert_non_null(strstr(finding(&report, "weights", "best.safetensors")->what, "missing"));
    assert_non_null(strstr(finding(&report, "weights", "weights.safetensors")->what, "bytes"));
    doctor_release(&report);
    mem_free(best);
    mem_free(folder);
}

/* Checkpoints are checked where they lie; what nobody knows or needs is a note, not damage. */
static void what_lies_about_is_told(void **state)
{
    (void)state;
    DoctorReport report;
    char *folder = make_study("about", "w", "b");
    put(folder, "trials/000001/a1/checkpoint-0000000001.safetensors", "not a checkpoint");
    put(folder, "trials/000099/weights.safetensors", "whose?");
    look(&report, folder);
    assert_int_equal(report.n_damaged, 1);
    assert_int_equal(finding(&report, "checkpoint", ".safetensors")->grade, DOCTOR_DAMAGED);
    assert_int_equal(finding(&report, "orphan", "trials/000099")->grade, DOCTOR_NOTE);
    assert_null(finding(&report, "orphan", "trials/000099")->remedy);
    assert_int_equal(finding(&report, "orphan", "trials/000001/a1")->grade, DOCTOR_NOTE);
    doctor_release(&report);
    mem_free(folder);
}

/* Links in a study's own places are named, one that users put beside them is not. */
static void links_are_named(void **state)
{
    (void)state;
    DoctorReport report;
    char *folder = make_study("links", "w", "b");
    char *own = file_join(folder, "figures"), *theirs = file_join(folder, "notes");
    assert_int_equal(symlink("/tmp", own), 0);
    assert_int_equal(symlink("/tmp", theirs), 0);
    look(&report, folder);
    assert_int_equal(report.n_damaged, 1);
    assert_non_null(finding(&report, "link", "/figures"));
    assert_null(finding(&report, "link", "/notes"));
    doctor_release(&report);
    mem_free(own);
    mem_free(theirs);
    mem_free(folder);
}

/* A store that cannot even be opened is a finding, not an error; no store at all is an error. */
static void a_store_of_no_use_is_a_finding(void **state)
{
    (void)state;
    Err err = {0};
    DoctorReport report;
    char path[PATH_BYTES];
    make_store("header.db", path);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    put_byte(fd, 0, 'X');
    close(fd);
    look(&report, path);
    assert_int_equal(report.n_damaged, 1);
    doctor_release(&report);
    report = (DoctorReport){0};
    assert_int_equal(doctor_path(&report, fixture_path("none.db"), &err), ERR_MISSING);
    doctor_release(&report);
}

/* This machine, whatever it is, has a finding for each of its parts, and its kernels agree. */
static void the_machine_is_looked_at(void **state)
{
    (void)state;
    Err err = {0};
    DoctorReport report = {0};
    bool has_kernels = false;
    assert_int_equal(doctor_machine(&report, cpu_best_level(), &err), ERR_NONE);
    for (size_t i = 0; i < report.n_findings; i++) {
        const DoctorFinding *f = &report.findings[i];
        has_kernels |= strcmp(f->subject, "kernels") == 0 && f->grade == DOCTOR_SOUND;
    }
    assert_true(has_kernels);
    doctor_release(&report);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flip_that_changes_an_answer_is_found),
        cmocka_unit_test(weights_are_held_against_the_store),
        cmocka_unit_test(what_lies_about_is_told),
        cmocka_unit_test(links_are_named),
        cmocka_unit_test(a_store_of_no_use_is_a_finding),
        cmocka_unit_test(the_machine_is_looked_at),
    };
    if (argc > 1 && strcmp(argv[1], "long") == 0)
        n_flips = MANY_FLIPS;
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
