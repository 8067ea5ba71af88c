/*
 * Trouble that is not ours: files of other programs, full disks, broken devices, no memory (R6, R7,
 * R10). Each is one clear error, nothing is lost, and the same call works when the trouble is over.
 */
#include "tests/results/fixture.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "results/ranking.h"
#include "results/store.h"
#include "results/verdict.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static int remove_folder(void **state)
{
    (void)state;
    sysfault_clear();
    fixture_remove();
    return 0;
}

static const char *path_of(const char *name)
{
    static char path[FIXTURE_PATH_BYTES * 2];
    snprintf(path, sizeof(path), "%s", fixture_path(name));
    return path;
}

/* A file of these bytes is refused with `code`, by writer and reader, and keeps every byte. */
static void refuses(const char *name, const char *bytes, size_t n_bytes, ErrCode code)
{
    Err err = {0};
    Store *store = NULL;
    char *after = NULL;
    size_t n_after = 0;
    const char *path = path_of(name);
    assert_int_equal(file_write(path, bytes, n_bytes, &err), ERR_NONE);
    assert_int_equal(store_open(&store, path, &err), code);
    assert_null(store);
    assert_non_null(strstr(err.msg, name));
    err = (Err){0};
    assert_int_equal(store_open_read(&store, path, &err), code);
    err = (Err){0};
    assert_int_equal(file_read(path, n_bytes + 1, &after, &n_after, &err), ERR_NONE);
    assert_int_equal(n_after, n_bytes);
    assert_memory_equal(after, bytes, n_bytes);
    assert_false(file_exists(fixture_path("foreign.db-journal")));
    mem_free(after);
}

/* The bytes of a real store, to be made foreign. */
static char *make_store(const char *name, size_t *n_bytes)
{
    Err err = {0};
    Store *store = NULL;
    char *bytes = NULL;
    const Fixture one = {.n_seeds = 1, .is_planned_only = true};
    assert_int_equal(file_remove(path_of(name), &err), ERR_NONE);
    assert_int_equal(store_open(&store, path_of(name), &err), ERR_NONE);
    assert_int_equal(fixture_fill(store, &one, &err), ERR_NONE);
    store_close(&store);
    assert_int_equal(file_read(path_of(name), 1 << 26, &bytes, n_bytes, &err), ERR_NONE);
    return bytes;
}

static void test_foreign_files(void **state)
{
    (void)state;
    enum { APPLICATION_ID_AT = 68, USER_VERSION_AT = 60 };
    static const char text[] = "not a database at all, just some text that is long enough to read";
    size_t n = 0;
    char *bytes = make_store("ours.db", &n);
    refuses("foreign.db", text, sizeof(text) - 1, ERR_DATA);
    refuses("foreign.db", bytes, 100, ERR_DATA); /* cut off in the first page */
    bytes[APPLICATION_ID_AT] ^= 1;
    refuses("foreign.db", bytes, n, ERR_DATA);
    bytes[APPLICATION_ID_AT] ^= 1;
    bytes[USER_VERSION_AT + 3] = 99;
    refuses("foreign.db", bytes, n, ERR_VERSION);
    mem_free(bytes);
}

/* A file that is not there, an empty one, a folder. */
static void test_no_file(void **state)
{
    (void)state;
    Err err = {0};
    Store *store = NULL;
    assert_int_equal(store_open_read(&store, path_of("none.db"), &err), ERR_MISSING);
    assert_false(file_exists(path_of("none.db")));
    err = (Err){0};
    assert_int_equal(file_write(path_of("empty.db"), "", 0, &err), ERR_NONE);
    assert_int_equal(store_open_read(&store, path_of("empty.db"), &err), ERR_DATA);
    err = (Err){0};
    assert_int_equal(store_open(&store, path_of("empty.db"), &err), ERR_NONE); /* fresh */
    store_close(&store);
    assert_int_equal(file_make_dirs(path_of("folder.db"), &err), ERR_NONE);
    assert_true(store_open(&store, path_of("folder.db"), &err) != ERR_NONE);
    assert_null(store);
}

