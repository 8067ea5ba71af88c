/*
 * A store of an older schema goes on with every fact it had (tests/golden/store-1, whose README
 * says how it was made): whoever writes brings it up to date at once or not at all, whoever reads
 * leaves it alone, and damage stays damage.
 */
#include "tests/results/fixture.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "base/text.h"
#include "results/store.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { MAX_BYTES = 1 << 24, MAX_CALLS = 100000, USER_VERSION_AT = 60, OLD = 1, NEW = 4 };

/* The old store's bytes, and what a sound migration of them shows. */
static struct {
    char *bytes;
    size_t n_bytes;
    Arena arena;
    const char *seen;
} golden;

static char path[FIXTURE_PATH_BYTES * 2];

/* Every fact a reader may see, in one text, or NULL if reading fails. */
static const char *see(Store *store, Arena *arena)
{
    static const char *const queries[] = {
        "SELECT * FROM study",
        "SELECT * FROM revision",
        "SELECT * FROM network",
        "SELECT id, part, nominal_d, genes, built_d, digest, macs FROM point ORDER BY id",
        "SELECT id, digest, network, seed, epochs FROM planned ORDER BY id",
        "SELECT * FROM listed_point",
        "SELECT * FROM listed_trial",
        "SELECT * FROM attempt",
        "SELECT * FROM attempt_end",
        "SELECT * FROM epoch",
        "SELECT * FROM finished",
        "SELECT * FROM artifact",
        "SELECT name, number, value_1, text FROM fact",
        "SELECT * FROM result",
        "SELECT id, status, n_attempts FROM trial ORDER BY id"};
    Err err = {0};
    Text text = {0};
    for (size_t q = 0; q < ARRAY_LEN(queries); q++) {
        StoreTable t;
        if (store_query(store, queries[q], NULL, arena, &t, &err) != ERR_NONE) {
            text_release(&text);
            return NULL;
        }
        for (size_t i = 0; i < t.n_rows * t.n_columns; i++)
            text_printf(&text, "%s|", t.cells[i] != NULL ? t.cells[i] : "NULL");
        text_append_char(&text, '\n');
    }
    const char *copy = arena_text(arena, text_string(&text));
    text_release(&text);
    return copy;
}

/* The first damage that is found in an open store, or NULL. */
static const char *damage_of(Store *store, Arena *arena)
{
    Err err = {0};
    StoreDamage *damage = NULL;
    size_t n_damage = 0;
    if (store_check(store, arena, &damage, &n_damage, &err) != ERR_NONE)
        return arena_text(arena, err.msg);
    return n_damage > 0 ? damage[0].what : NULL;
}

/* The version the file says it has; only right where no journal waits. */
static int version_of_file(void)
{
    Err err = {0};
    char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(file_read(path, MAX_BYTES, &bytes, &n, &err), ERR_NONE);
    const int version = (unsigned char)bytes[USER_VERSION_AT + 3];
    mem_free(bytes);
    return version;
}

static void put_file(void)
{
    Err err = {0};
    assert_int_equal(file_remove(path, &err), ERR_NONE);
    assert_int_equal(file_remove(fixture_path("old.db-journal"), &err), ERR_NONE);
    assert_int_equal(file_write(path, golden.bytes, golden.n_bytes, &err), ERR_NONE);
}

/* Opened by a writer the store is sound and shows what it should. */
static void check_whole(const char *when)
{
    Err err = {0};
    Arena arena = {0};
    Store *store = NULL;
    if (store_open(&store, path, &err) != ERR_NONE)
        fail_msg("%s: %s", when, err.msg);
    const char *damage = damage_of(store, &arena), *seen = see(store, &arena);
    if (damage != NULL)
        fail_msg("%s: %s", when, damage);
    if (seen == NULL || strcmp(seen, golden.seen) != 0)
        fail_msg("%s: the store shows something else", when);
    arena_release(&arena);
    store_close(&store);
    assert_int_equal(version_of_file(), NEW);
}

