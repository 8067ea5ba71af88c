/* The live view's lines: never wider than the terminal, never more than its rows, colour on wish.
 */
#include "harness/cli/progress_view.h"

#include "base/sys.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { N_RUNNING = 3 };

static const ProgressTrial running[N_RUNNING] = {
    {.number = 7,
     .seed = 1,
     .label = "fig3 depth 2",
     .epoch = 3,
     .epochs = 10,
     .share = 0.35,
     .train_loss = 1.20412,
     .val_top1 = 45.2,
     .images_per_second = 1543.4},
    {.number = 8,
     .seed = 9007199254740992,
     .label = "grid \xC3\xA9\xC3\xA9 1.2345 1.1234 1.1567, a label longer than there is room for",
     .epochs = 100000,
     .train_loss = (double)NAN,
     .val_top1 = (double)NAN,
     .images_per_second = (double)NAN},
    {.number = 9,
     .seed = 2,
     .label = "escape \033[31m\n",
     .epoch = 10,
     .epochs = 10,
     .share = 1,
     .train_loss = 1e9,
     .val_top1 = 100,
     .images_per_second = 1e6}};

static const RunProgress progress = {.n_trials = 30,
                                     .n_done = 10,
                                     .n_diverged = 1,
                                     .n_failed = 1,
                                     .n_running = N_RUNNING,
                                     .share = 0.45,
                                     .eta_s = 190,
                                     .elapsed_s = 62,
                                     .running = running,
                                     .n_shown = N_RUNNING};

/* Lines of the view; each is checked to be no wider than `columns`. */
static size_t n_lines(size_t columns, size_t rows)
{
    Text out = {0};
    size_t n = 0;
    progress_view(&progress, columns, rows, false, &out);
    assert_false(out.failed);
    for (char *line = out.data; *line != '\0'; n++) {
        char *end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        if (text_width(line) > columns)
            fail_msg("%zu columns of %zu: %s", text_width(line), columns, line);
        line = end + 1;
    }
    text_release(&out);
    return n;
}

/* Property: at every width no line is wider, and there are never more lines than rows. */
static void lines_fit(void **state)
{
    (void)state;
    for (size_t columns = 20; columns <= 200; columns++) {
        assert_int_equal(n_lines(columns, SIZE_MAX), N_RUNNING + 1);
        assert_int_equal(n_lines(columns, N_RUNNING + 1), N_RUNNING + 1);
        assert_int_equal(n_lines(columns, N_RUNNING), N_RUNNING); /* one trial, "and 2 more" */
        assert_int_equal(n_lines(columns, 1), 1);
    }
}

/* Property: the facts of a trial and of the whole stand there, in 79 columns of a terminal of 80.
 */
static void facts_are_there(void **state)
{
    (void)state;
    Text out = {0};
    progress_view_trial(&running[0], 79, false, &out);
    assert_string_equal(text_string(&out),
                        "fig3 depth 2 s1       epoch 3/10  loss 1.204  val 45.20 %  1543 img/s  "
                        "[##----]\n");
    text_clear(&out);
    progress_view(&progress, 119, 1, false, &out);
    assert_string_equal(text_string(&out),
                        "[############---------------]  45 %  12 of 30 trials, 3 running, 1 "
                        "diverged, 1 failed, 1 min 02 s gone, 3 min 10 s left\n");
    text_release(&out);
}

/* Property: escapes are ours alone, and only where colour is wanted; a label's are shown. */
static void colour_is_ours(void **state)
{
    (void)state;
    Text plain = {0}, coloured = {0};
    progress_view(&progress, 79, SIZE_MAX, false, &plain);
    progress_view(&progress, 79, SIZE_MAX, true, &coloured);
    assert_null(strchr(text_string(&plain), '\033'));
    assert_non_null(strstr(text_string(&plain), "escape \\x1B"));
    assert_non_null(strstr(text_string(&coloured), "\033[32m"));
    assert_null(strstr(text_string(&coloured), "\033[31m"));
    text_release(&plain);
    text_release(&coloured);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_fit),
                                       cmocka_unit_test(facts_are_there),
                                       cmocka_unit_test(colour_is_ours)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
