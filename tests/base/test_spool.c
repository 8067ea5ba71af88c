/* Spools: what was put comes out, in order and without a name; a full disk is an error. */
#include "base/dir.h"
#include "base/file.h"
#include "base/spool.h"
#include "base/sys.h"
#include "base/sysfault.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/isoflop-spool-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || setenv("TMPDIR", folder, 1) != 0;
}

static int remove_folder(void **state)
{
    (void)state;
    Err err = {0};
    sysfault_clear();
    return dir_remove_tree(NULL, folder, &err) != ERR_NONE;
}

/* A file of more bytes than a piece comes back byte by byte; nothing in TMPDIR bears its name. */
static void test_round_trip(void **state)
{
    (void)state;
    enum { N_PUTS = 1000, PUT_BYTES = 333 };
    Err err = {0};
    Spool *spool = NULL;
    FileList list = {0};
    char put[PUT_BYTES], path[sizeof(folder) + 8], *data = NULL;
    size_t n_bytes = 0;
    assert_int_equal(spool_create(&spool, &err), ERR_NONE);
    assert_int_equal(file_list(folder, &list, &err), ERR_NONE);
    assert_int_equal(list.n_names, 0);
    file_list_release(&list);
    for (int i = 0; i < N_PUTS; i++) {
        memset(put, i, sizeof(put));
        assert_int_equal(spool_put(spool, put, sizeof(put), &err), ERR_NONE);
    }
    snprintf(path, sizeof(path), "%s/copy", folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(spool_copy(spool, fileno(file), "copy", &err), ERR_NONE);
    fclose(file);
    assert_int_equal(file_read(path, SIZE_MAX / 2, &data, &n_bytes, &err), ERR_NONE);
    assert_int_equal(n_bytes, N_PUTS * PUT_BYTES);
    for (size_t i = 0; i < n_bytes; i++)
        if ((unsigned char)data[i] != i / PUT_BYTES % 256)
            fail_msg("byte %zu is another", i);
    mem_free(data);
    spool_destroy(&spool);
    assert_null(spool);
}

/* No room in TMPDIR, and no TMPDIR, are named. */
static void test_trouble(void **state)
{
    (void)state;
    Err err = {0};
    Spool *spool = NULL;
    assert_int_equal(spool_create(&spool, &err), ERR_NONE);
    sysfault_arm(SYS_WRITE, 1, SYS_FAIL, ENOSPC);
    assert_true(spool_put(spool, "x", 1, &err) != ERR_NONE);
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_non_null(strstr(err.msg, folder));
    spool_destroy(&spool);
    setenv("TMPDIR", "/nonexistent", 1);
    err = (Err){0};
    assert_true(spool_create(&spool, &err) != ERR_NONE);
    assert_non_null(strstr(err.msg, "/nonexistent"));
    assert_null(spool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip),
                                       cmocka_unit_test(test_trouble)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
