/* harness/leftovers: what is listed, what is freed and what stays; links are neither followed nor
 * forgotten. */
#include "tests/results/fixture.h"

#include "harness/leftovers.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATH_BYTES = FIXTURE_PATH_BYTES * 2 };

static int remove_folder(void **state)
{
    (void)state;
    fixture_remove();
    return 0;
}

/* "study/name" in the fixture's folder. */
static const char *inside(const char *name)
{
    static char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", fixture_path("study"), name);
    return path;
}

static void put(const char *name, const char *text)
{
    Err err = {0};
    char *folder = file_folder(inside(name));
    assert_int_equal(file_make_dirs(folder, &err), ERR_NONE);
    assert_int_equal(file_write(inside(name), text, strlen(text), &err), ERR_NONE);
    mem_free(folder);
}

/* A study whose first trial has finished and whose others have not begun. */
static Store *make_study(void)
{
    Err err = {0};
    Store *store = NULL;
    const Fixture planned = {.n_seeds = 1, .is_planned_only = true};
    assert_int_equal(dir_remove_tree(NULL, fixture_path("study"), &err), ERR_NONE);
    put("trials/000001/weights.safetensors", "result");
    put("trials/000002/a1/checkpoint-0000000001.safetensors", "going on");
    assert_int_equal(store_open(&store, inside("study.db"), &err), ERR_NONE);
    assert_int_equal(fixture_fill(store, &planned, &err), ERR_NONE);
    assert_int_equal(store_begin_run(store, "isoflop run", "here", 1, &err), ERR_NONE);
    assert_int_equal(fixture_run_trial(store, 1, 50.0, &err), ERR_NONE);
    return store;
}

static Dir *open_study(void)
{
    Err err = {0};
    Dir *study = NULL;
    assert_int_equal(dir_open(&study, NULL, fixture_path("study"), &err), ERR_NONE);
    return study;
}

static const Leftover *find(const LeftoverList *list, const char *ending)
{
    for (size_t i = 0; i < list->n; i++)
        if (text_ends_with(list->items[i].path, ending))
            return &list->items[i];
    return NULL;
}

/* All kinds are found with their sizes; freeing takes them and leaves results and orphans. */
static void what_can_be_had_again_is_freed(void **state)
{
    (void)state;
    Err err = {0};
    LeftoverList list = {0};
    uint64_t n_bytes = 0;
    Store *store = make_study();
    put("cache/images", "0123456789");
    put("figures/grid.svg", "012");
    put("report.html", "01");
    put("trials/000001/a3/checkpoint-0000000001.safetensors", "0123");
    put("trials/000002/a1/x.tmp-99999999-0", "01234");
    put("trials/000777/weights.safetensors", "whose?");
    put("notes.txt", "the user's");
    Dir *study = open_study();
    assert_int_equal(leftovers_find(study, store, &list, &err), ERR_NONE);
    assert_int_equal(list.n, 6);
    assert_int_equal(find(&list, "/cache")->n_bytes, 10);
    assert_false(find(&list, "/cache")->is_unwanted);
    assert_true(find(&list, "trials/000001/a3")->is_unwanted);
    assert_true(find(&list, ".tmp-99999999-0")->is_unwanted);
    assert_true(find(&list, "trials/000777")->is_orphan);
    assert_int_equal(leftovers_bytes(&list), 24);
    assert_int_equal(leftovers_free(study, &list, &n_bytes, &err), ERR_NONE);
    assert_int_equal(n_bytes, 24);
    static const char *const stay[] = {"study.db", "notes.txt", "trials/000001/weights.safetensors",
                                       "trials/000002/a1/checkpoint-0000000001.safetensors",
                                       "trials/000777/weights.safetensors"};
    for (size_t i = 0; i < ARRAY_LEN(stay); i++)
        assert_true(file_exists(inside(stay[i])));
    static const char *const go[] = {"cache", "figures", "report.html", "trials/000001/a3",
                                     "trials/000002/a1/x.tmp-99999999-0"};
    for (size_t i = 0; i < ARRAY_LEN(go); i++)
        assert_false(file_exists(inside(go[i])));
    arena_release(&list.arena);
    dir_close(&study);
    store_close(&store);
}

/* A planted link is named and refused, and whatever it leads to is neither listed nor removed. */
static void links_lead_nowhere(void **state)
{
    (void)state;
    static const char *const places[] = {"cache", "figures", "trials/000001/a1", "study.lock",
                                         "trials/000002/a1/checkpoint-0000000002.safetensors"};
    Store *store = make_study();
    Dir *study = open_study();
    put("../victim/a1/precious", "precious");
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        Err err = {0};
        LeftoverList list = {0};
        uint64_t n_bytes = 0;
        char target[PATH_BYTES];
        snprintf(target, sizeof target, "%s", fixture_path("victim"));
        assert_int_equal(leftovers_refuse_links(study, &err), ERR_NONE);
        assert_int_equal(symlink(target, inside(places[i])), 0);
        assert_int_equal(leftovers_refuse_links(study, &err), ERR_DATA);
        assert_non_null(strstr(err.msg, places[i]));
        assert_non_null(strstr(err.msg, "is a link"));
        err = (Err){0};
        assert_int_equal(leftovers_find(study, store, &list, &err), ERR_NONE);
        assert_null(find(&list, places[i]));
        assert_int_equal(leftovers_free(study, &list, &n_bytes, &err), ERR_NONE);
        assert_true(file_exists(inside("../victim/a1/precious")));
        arena_release(&list.arena);
        assert_int_equal(unlink(inside(places[i])), 0);
    }
    dir_close(&study);
    store_close(&store);
}

/* A store's paths stay in its folder. */
static void paths_stay_inside(void **state)
{
    (void)state;
    assert_true(leftovers_is_inside("trials/000001/weights.safetensors"));
    assert_true(leftovers_is_inside("a..b/c"));
    assert_false(leftovers_is_inside("/etc/passwd"));
    assert_false(leftovers_is_inside("../x"));
    assert_false(leftovers_is_inside("trials/../../x"));
    assert_false(leftovers_is_inside("trials/.."));
    assert_false(leftovers_is_inside(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_had_again_is_freed),
        cmocka_unit_test(links_lead_nowhere),
        cmocka_unit_test(paths_stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
