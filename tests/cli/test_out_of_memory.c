/*
 * Whatever allocation fails, a command that reads a study says so or prints all that it prints with
 * memory: never a cut cell with status 0.
 */
#include "tests/results/fixture.h"

#include "base/err.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "harness/cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* Every allocation of the first ones, then every STRIDE-th: a prime, so that all kinds have turns.
 */
enum { ALL_OF = 400, STRIDE = 211, MAX_BYTES = 1 << 22 };

static char seen_path[FIXTURE_PATH_BYTES * 2];

static int begin(void **state)
{
    (void)state;
    Err err = {0};
    Store *store = NULL;
    const Fixture one = {.n_seeds = 1, .noise = 0.5};
    snprintf(seen_path, sizeof(seen_path), "%s", fixture_path("seen"));
    mem_adopt_jansson();
    const ErrCode code = store_open(&store, fixture_path("study.db"), &err) != ERR_NONE
                             ? err.code
                             : fixture_fill(store, &one, &err);
    store_close(&store);
    return code == ERR_NONE ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    sysfault_clear();
    fixture_remove();
    return 0;
}

/* Runs a command with its standard output in a file: *text, or NULL where an error is its answer.
 */
static bool run(const Command *command, const Call *call, char **text)
{
    Err err = {0};
    Err ignored = {0};
    size_t n_bytes = 0;
    int status = 0;
    fflush(stdout);
    const int kept = dup(STDOUT_FILENO);
    const int file = open(seen_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(kept >= 0 && file >= 0 && dup2(file, STDOUT_FILENO) >= 0);
    const ErrCode code = command->run(call, &status, &err);
    assert_true(dup2(kept, STDOUT_FILENO) >= 0);
    close(file);
    close(kept);
    const bool has_fired = sysfault_fired();
    sysfault_clear();
    *text = NULL;
    if (code == ERR_NONE && status == 0)
        assert_int_equal(file_read(seen_path, MAX_BYTES, text, &n_bytes, &ignored), ERR_NONE);
    else if (!has_fired)
        print_message("%s\n", err.msg);
    return has_fired;
}

/* At least n_least of the allocations must have failed it. */
static void sweep(const char *name, const char *const *args, bool is_json, long n_least)
{
    size_t n_args = 0;
    while (args[n_args] != NULL)
        n_args++;
    const Command *command = commands_find(name);
    assert_non_null(command);
    char settings[256] = {0};
    const Call call = {.settings = settings, .args = args, .n_args = n_args, .json = is_json};
    char *whole = NULL, *text = NULL;
    bool has_fired = true;
    long n_failed = 0;
    sysfault_arm(SYS_ALLOC, 0, SYS_FAIL, ENOMEM);
    (void)run(command, &call, &whole);
    assert_non_null(whole);
    for (long k = 1; has_fired; k += k < ALL_OF ? 1 : STRIDE) {
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        has_fired = run(command, &call, &text);
        n_failed += text == NULL;
        if (text != NULL && strcmp(text, whole) != 0)
            fail_msg("isoflop %s, allocation %ld: other words, and no error", name, k);
        mem_free(text);
    }
    assert_true(n_failed >= n_least);
    mem_free(whole);
}

static void test_readers(void **state)
{
    (void)state;
    const char *const folder[] = {fixture_folder(), NULL};
    const char *const trial[] = {fixture_folder(), "2", NULL};
    const char *const twice[] = {fixture_folder(), fixture_folder(), NULL};
    sweep("trials", folder, false, ALL_OF / 2);
    sweep("trials", folder, true, ALL_OF / 2);
    sweep("status", folder, false, ALL_OF / 2);
    sweep("status", twice, false, ALL_OF / 2);
    sweep("status", twice, true, ALL_OF / 2);
    sweep("show", trial, false, ALL_OF / 2);
    sweep("verdict", folder, false, ALL_OF / 2);
}

/* Tables of two kinds, each of the least rows there may be. */
static void test_fits(void **state)
{
    (void)state;
    static const char shapes[] = "a,b,c,seed,top1\n"
                                 "1,0,0,1,60\n0,1,0,1,61\n0,0,1,1,60\n.5,.5,0,1,64\n.5,0,.5,1,64\n"
                                 "0,.5,.5,1,64\n.34,.33,.33,1,65\n"
                                 "1,0,0,2,60.5\n0,1,0,2,61\n0,0,1,2,60\n.5,.5,0,2,64\n"
                                 ".5,0,.5,2,64\n0,.5,.5,2,64.5\n.34,.33,.33,2,65\n";
    static const char sizes[] = "macs,images,loss\n1e8,8e8,2\n2e8,4e8,1\n4e8,2e8,3\n1e8,16e8,2\n"
                                "2e8,8e8,1\n4e8,4e8,2\n";
    enum { LEAST = 5 }; /* an arena grows in few, large blocks */
    Err err = {0};
    char path[FIXTURE_PATH_BYTES * 2];
    snprintf(path, sizeof path, "%s", fixture_path("table.csv"));
    const char *const shape[] = {"shape", path, NULL}, *const size[] = {"size", path, NULL};
    assert_int_equal(file_write(path, shapes, sizeof shapes - 1, &err), ERR_NONE);
    sweep("fit", shape, false, LEAST);
    sweep("fit", shape, true, LEAST);
    assert_int_equal(file_write(path, sizes, sizeof sizes - 1, &err), ERR_NONE);
    sweep("fit", size, false, LEAST);
    sweep("fit", size, true, LEAST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_readers), cmocka_unit_test(test_fits)};
    return cmocka_run_group_tests(tests, begin, end);
}
