/* Every harmful change of one byte of a store is found: at opening, or by store_check (R6). */
#include "tests/results/fixture.h"

#include "base/file.h"
#include "base/sys.h"
#include "results/export.h"
#include "results/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { N_FLIPS = 400, PRIME_STEP = 7919 };

static int remove_folder(void **state)
{
    (void)state;
    fixture_remove();
    return 0;
}

/* Everything a reader can see, or NULL if reading fails. */
static char *see_all(Store *store)
{
    Err err = {0};
    Text text = {0};
    char *all = NULL;
    bool ok = true;
    for (size_t i = 0; export_names[i] != NULL && ok; i++)
        ok = export_csv(store, export_names[i], &text, &err) == ERR_NONE;
    if (!ok || text_take(&text, &all, &err) != ERR_NONE)
        text_release(&text);
    return all;
}

/* Opens a possibly damaged store: *found, or what it shows in *seen. */
static void inspect(const char *path, bool *found, char **seen)
{
    Err err = {0};
    Store *store = NULL;
    Arena arena = {0};
    StoreDamage *damage = NULL;
    size_t n_damage = 0;
    *seen = NULL;
    *found = store_open_read(&store, path, &err) != ERR_NONE ||
             store_check(store, &arena, &damage, &n_damage, &err) != ERR_NONE || n_damage > 0;
    if (!*found)
        *seen = see_all(store);
    arena_release(&arena);
    store_close(&store);
}

/* Offsets walk through the file by a prime step, the changed bit by turns. */
static void test_one_byte(void **state)
{
    (void)state;
    Err err = {0};
    Store *store = NULL;
    char *bytes = NULL, *whole = NULL;
    size_t n_bytes = 0;
    int n_found = 0;
    bool found = false;
    char path[FIXTURE_PATH_BYTES * 2];
    const Fixture one = {.n_seeds = 1, .noise = 0.5};
    snprintf(path, sizeof(path), "%s", fixture_path("damage.db"));
    assert_int_equal(store_open(&store, path, &err), ERR_NONE);
    assert_int_equal(fixture_fill(store, &one, &err), ERR_NONE);
    store_close(&store);
    inspect(path, &found, &whole);
    assert_false(found);
    assert_non_null(whole);
    assert_int_equal(file_read(path, 1 << 26, &bytes, &n_bytes, &err), ERR_NONE);
    for (size_t i = 0; i < N_FLIPS; i++) {
        const size_t at = i * PRIME_STEP % n_bytes;
        char *seen = NULL;
        bytes[at] = (char)(bytes[at] ^ (1 << i % 8));
        assert_int_equal(file_write(path, bytes, n_bytes, &err), ERR_NONE);
        inspect(path, &found, &seen);
        n_found += found;
        if (!found && (seen == NULL || strcmp(seen, whole) != 0))
            fail_msg("a change at byte %zu changes what is read and was not found", at);
        mem_free(seen);
        bytes[at] = (char)(bytes[at] ^ (1 << i % 8));
    }
    assert_true(n_found > N_FLIPS / 4);
    mem_free(whole);
    mem_free(bytes);
}

/* The same where it hurts most: a digit of a result's text, a bit of an accuracy, a view's text. */
static void test_named_damage(void **state)
{
    (void)state;
    static const char *const needles[] = {"gcc 12.2.0", "proxy-b0", "p.id, p.digest, p.seed",
                                          "trials/000003/weights"};
    Err err = {0};
    Store *store = NULL;
    char *bytes = NULL;
    size_t n_bytes = 0;
    char path[FIXTURE_PATH_BYTES * 2];
    const Fixture one = {.n_seeds = 1, .noise = 0.5};
    snprintf(path, sizeof(path), "%s", fixture_path("named.db"));
    assert_int_equal(store_open(&store, path, &err), ERR_NONE);
    assert_int_equal(fixture_fill(store, &one, &err), ERR_NONE);
    store_close(&store);
    assert_int_equal(file_read(path, 1 << 26, &bytes, &n_bytes, &err), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(needles); i++) {
        bool found = false;
        char *seen = NULL;
        size_t at = 0;
        while (at < n_bytes - 32 && memcmp(bytes + at, needles[i], strlen(needles[i])) != 0)
            at++;
        assert_true(at < n_bytes - 32);
        bytes[at]++;
        assert_int_equal(file_write(path, bytes, n_bytes, &err), ERR_NONE);
        inspect(path, &found, &seen);
        bytes[at]--;
        mem_free(seen);
        if (!found)
            fail_msg("a changed '%s' was not found", needles[i]);
    }
    mem_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_byte),
                                       cmocka_unit_test(test_named_damage)};
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
