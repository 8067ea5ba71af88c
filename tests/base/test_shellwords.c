/* Words of a command are those a shell sees, but for expansions, and what is no command is said. */
#include "base/proc.h"
#include "base/shellwords.h"
#include "base/sys.h"
#include "base/sysfault.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Commands that a shell does not expand. */
static const char *const commands[] = {
    "srun -n1 -c1",
    "  srun\t-n1  -c1  ",
    "ssh -o 'ProxyCommand=nc %h 22' host",
    "env NAME=\"two words\" x",
    "a'b c'\"d e\"f\\ g",
    "'it'\\''s' \"it's\" 'say \"hi\"'",
    "\"a \\\" b \\\\ c \\$HOME \\` d \\n e\"",
    "\\'a\\' \\\\ \\$HOME \\*",
    "'' \"\" x''y",
    "one\\\ntwo \"three\\\nfour\" 'five\\\nsix'",
    "one \\\n two \\\n",
    "'$HOME * ~ # ; & | `x`'",
    "\xc3\xa4 'sn\xc3\xb6re'",
};

/* Each word between brackets. */
static void assert_as_a_shell(const char *command)
{
    static const int64_t timeout_ns = INT64_C(60000000000);
    const char *argv[] = {"sh", "-c", NULL, NULL};
    Text script = {0}, expected = {0}, words = {0};
    ShellWords split = {0};
    Proc proc = {0};
    Err err = {0};
    text_printf(&script, "printf '[%%s]' %s", command);
    argv[2] = text_string(&script);
    const ProcOptions options = {.argv = argv};
    const ProcRun run = {.output = &expected, .max_bytes = 1 << 16, .timeout_ns = timeout_ns};
    assert_int_equal(proc_run(&proc, &options, &run, &err), ERR_NONE);
    assert_int_equal(proc.exit_status, 0);
    if (shellwords_split(&split, command, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < split.n; i++)
        text_printf(&words, "[%s]", split.v[i]);
    assert_null(split.v[split.n]);
    assert_string_equal(text_string(&words), text_string(&expected));
    shellwords_release(&split);
    text_release(&script);
    text_release(&expected);
    text_release(&words);
}

/* The oracle is sh itself. */
static void words_are_a_shells(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        assert_as_a_shell(commands[i]);
}

/* Whatever a word holds, a shell takes it for that one word; what needs no quotes gets none. */
static void appended_words_are_whole(void **state)
{
    (void)state;
    static const char *const words[] = {"",     "two words", "it's", "'",   "a\\b",     "$HOME *",
                                        "a\nb", "\"q\"",     "~",    "#no", "s\xc3\xa4"};
    Text command = {0};
    ShellWords split = {0};
    Err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        text_append_char(&command, ' ');
        shellwords_append(&command, words[i]);
    }
    assert_as_a_shell(text_string(&command));
    assert_int_equal(shellwords_split(&split, text_string(&command), &err), ERR_NONE);
    assert_int_equal(split.n, ARRAY_LEN(words));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        assert_string_equal(split.v[i], words[i]);
    shellwords_release(&split);
    text_clear(&command);
    shellwords_append(&command, "runs/a-1_b.db");
    assert_string_equal(text_string(&command), "runs/a-1_b.db");
    text_release(&command);
}

/* What a shell would expand stays as it is, and a line's end only parts words. */
static void nothing_is_expanded(void **state)
{
    (void)state;
    static const char *const expected[] = {"$HOME", "*",    "~", "#no", "a;b",
                                           "$(id)", "`id`", "&", "|",   "$\\x"};
    ShellWords split = {0};
    Err err = {0};
    assert_int_equal(shellwords_split(&split, "$HOME *\n~ #no a;b $(id) `id` & | \"$\\x\"", &err),
                     ERR_NONE);
    assert_int_equal(split.n, ARRAY_LEN(expected));
    for (size_t i = 0; i < split.n; i++)
        assert_string_equal(split.v[i], expected[i]);
    shellwords_release(&split);
}

/* What is no whole command is misuse, and says why. */
static void halves_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"srun 'x", "a quote (') is not closed in 'srun 'x'"},
        {"srun \"x", "a quote (\") is not closed"},
        {"srun \"x\\\"", "a quote (\") is not closed"},
        {"a'b'c'", "a quote (') is not closed"},
        {"srun \\", "a backslash ends 'srun \\'"},
        {"", "there is no word"},
        {" \t\n", "there is no word"},
        {"\\\n", "there is no word"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ShellWords split = {0};
        Err err = {0};
        assert_int_equal(shellwords_split(&split, cases[i].text, &err), ERR_USAGE);
        assert_non_null(strstr(err.msg, cases[i].why));
        assert_null(split.v);
    }
}

/* Without memory: an error, and nothing left. */
static void memory_may_fail(void **state)
{
    (void)state;
    for (int k = 1; k <= 2; k++) {
        ShellWords split = {0};
        Err err = {0};
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        assert_int_equal(shellwords_split(&split, "a b", &err), ERR_MEMORY);
        assert_true(sysfault_fired());
        sysfault_clear();
        assert_null(split.v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_a_shells),       cmocka_unit_test(nothing_is_expanded),
        cmocka_unit_test(appended_words_are_whole), cmocka_unit_test(halves_are_refused),
        cmocka_unit_test(memory_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