/* Paths with every character that means something in a URI, SQL or a shell. */
static void test_hostile_path(void **state)
{
    (void)state;
    Err err = {0};
    Store *store = NULL;
    static const char name[] = "a?mode=memory&x=%41#' \"; `rm`.db";
    assert_int_equal(store_open(&store, path_of(name), &err), ERR_NONE);
    store_close(&store);
    assert_true(file_exists(path_of(name)));
    assert_int_equal(store_open_read(&store, path_of(name), &err), ERR_NONE);
    store_close(&store);
}

/* One state change under a fault: an error, then the same call succeeds and the store is sound. */
static void fault_one(Store *store, SysCallKind kind, long k, SysFaultAction action, int number,
                      bool *fired)
{
    Err err = {0};
    const StoreFact fact = {.name = "x", .value = {1, 2, 3}, .text = "settled"};
    StoreFact read;
    Arena arena = {0};
    bool there = false;
    sysfault_arm(kind, k, action, number);
    const ErrCode code = store_put_fact(store, &fact, &err);
    *fired = sysfault_fired();
    sysfault_clear();
    if (*fired && code != ERR_NONE) {
        if (code != ERR_IO && code != ERR_FULL && code != ERR_MEMORY)
            fail_msg("call %ld: %s", k, err.msg);
        assert_non_null(err.msg[0] ? err.msg : NULL);
        err = (Err){0};
    }
    if (store_put_fact(store, &fact, &err) != ERR_NONE)
        fail_msg("after call %ld: %s", k, err.msg);
    assert_int_equal(store_fact(store, "x", &arena, &read, &there, &err), ERR_NONE);
    assert_true(there && strcmp(read.text, "settled") == 0);
    arena_release(&arena);
}

/* Sweeps a kind of fault over every call of a state change, each on a fresh copy. */
static void sweep(SysCallKind kind, SysFaultAction action, int number, int at_least)
{
    Err err = {0};
    size_t n = 0;
    bool fired = true;
    int n_fired = 0;
    char *bytes = make_store("sweep.db", &n);
    for (long k = 1; fired; k++) {
        Store *store = NULL;
        Arena arena = {0};
        StoreDamage *damage;
        size_t n_damage = 0;
        assert_int_equal(file_write(path_of("sweep.db"), bytes, n, &err), ERR_NONE);
        assert_int_equal(store_open(&store, path_of("sweep.db"), &err), ERR_NONE);
        fault_one(store, kind, k, action, number, &fired);
        n_fired += fired;
        if (kind != SYS_ALLOC || k % 8 == 0) /* it is the slow part, and memory harms no bytes */
            assert_int_equal(store_check(store, &arena, &damage, &n_damage, &err), ERR_NONE);
        assert_int_equal(n_damage, 0);
        arena_release(&arena);
        store_close(&store);
    }
    assert_true(n_fired >= at_least);
    mem_free(bytes);
}

static void test_broken_device(void **state)
{
    (void)state;
    sweep(SYS_WRITE, SYS_FAIL, EIO, 3);
    sweep(SYS_OPEN, SYS_FAIL, EIO, 1);
    sweep(SYS_READ, SYS_FAIL, EIO, 0); /* pages may all be in the cache */
}

static void test_full_disk(void **state)
{
    (void)state;
    sweep(SYS_WRITE, SYS_FAIL_ALWAYS, ENOSPC, 3);
}

static void test_no_memory_while_writing(void **state)
{
    (void)state;
    sweep(SYS_ALLOC, SYS_FAIL, ENOMEM, 10);
}

static void test_full_disk_says_so(void **state)
{
    (void)state;
    Err err = {0};
    Store *store = NULL;
    const StoreFact fact = {.name = "x"};
    mem_free(make_store("full.db", &(size_t){0}));
    assert_int_equal(store_open(&store, path_of("full.db"), &err), ERR_NONE);
    sysfault_arm(SYS_WRITE, 1, SYS_FAIL_ALWAYS, ENOSPC);
    assert_int_equal(store_put_fact(store, &fact, &err), ERR_FULL);
    sysfault_clear();
    assert_non_null(strstr(err.msg, "full.db"));
    assert_non_null(strstr(err.msg, "full"));
    store_close(&store);
}

/*
 * A commit that fails says why, while a store is made as well as later; a quota, and a limit of
 * files' sizes, are a full disk.
 */
