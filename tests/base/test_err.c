/* base/err: what an error records and how context is added. */
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static ErrCode deep(Err *err)
{
    return err_set(err, ERR_DATA, "label %d of 'x' is out of range", 300);
}

static ErrCode chain(Err *err)
{
    TRY(deep(err));
    fail_msg("TRY did not jump");
fail:
    return err_wrap(err, "reading '%s'", "batch");
}

/* Property: code, place and message are those of the origin; context goes in front. */
static void context_is_put_in_front(void **state)
{
    (void)state;
    Err err = {0};
    assert_int_equal(chain(&err), ERR_DATA);
    assert_string_equal(err.msg, "reading 'batch': label 300 of 'x' is out of range");
    assert_string_equal(err.file, "test_err.c");
    assert_true(err.line > 0);
}

/* Property: system errors name operation, path and reason; lack of memory has its own code. */
static void system_errors_name_everything(void **state)
{
    (void)state;
    Err err = {0};
    errno = ENOENT;
    assert_int_equal(err_errno(&err, "open", "a/b"), ERR_IO);
    assert_string_equal(err.msg, "cannot open 'a/b': No such file or directory");
    errno = ENOMEM;
    assert_int_equal(err_errno(&err, "map", "a"), ERR_MEMORY);
    static const int full[] = {ENOSPC, EDQUOT, EFBIG};
    for (size_t i = 0; i < ARRAY_LEN(full); i++) {
        errno = full[i];
        assert_int_equal(err_errno(&err, "write", "a"), ERR_FULL);
    }
    assert_int_equal(err_memory(&err, 77), ERR_MEMORY);
    assert_string_equal(err.msg, "out of memory: 77 bytes asked");
}

/*
 * Property: a long message is cut, terminated, and never ends in half a character, wherever the cut
 * falls.
 */
static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    char text[2000];
    for (size_t n_ascii = 0; n_ascii < 3; n_ascii++) {
        memset(text, 'x', n_ascii);
        for (size_t i = n_ascii; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xE2\x82\xAC", 4);
        Err err = {0};
        assert_int_equal(err_set(&err, ERR_IO, "%s", text), ERR_IO);
        const size_t n = strlen(err.msg);
        assert_true(n < ERR_MESSAGE_BYTES && n > ERR_MESSAGE_BYTES - 5);
        assert_int_equal((n - n_ascii) % 3, 0);
        assert_int_equal(err_wrap(&err, "%s", text), ERR_IO);
        assert_int_equal((strlen(err.msg) - n_ascii) % 3, 0);
    }
}

/* Property: each code has a name, and exit statuses are those of the command line's contract. */
static void codes_map_to_names_and_statuses(void **state)
{
    (void)state;
    for (int code = ERR_NONE; code <= ERR_INTERNAL; code++) {
        assert_non_null(err_name((ErrCode)code));
        assert_int_equal(err_code(err_name((ErrCode)code)), code);
        assert_string_not_equal(err_name((ErrCode)code), "unknown");
    }
    assert_int_equal(err_exit_status(ERR_NONE), 0);
    assert_int_equal(err_exit_status(ERR_IO), 1);
    assert_int_equal(err_exit_status(ERR_USAGE), 2);
    assert_int_equal(err_exit_status(ERR_INTERRUPTED), 75);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context_is_put_in_front),
        cmocka_unit_test(system_errors_name_everything),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(codes_map_to_names_and_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
