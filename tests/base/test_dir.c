/*
 * base/dir: below a handle no link is followed, not even one that is put there between two calls.
 *
 * "in" is the folder that is written, "out" the victim, which links planted in "in" lead to. Races
 * are won by base/sysfault: just before the k-th call, for every k, a folder is swapped for a link.
 */
#include "base/dir.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "base/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char *original_folder;

static int make_scratch(void **state)
{
    static char scratch[] = "dir-test-XXXXXX";
    original_folder = getcwd(NULL, 0);
    if (mkdtemp(scratch) == NULL || chdir(scratch) != 0)
        return -1;
    *state = scratch;
    return 0;
}

static int remove_scratch(void **state)
{
    Err err = {0};
    const int moved = chdir(original_folder);
    free(original_folder);
    return moved == 0 && dir_remove_tree(NULL, *state, &err) == ERR_NONE ? 0 : -1;
}

static void put(const char *path, const char *text)
{
    Err err = {0};
    assert_int_equal(file_write(path, text, strlen(text), &err), ERR_NONE);
}

/* "in" with in/a/x, and the victim out/x, out/deep/x, anew; the handle of "in". */
static Dir *begin(void)
{
    Err err = {0};
    Dir *in = NULL;
    assert_int_equal(dir_remove_tree(NULL, "in", &err), ERR_NONE);
    assert_int_equal(dir_remove_tree(NULL, "kept", &err), ERR_NONE);
    assert_int_equal(dir_remove_tree(NULL, "out", &err), ERR_NONE);
    assert_int_equal(file_make_dirs("in/a/deep", &err), ERR_NONE);
    assert_int_equal(file_make_dirs("out/deep", &err), ERR_NONE);
    put("in/a/x", "ours");
    put("in/a/deep/x", "ours");
    put("out/x", "precious");
    put("out/deep/x", "precious");
    assert_int_equal(dir_open(&in, NULL, "in", &err), ERR_NONE);
    return in;
}

static bool holds(const char *path, const char *text)
{
    char *data = NULL;
    size_t n = 0;
    Err err = {0};
    const bool is_same =
        file_read(path, 1000, &data, &n, &err) == ERR_NONE && strcmp(data, text) == 0;
    mem_free(data);
    return is_same;
}

/* Whether the victim has its two files, with their bytes, and nothing else. */
static bool is_victim_whole(void)
{
    FileList top = {0}, deep = {0};
    Err err = {0};
    assert_int_equal(file_list("out", &top, &err), ERR_NONE);
    bool is_whole = top.n_names == 2 && holds("out/x", "precious");
    is_whole = is_whole && file_list("out/deep", &deep, &err) == ERR_NONE && deep.n_names == 1 &&
               holds("out/deep/x", "precious");
    file_list_release(&top);
    file_list_release(&deep);
    return is_whole;
}

/* --- names --- */

/* Handles are made, opened and closed; what leads out, is missing or is no folder is said. */
static void handles_are_opened(void **state)
{
    (void)state;
    Err err = {0};
    Dir *in = begin(), *inner = NULL;
    assert_string_equal(dir_path(in), "in");
    assert_int_equal(dir_make(&inner, in, "new/b/c", &err), ERR_NONE);
    assert_string_equal(dir_path(inner), "in/new/b/c");
    assert_int_equal(dir_write(inner, "y", "1", 1, &err), ERR_NONE);
    assert_true(holds("in/new/b/c/y", "1"));
    assert_true(dir_has(in, "new/b/c/y") && !dir_has(in, "new/b/c/z"));
    dir_close(&inner);
    assert_int_equal(dir_make(&inner, in, "new/b/c", &err), ERR_NONE);
    dir_close(&inner);
    assert_null(inner);
    dir_close(&inner);
    static const struct {
        const char *name;
        ErrCode code;
    } refused[] = {{"none", ERR_MISSING}, {"none/b", ERR_MISSING}, {"a/x", ERR_DATA},
                   {"a/x/y", ERR_DATA},   {"..", ERR_DATA},        {"a/../../out", ERR_DATA},
                   {"/etc", ERR_DATA},    {"", ERR_DATA}};
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        err = (Err){0};
        assert_int_equal(dir_open(&inner, in, refused[i].name, &err), refused[i].code);
        assert_null(inner);
    }
    err = (Err){0};
    assert_int_equal(dir_open(&inner, NULL, "nowhere", &err), ERR_MISSING);
    dir_close(&in);
}