static void test_failed_commit_says_why(void **state)
{
    (void)state;
    static const struct {
        int error;
        ErrCode code;
    } cases[] = {{EIO, ERR_IO}, {EDQUOT, ERR_FULL}, {EFBIG, ERR_FULL}, {ENOSPC, ERR_FULL}};
    const StoreFact fact = {.name = "x"};
    for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
        const bool is_made = i % 2 == 1;
        Err err = {0};
        Store *store = NULL;
        assert_int_equal(file_remove(path_of("why.db"), &err), ERR_NONE);
        if (is_made)
            assert_int_equal(store_open(&store, path_of("why.db"), &err), ERR_NONE);
        sysfault_arm(SYS_WRITE, 1, SYS_FAIL_ALWAYS, cases[i / 2].error);
        const ErrCode code = is_made ? store_put_fact(store, &fact, &err)
                                     : store_open(&store, path_of("why.db"), &err);
        assert_true(sysfault_fired());
        sysfault_clear();
        assert_int_equal(code, cases[i / 2].code);
        assert_non_null(
            strstr(err.msg, cases[i / 2].error == ENOSPC ? "full" : strerror(cases[i / 2].error)));
        store_close(&store);
    }
}

/* Creating a store with the k-th allocation failing: an error and no file, or a whole store. */
static void test_no_memory_while_creating(void **state)
{
    (void)state;
    bool fired = true;
    int n_fired = 0;
    for (long k = 1; fired; k += k < 60 ? 1 : 37) {
        Err err = {0};
        Store *store = NULL;
        assert_int_equal(file_remove(path_of("create.db"), &err), ERR_NONE);
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = store_open(&store, path_of("create.db"), &err);
        fired = sysfault_fired();
        sysfault_clear();
        n_fired += fired;
        if (code != ERR_NONE)
            assert_int_equal(code, ERR_MEMORY);
        store_close(&store);
        err = (Err){0};
        if (store_open(&store, path_of("create.db"), &err) != ERR_NONE)
            fail_msg("after allocation %ld: %s", k, err.msg);
        store_close(&store);
    }
    assert_true(n_fired > 20);
}

/* Reading everything, verdicts and rankings with the k-th allocation failing. */
static void test_no_memory_while_reading(void **state)
{
    (void)state;
    Err err = {0};
    Store *store = NULL;
    bool fired = true;
    int n_fired = 0;
    const Fixture two = {.n_seeds = 1, .noise = 0.5, .has_two_compounds = true, .has_search = true};
    assert_int_equal(store_open(&store, path_of("read.db"), &err), ERR_NONE);
    assert_int_equal(fixture_fill(store, &two, &err), ERR_NONE);
    for (long k = 1; fired; k += k < 100 ? 1 : 29) {
        Arena arena = {0};
        StoreResults results;
        Verdict verdicts[VERDICT_MAX];
        size_t n_verdicts = 0;
        Ranking *rankings;
        size_t n = 0;
        err = (Err){0};
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        ErrCode code = store_results(store, &arena, &results, &err);
        if (code == ERR_NONE)
            code = verdict_all(&results, &arena, verdicts, &n_verdicts, &err);
        if (code == ERR_NONE)
            code = ranking_all(&results, NULL, NULL, &arena, &rankings, &n, &err);
        fired = sysfault_fired();
        sysfault_clear();
        n_fired += fired;
        if (code != ERR_NONE)
            assert_int_equal(code, ERR_MEMORY);
        else if (!fired)
            assert_int_equal(n, 1);
        arena_release(&arena);
    }
    assert_true(n_fired > 50);
    store_close(&store);
}

/* --- links --- */

/* The bytes are those of the file now. */
static bool is_unchanged(const char *name, const char *bytes, size_t n_bytes)
{
    char *now = NULL;
    size_t n = 0;
    Err err = {0};
    const bool is_same = file_read(path_of(name), 1 << 26, &now, &n, &err) == ERR_NONE &&
                         n == n_bytes && memcmp(now, bytes, n) == 0;
    mem_free(now);
    return is_same;
}

static void make_link(const char *target, const char *name)
{
    Err err = {0};
    char path[FIXTURE_PATH_BYTES * 2];
    snprintf(path, sizeof(path), "%s", path_of(name));
    assert_int_equal(file_remove(path, &err), ERR_NONE);
    assert_int_equal(symlink(target, path), 0);
}