static int begin(void **state)
{
    (void)state;
    Err err = {0};
    Store *store = NULL;
    char *from = file_join(getenv("ISOFLOP_SOURCE_DIR"), "tests/golden/store-1/run/study.db");
    memcpy(path, fixture_path("old.db"), strlen(fixture_path("old.db")) + 1);
    if (from == NULL ||
        file_read(from, MAX_BYTES, &golden.bytes, &golden.n_bytes, &err) != ERR_NONE ||
        file_write(path, golden.bytes, golden.n_bytes, &err) != ERR_NONE ||
        store_open(&store, path, &err) != ERR_NONE)
        return -1;
    golden.seen = see(store, &golden.arena);
    store_close(&store);
    mem_free(from);
    return golden.seen != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    sysfault_clear();
    mem_free(golden.bytes);
    arena_release(&golden.arena);
    fixture_remove();
    return 0;
}

/* The schema is the one a new store has, seals and digests hold, every trial stands where it stood.
 */
static void test_writer_brings_it_up_to_date(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *store = NULL;
    StoreTrials trials;
    put_file();
    assert_int_equal(version_of_file(), OLD);
    check_whole("migrated");
    assert_int_equal(store_open(&store, path, &err), ERR_NONE);
    assert_int_equal(store_trials(store, &arena, &trials, &err), ERR_NONE);
    assert_int_equal(trials.n, 12);
    for (size_t i = 0; i < trials.n; i++) {
        const int64_t number = trials.items[i].number;
        const bool is_done = number == 5 || number == 6 || number == 9 || number == 10;
        assert_int_equal(trials.items[i].epochs, 5);
        assert_int_equal(trials.items[i].status == STORE_TRIAL_DONE, is_done);
    }
    assert_string_equal(trials.items[4].digest, "53211d72cba013728be8e5a4ed9bf273");
    assert_int_equal(trials.items[6].n_attempts, 2);
    arena_release(&arena);
    store_close(&store);
}

/* A reader sees all of it and leaves every byte, with no journal beside it. */
static void test_reader_leaves_it_alone(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *store = NULL;
    StoreResults results;
    char *after = NULL;
    size_t n_after = 0;
    put_file();
    assert_int_equal(store_open_read(&store, path, &err), ERR_NONE);
    assert_null(damage_of(store, &arena));
    assert_string_equal(see(store, &arena), golden.seen);
    assert_int_equal(store_results(store, &arena, &results, &err), ERR_NONE);
    assert_string_equal(results.study.name, "store-1");
    assert_string_equal(store_path(store), path);
    store_close(&store);
    assert_int_equal(file_read(path, MAX_BYTES, &after, &n_after, &err), ERR_NONE);
    assert_int_equal(n_after, golden.n_bytes);
    assert_memory_equal(after, golden.bytes, n_after);
    mem_free(after);
    arena_release(&arena);
}

/* Opens the store as a reader, then as a writer, with one bit changed at `at`; counts what is
 * found. */
static void flip(size_t at, int *n_found)
{
    for (int is_writer = 0; is_writer < 2; is_writer++) {
        Err err = {0};
        Arena arena = {0};
        Store *store = NULL;
        golden.bytes[at] ^= 1;
        put_file();
        golden.bytes[at] ^= 1;
        const ErrCode code =
            is_writer ? store_open(&store, path, &err) : store_open_read(&store, path, &err);
        const bool is_found = code != ERR_NONE || damage_of(store, &arena) != NULL;
        const char *seen = is_found ? NULL : see(store, &arena);
        *n_found += is_found;
        /* An index is written anew from the rows: there damage may be mended. */
        if (!is_found && (seen == NULL || strcmp(seen, golden.seen) != 0))
            fail_msg("a change at byte %zu was sealed over", at);
        arena_release(&arena);
        store_close(&store);
    }
}

/* Damage of rows that are written anew, and of those they are digested with, is not sealed over. */
static void test_damage_stays_damage(void **state)
{
    (void)state;
    static const char *const needles[] = {
        "53211d72cba013728be8e5a4ed9bf273", /* of a finished trial: planned, point */
        "f3a7",                             /* wherever it stands: seals and digests */
        "compound",
        "trials/000006/weights", /* a point, an artifact */
        "pending",
        "CREATE VIEW trial"}; /* the schema */
    int n_found = 0, n_flips = 0;
    for (size_t i = 0; i < ARRAY_LEN(needles); i++) {
        const size_t n = strlen(needles[i]);
        for (size_t at = 0; at + n <= golden.n_bytes; at++)
            if (memcmp(golden.bytes + at, needles[i], n) == 0) {
                flip(at, &n_found);
                n_flips++;
            }
    }
    assert_true(n_flips >= 8);
    assert_true(n_found > n_flips); /* of twice as many openings */
}