/* Each new folder's entry is synced, those that are there are not. */
static void folders_are_durable(void **state)
{
    (void)state;
    Err err = {0};
    Dir *in = begin(), *made = NULL;
    sysfault_arm(SYS_FSYNC, 0, SYS_FAIL, 0);
    assert_int_equal(dir_make(&made, in, "new/b", &err), ERR_NONE);
    assert_int_equal(sysfault_count(), 2);
    dir_close(&made);
    sysfault_arm(SYS_FSYNC, 1, SYS_FAIL, EIO);
    assert_int_equal(dir_make(&made, in, "new/b", &err), ERR_NONE);
    dir_close(&made);
    assert_int_equal(dir_make(&made, in, "new/c", &err), ERR_IO);
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_null(made);
    dir_close(&in);
}

/* A handle is the folder, not its name: renamed, it is still written to. */
static void a_handle_is_the_folder(void **state)
{
    (void)state;
    Err err = {0};
    FileList list = {0};
    Dir *in = begin(), *a = NULL;
    assert_int_equal(dir_open(&a, in, "a", &err), ERR_NONE);
    assert_int_equal(rename("in/a", "kept"), 0);
    assert_int_equal(symlink("../out", "in/a"), 0);
    assert_int_equal(dir_write(a, "y", "late", 4, &err), ERR_NONE);
    assert_true(holds("kept/y", "late") && is_victim_whole());
    assert_int_equal(dir_list(a, &list, &err), ERR_NONE);
    assert_int_equal(list.n_names, 3);
    assert_string_equal(list.names[0], "deep");
    file_list_release(&list);
    dir_close(&a);
    dir_close(&in);
}

/* Links of the user's own, above the handle, are followed. */
static void links_above_are_the_users(void **state)
{
    (void)state;
    Err err = {0};
    Dir *in = begin(), *linked = NULL;
    assert_int_equal(symlink("in", "alias"), 0);
    assert_int_equal(dir_open(&linked, NULL, "alias/a", &err), ERR_NONE);
    assert_int_equal(dir_write(linked, "y", "1", 1, &err), ERR_NONE);
    assert_true(holds("in/a/y", "1"));
    dir_close(&linked);
    dir_close(&in);
    assert_int_equal(unlink("alias"), 0);
}