/* Opens and writes a fact. */
static ErrCode write_fact(const char *name, Err *err)
{
    Store *store = NULL;
    const StoreFact fact = {.name = "late", .value = {1.0, (double)NAN, (double)NAN}};
    ErrCode code = store_open(&store, path_of(name), err);
    if (code == ERR_NONE)
        code = store_put_fact(store, &fact, err);
    store_close(&store);
    return code;
}

/*
 * A link in a store's place, to a store or to nothing, is refused by name, and so is one in its
 * journal's; one in the place of a store that is being made gives way. Folders above may be links.
 */
static void test_links_are_refused(void **state)
{
    (void)state;
    static const char *const targets[] = {"victim.db", "nothing.db"};
    size_t n = 0, n_own = 0;
    char temporary[64];
    Store *store = NULL;
    Err err = {0};
    char *victim = make_store("victim.db", &n), *own = make_store("own.db", &n_own);
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        make_link(targets[i], "link.db");
        err = (Err){0};
        assert_int_equal(write_fact("link.db", &err), ERR_DATA);
        assert_non_null(strstr(err.msg, "link.db' is a link"));
        err = (Err){0};
        assert_int_equal(store_open_read(&store, path_of("link.db"), &err), ERR_DATA);
        assert_non_null(strstr(err.msg, "link.db' is a link"));
        assert_true(file_is_link(path_of("link.db")) && !file_exists(path_of("nothing.db")));
    }
    make_link("victim.db", "own.db-journal");
    err = (Err){0};
    assert_int_not_equal(write_fact("own.db", &err), ERR_NONE);
    assert_non_null(strstr(err.msg, "own.db"));
    assert_true(is_unchanged("own.db", own, n_own) && is_unchanged("victim.db", victim, n));
    assert_int_equal(file_remove(path_of("own.db-journal"), &err), ERR_NONE);
    snprintf(temporary, sizeof(temporary), "new.db.tmp-%ld-0", (long)getpid());
    make_link("victim.db", temporary);
    err = (Err){0};
    assert_int_equal(write_fact("new.db", &err), ERR_NONE);
    assert_true(is_unchanged("victim.db", victim, n));
    make_link(".", "folder");
    assert_int_equal(write_fact("folder/own.db", &err), ERR_NONE);
    assert_false(is_unchanged("own.db", own, n_own));
    mem_free(own);
    mem_free(victim);
}

/* Somebody puts a link in the store's place. */
static void swap_store(void *user)
{
    char path[FIXTURE_PATH_BYTES * 2], kept[FIXTURE_PATH_BYTES * 2];
    (void)user;
    snprintf(path, sizeof(path), "%s", path_of("raced.db"));
    snprintf(kept, sizeof(kept), "%s", path_of("kept.db"));
    if (rename(path, kept) == 0 && symlink("victim.db", path) != 0)
        abort();
}

/* The same before every file that is opened, once all has been looked at. */
static void test_links_win_no_race(void **state)
{
    (void)state;
    size_t n = 0, n_own = 0;
    char *victim = make_store("victim.db", &n);
    bool has_fired = true;
    long n_fired = 0;
    for (long k = 1; has_fired; k++) {
        Err err = {0};
        mem_free(make_store("raced.db", &n_own));
        sysfault_visit(SYS_OPEN, k, swap_store, NULL);
        (void)!write_fact("raced.db", &err);
        has_fired = sysfault_fired();
        sysfault_clear();
        n_fired += has_fired;
        assert_true(is_unchanged("victim.db", victim, n));
    }
    assert_true(n_fired >= 2);
    mem_free(victim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_foreign_files),
                                       cmocka_unit_test(test_no_file),
                                       cmocka_unit_test(test_hostile_path),
                                       cmocka_unit_test(test_broken_device),
                                       cmocka_unit_test(test_full_disk),
                                       cmocka_unit_test(test_full_disk_says_so),
                                       cmocka_unit_test(test_failed_commit_says_why),
                                       cmocka_unit_test(test_no_memory_while_writing),
                                       cmocka_unit_test(test_no_memory_while_creating),
                                       cmocka_unit_test(test_no_memory_while_reading),
                                       cmocka_unit_test(test_links_are_refused),
                                       cmocka_unit_test(test_links_win_no_race)};
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