/* Opens as a writer in a child that is killed at the k-th call of a kind; true if it was. */
static bool kill_at(SysCallKind kind, long k, SysFaultAction action)
{
    const pid_t pid = fork();
    if (pid == 0) {
        Err err = {0};
        Store *store = NULL;
        sysfault_arm(kind, k, action, 0);
        _exit(store_open(&store, path, &err) == ERR_NONE ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status))
        return true;
    assert_int_equal(WEXITSTATUS(status), 0);
    return false;
}

/* After each kill a reader sees everything, under the old version or one after it. */
static void sweep_kills(SysCallKind kind, SysFaultAction action, long stride, int *n_old,
                        int *n_new)
{
    for (long k = 1; k < MAX_CALLS; k += stride) {
        Err err = {0};
        Arena arena = {0};
        Store *store = NULL;
        put_file();
        if (!kill_at(kind, k, action))
            break;
        if (store_open_read(&store, path, &err) != ERR_NONE)
            fail_msg("after a kill at call %ld: %s", k, err.msg);
        assert_null(damage_of(store, &arena));
        assert_string_equal(see(store, &arena), golden.seen);
        store_close(&store);
        arena_release(&arena);
        const int version = version_of_file(); /* the reader has rolled back what was open */
        assert_true(version >= OLD && version <= NEW);
        *n_old += version == OLD;
        *n_new += version > OLD;
        check_whole("after a kill");
    }
}

static void test_killed_at_any_instant(void **state)
{
    (void)state;
    int n_old = 0, n_new = 0;
    sweep_kills(SYS_WRITE, SYS_DIE, 11, &n_old, &n_new);
    sweep_kills(SYS_WRITE, SYS_SHORT_DIE, 13, &n_old, &n_new);
    sweep_kills(SYS_FSYNC, SYS_DIE, 1, &n_old, &n_new);
    sweep_kills(SYS_UNLINK, SYS_DIE, 1, &n_old, &n_new);
    sweep_kills(SYS_UNLINK, SYS_DIE_AFTER, 1, &n_old, &n_new);
    assert_true(n_old > 5); /* the sweeps have seen both sides */
    assert_true(n_new > 0);
}

/* A fault at each call: an error or none, and afterwards the store opens as if nothing had been. */
static void sweep_faults(SysCallKind kind, SysFaultAction action, int number, long stride,
                         int at_least)
{
    int n_failed = 0;
    bool fired = true;
    for (long k = 1; fired; k += stride) {
        Err err = {0};
        Store *store = NULL;
        put_file();
        sysfault_arm(kind, k, action, number);
        const ErrCode code = store_open(&store, path, &err);
        fired = sysfault_fired();
        sysfault_clear();
        if (code != ERR_NONE && code != ERR_IO && code != ERR_FULL && code != ERR_MEMORY)
            fail_msg("call %ld: %s", k, err.msg);
        assert_true(code == ERR_NONE || store == NULL);
        n_failed += code != ERR_NONE;
        store_close(&store);
        if (kind != SYS_ALLOC || code != ERR_NONE)
            check_whole("after a fault");
    }
    assert_true(n_failed >= at_least);
}

static void test_trouble_on_the_way(void **state)
{
    (void)state;
    sweep_faults(SYS_WRITE, SYS_FAIL, EIO, 11, 3);
    sweep_faults(SYS_WRITE, SYS_FAIL_ALWAYS, ENOSPC, 17, 3);
    sweep_faults(SYS_ALLOC, SYS_FAIL, ENOMEM, 97, 10);
}

/* Negative control: a migration that forgets to seal anew is noticed. */
static void test_a_wrong_migration_is_noticed(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *store = NULL;
    put_file();
    golden.bytes[USER_VERSION_AT + 3] = NEW; /* pretended, not made */
    put_file();
    golden.bytes[USER_VERSION_AT + 3] = OLD;
    assert_int_equal(store_open(&store, path, &err), ERR_NONE);
    assert_non_null(damage_of(store, &arena));
    arena_release(&arena);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_writer_brings_it_up_to_date),
                                       cmocka_unit_test(test_reader_leaves_it_alone),
                                       cmocka_unit_test(test_damage_stays_damage),
                                       cmocka_unit_test(test_killed_at_any_instant),
                                       cmocka_unit_test(test_trouble_on_the_way),
                                       cmocka_unit_test(test_a_wrong_migration_is_noticed)};
    return cmocka_run_group_tests(tests, begin, end);
}