/* A folder of our own is new and closed to others; a child may enter it by its path. */
static void private_folders_are_new(void **state)
{
    (void)state;
    Err err = {0};
    struct stat facts;
    char path[DIR_PROC_BYTES], file[DIR_PROC_BYTES + 8];
    Dir *in = begin(), *own = NULL;
    assert_int_equal(dir_make_private(&own, in, "own", &err), ERR_NONE);
    assert_int_equal(stat("in/own", &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    snprintf(file, sizeof file, "%s/drawn", dir_proc_path(own, path));
    put(file, "by path");
    assert_true(holds("in/own/drawn", "by path"));
    dir_close(&own);
    assert_int_equal(dir_make_private(&own, in, "own", &err), ERR_IO); /* it is there */
    assert_int_equal(symlink("../out", "in/link"), 0);
    assert_int_equal(dir_make_private(&own, in, "link", &err), ERR_IO);
    assert_null(own);
    assert_true(is_victim_whole());
    dir_close(&in);
}

/* --- planted links --- */

static ErrCode do_read(const Dir *in, Err *err)
{
    char *data = NULL;
    size_t n = 0;
    const ErrCode code = dir_read(in, "a/x", 1000, &data, &n, err);
    mem_free(data);
    return code;
}

static ErrCode do_map(const Dir *in, Err *err)
{
    FileMap map = {0};
    const ErrCode code = dir_map(in, "a/x", &map, err);
    file_unmap(&map);
    return code;
}

static ErrCode do_sync(const Dir *in, Err *err)
{
    return dir_sync(in, "a/x", err);
}

static ErrCode do_write(const Dir *in, Err *err)
{
    return dir_write(in, "a/x", "changed", 7, err);
}

static ErrCode do_make(const Dir *in, Err *err)
{
    Dir *made = NULL;
    const ErrCode code = dir_make(&made, in, "a/deep/new", err);
    dir_close(&made);
    return code;
}

static ErrCode do_move_in(const Dir *in, Err *err)
{
    if (!dir_has(in, "new") && dir_write(in, "new", "changed", 7, err) != ERR_NONE)
        return err->code;
    return dir_rename(in, "new", in, "a/x", err);
}

static ErrCode do_move_out(const Dir *in, Err *err)
{
    return dir_rename(in, "a/x", in, "moved", err);
}

static ErrCode do_remove(const Dir *in, Err *err)
{
    return dir_remove(in, "a/x", err);
}

static ErrCode do_remove_tree(const Dir *in, Err *err)
{
    return dir_remove_tree(in, "a/deep", err);
}

static ErrCode do_remove_whole(const Dir *in, Err *err)
{
    return dir_remove_tree(in, "a", err);
}

static ErrCode do_sweep(const Dir *in, Err *err)
{
    Dir *a = NULL;
    TRY(dir_open(&a, in, "a", err));
    TRY(dir_sweep(a, err));
fail:
    dir_close(&a);
    return err->code;
}

/* All that is done below a folder; `takes_links`: a link at the last component goes, itself. */
static const struct {
    ErrCode (*call)(const Dir *in, Err *err);
    bool takes_links;
} operations[] = {{do_read, false},        {do_map, false},   {do_sync, false},
                  {do_write, false},       {do_make, false},  {do_move_in, false},
                  {do_move_out, true},     {do_remove, true}, {do_remove_tree, true},
                  {do_remove_whole, true}, {do_sweep, false}};

/* Behind a folder that is a link nothing is read, written or removed; it is named. */
static void folders_that_are_links_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        Err err = {0};
        Dir *in = begin();
        assert_int_equal(rename("in/a", "kept"), 0);
        assert_int_equal(symlink("../out", "in/a"), 0);
        const ErrCode code = operations[i].call(in, &err);
        if (operations[i].call == do_remove_whole) {
            assert_int_equal(code, ERR_NONE); /* the link has gone, and no more */
            assert_false(file_is_link("in/a"));
        } else {
            assert_int_equal(code, ERR_DATA);
            assert_non_null(strstr(err.msg, "'in/a' is a link"));
        }
        assert_true(is_victim_whole());
        dir_close(&in);
    }
}

/* The same of a link at the name itself, to a file and to a folder. */
static void names_that_are_links_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        Err err = {0};
        Dir *in = begin();
        FileFacts facts;
        if (operations[i].call == do_sweep)
            put("in/a/x.tmp-99999999-0", ""); /* beside it */
        assert_int_equal(unlink("in/a/x"), 0);
        assert_int_equal(symlink("../../out/x", "in/a/x"), 0);
        assert_int_equal(rename("in/a/deep", "kept"), 0);
        assert_int_equal(symlink("../../out/deep", "in/a/deep"), 0);
        assert_int_equal(dir_facts(in, "a/x", &facts, &err), ERR_NONE);
        assert_int_equal(facts.kind, FILE_LINK);
        assert_int_equal(dir_refuse_link(in, "a/x", &err), ERR_DATA);
        err = (Err){0};
        const ErrCode code = operations[i].call(in, &err);
        if (operations[i].takes_links || operations[i].call == do_sweep) {
            assert_int_equal(code, ERR_NONE);
        } else {
            assert_int_equal(code, ERR_DATA);
            assert_non_null(strstr(err.msg, "is a link"));
        }
        assert_true(is_victim_whole());
        dir_close(&in);
    }
}

