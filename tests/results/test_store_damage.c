/*
 * Damage of a store: named where it is, heard of by those who conclude from it, and views of a file
 * that are not ours. (That every harmful change is found is tests/harness/test_doctor.c's.)
 */
#include "tests/results/fixture.h"

#include "base/file.h"
#include "base/sys.h"
#include "results/store_trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { MAX_BYTES = 1 << 26, PATH_BYTES = FIXTURE_PATH_BYTES * 2 };

static int remove_folder(void **state)
{
    (void)state;
    fixture_remove();
    return 0;
}

static bool is_damaged(const char *path)
{
    Err err = {0};
    Store *store = NULL;
    Arena arena = {0};
    StoreDamage *damage = NULL;
    size_t n_damage = 0;
    const bool found = store_open_read(&store, path, &err) != ERR_NONE ||
                       store_check(store, &arena, &damage, &n_damage, &err) != ERR_NONE ||
                       n_damage > 0;
    arena_release(&arena);
    store_close(&store);
    return found;
}

/* What a verdict would be read from: ERR_NONE, or the first damage in *err. */
static ErrCode trust(const char *path, Err *err)
{
    Store *store = NULL;
    TRY(store_open_read(&store, path, err));
    TRY(store_trust(store, STORE_GROUND_RESULTS, err));
fail:
    store_close(&store);
    return err->code;
}

/* The place of a text in the file's bytes. */
static size_t place_of(const char *bytes, size_t n_bytes, const char *needle)
{
    const size_t n = strlen(needle);
    size_t at = 0;
    while (at + n < n_bytes && memcmp(bytes + at, needle, n) != 0)
        at++;
    assert_true(at + n < n_bytes);
    return at;
}

/* A finished study's store under a name of the fixture's folder, and its bytes. */
static char *make_store(const char *name, char *path, size_t n_path, size_t *n_bytes)
{
    Err err = {0};
    Store *store = NULL;
    char *bytes = NULL;
    const Fixture one = {.n_seeds = 1, .noise = 0.5, .family_seed = 7};
    snprintf(path, n_path, "%s", fixture_path(name));
    assert_int_equal(store_open(&store, path, &err), ERR_NONE);
    assert_int_equal(fixture_fill(store, &one, &err), ERR_NONE);
    store_close(&store);
    assert_int_equal(file_read(path, MAX_BYTES, &bytes, n_bytes, &err), ERR_NONE);
    return bytes;
}

/* A text in each of several tables, and one in a view, changed by one: each is found. */
static void test_named_damage(void **state)
{
    (void)state;
    static const char *const needles[] = {"gcc 12.2.0", "proxy-b0", "p.id, p.digest, p.seed",
                                          "trials/000003/weights",
                                          "family\a"}; /* the seed 7 that it keeps to itself */
    Err err = {0};
    size_t n_bytes = 0;
    char path[PATH_BYTES];
    char *bytes = make_store("named.db", path, sizeof(path), &n_bytes);
    for (size_t i = 0; i < ARRAY_LEN(needles); i++) {
        const size_t at = place_of(bytes, n_bytes, needles[i]);
        bytes[at]++;
        assert_int_equal(file_write(path, bytes, n_bytes, &err), ERR_NONE);
        if (!is_damaged(path))
            fail_msg("a changed '%s' was not found", needles[i]);
        bytes[at]--;
    }
    mem_free(bytes);
}

/*
 * Who concludes something from a store hears of damage in what it rests on, by table and row, and
 * is not kept from it by damage elsewhere (which store_check names).
 */
static void test_trust(void **state)
{
    (void)state;
    Err err = {0};
    size_t n_bytes = 0;
    char path[PATH_BYTES];
    char *bytes = make_store("trust.db", path, sizeof(path), &n_bytes);
    assert_int_equal(trust(path, &err), ERR_NONE);
    const size_t network = place_of(bytes, n_bytes, "proxy-b0");
    bytes[network]++;
    assert_int_equal(file_write(path, bytes, n_bytes, &err), ERR_NONE);
    assert_int_equal(trust(path, &err), ERR_DATA);
    assert_non_null(strstr(err.msg, "is damaged: row ("));
    assert_non_null(strstr(err.msg, "isoflop doctor"));
    bytes[network]--;
    bytes[place_of(bytes, n_bytes, "gcc 12.2.0")]++;
    assert_int_equal(file_write(path, bytes, n_bytes, &err), ERR_NONE);
    err = (Err){0};
    assert_int_equal(trust(path, &err), ERR_NONE);
    assert_true(is_damaged(path));
    mem_free(bytes);
}

/*
 * What a file calls the view `trial` is never executed: with another text in the file (seeds one
 * higher) readers are answered by ours, and the check tells.
 */
static void test_views_are_ours(void **state)
{
    (void)state;
    Err err = {0};
    Store *store = NULL;
    Arena arena = {0};
    StoreTrials before = {0}, after = {0};
    size_t n_bytes = 0;
    char path[PATH_BYTES];
    char *bytes = make_store("views.db", path, sizeof(path), &n_bytes);
    assert_int_equal(store_open_read(&store, path, &err), ERR_NONE);
    assert_int_equal(store_trials(store, &arena, &before, &err), ERR_NONE);
    store_close(&store);
    char *view = bytes + place_of(bytes, n_bytes, "SELECT p.id, p.digest, p.seed,\n ");
    memcpy(view, "SELECT p.id, p.digest, 7 seed,\n ", strlen("SELECT p.id, p.digest, 7 seed,\n "));
    assert_int_equal(file_write(path, bytes, n_bytes, &err), ERR_NONE);
    assert_int_equal(store_open_read(&store, path, &err), ERR_NONE);
    assert_int_equal(store_trials(store, &arena, &after, &err), ERR_NONE);
    store_close(&store);
    assert_true(before.n > 0 && after.n == before.n);
    for (size_t i = 0; i < before.n; i++)
        assert_int_equal(after.items[i].seed, before.items[i].seed);
    assert_true(is_damaged(path));
    arena_release(&arena);
    mem_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_named_damage),
                                       cmocka_unit_test(test_trust),
                                       cmocka_unit_test(test_views_are_ours)};
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
