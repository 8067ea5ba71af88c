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

static void sweep(const char *name, size_t n_args, bool is_json)
{
    const char *args[] = {fixture_folder(), "2", NULL};
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
    assert_true(n_failed > ALL_OF / 2);
    mem_free(whole);
}

static void test_readers(void **state)
{
    (void)state;
    sweep("trials", 1, false);
    sweep("trials", 1, true);
    sweep("status", 1, false);
    sweep("show", 2, false);
    sweep("verdict", 1, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_readers)};
    return cmocka_run_group_tests(tests, begin, end);
}