/* Temporary names that are taken by links are passed over. */
static void temporary_names_that_are_links_are_passed_over(void **state)
{
    (void)state;
    enum { TAKEN = 40 };
    Err err = {0};
    Dir *in = begin();
    FileWriter *writer = NULL;
    FileList list = {0};
    char name[64], beside[80];
    /* The next numbers of this process: one is seen, those behind it are taken. */
    assert_int_equal(dir_begin(&writer, in, "probe", &err), ERR_NONE);
    assert_int_equal(dir_list(in, &list, &err), ERR_NONE);
    const char *number = strrchr(list.names[1], '-');
    assert_non_null(strstr(list.names[1], "probe.tmp-"));
    const long next = strtol(number + 1, NULL, 10) + 1;
    file_writer_abort(&writer);
    file_list_release(&list);
    for (long i = next; i < next + TAKEN; i++) {
        snprintf(name, sizeof name, "a/x.tmp-%ld-%ld", (long)getpid(), i);
        snprintf(beside, sizeof beside, "in/%s", name);
        assert_int_equal(symlink("../../out/x", beside), 0);
    }
    assert_int_equal(dir_write(in, "a/x", "changed", 7, &err), ERR_NONE);
    assert_true(holds("in/a/x", "changed") && is_victim_whole());
    assert_true(file_is_link(beside));
    dir_close(&in);
}

/* --- races --- */

/* Somebody puts a link to the victim in the place of in/a. */
static void swap_folder(void *user)
{
    (void)user;
    if (rename("in/a", "kept") == 0 && symlink("../out", "in/a") != 0)
        abort();
}

static void swap_inner(void *user)
{
    (void)user;
    if (rename("in/a/deep", "kept") == 0 && symlink("../../out/deep", "in/a/deep") != 0)
        abort();
}

static void swap_file(void *user)
{
    (void)user;
    if (unlink("in/a/x") == 0 && symlink("../../out/x", "in/a/x") != 0)
        abort();
}

/* Wins the race before every call; true if the victim was changed by it. *n counts the races. */
static bool is_a_race_lost(ErrCode (*call)(const Dir *in, Err *err), size_t *n)
{
    static SysFaultVisit *const swaps[] = {swap_folder, swap_inner, swap_file};
    static const SysCallKind kinds[] = {SYS_OPEN,  SYS_WRITE, SYS_FSYNC, SYS_RENAME,
                                        SYS_MKDIR, SYS_RMDIR, SYS_UNLINK};
    bool is_lost = false;
    for (size_t s = 0; s < ARRAY_LEN(swaps); s++)
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
            for (long k = 1;; k++) {
                Err err = {0};
                Dir *in = begin();
                sysfault_visit(kinds[i], k, swaps[s], NULL);
                (void)!call(in, &err);
                const bool has_fired = sysfault_fired();
                sysfault_clear();
                dir_close(&in);
                if (!has_fired)
                    break;
                ++*n;
                is_lost = is_lost || !is_victim_whole();
            }
    return is_lost;
}

/* Whatever is swapped at whatever call, the victim stays as it is. */
static void races_are_never_lost(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        size_t n = 0;
        assert_false(is_a_race_lost(operations[i].call, &n));
        assert_true(n >= 3);
    }
}

static ErrCode write_by_path(const Dir *in, Err *err)
{
    (void)in;
    return file_write("in/a/x", "changed", 7, err);
}

static ErrCode make_by_path(const Dir *in, Err *err)
{
    (void)in;
    return file_make_dirs("in/a/deep/new", err);
}

static ErrCode remove_by_path(const Dir *in, Err *err)
{
    (void)in;
    return file_remove("in/a/deep/x", err);
}

/* The control: by path the same races are lost. */
static void by_path_they_are_lost(void **state)
{
    (void)state;
    size_t n = 0;
    assert_true(is_a_race_lost(write_by_path, &n));
    assert_true(is_a_race_lost(make_by_path, &n));
    assert_true(is_a_race_lost(remove_by_path, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handles_are_opened),
        cmocka_unit_test(folders_are_durable),
        cmocka_unit_test(a_handle_is_the_folder),
        cmocka_unit_test(links_above_are_the_users),
        cmocka_unit_test(private_folders_are_new),
        cmocka_unit_test(folders_that_are_links_are_refused),
        cmocka_unit_test(names_that_are_links_are_refused),
        cmocka_unit_test(temporary_names_that_are_links_are_passed_over),
        cmocka_unit_test(races_are_never_lost),
        cmocka_unit_test(by_path_they_are_lost),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
