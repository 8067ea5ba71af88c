/*
 * Figures for a page of paper, and what goes with every figure: a table that any reader takes as it
 * is, a script that gnuplot has nothing to say about.
 */
#include "base/proc.h"
#include "base/sys.h"
#include "base/text.h"
#include "plots/figure.h"
#include "results/figure_names.h"
#include "tests/results/fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const Fixture full = {.n_seeds = 2,
                             .is_demo = true,
                             .noise = 0.8,
                             .has_diverged = true,
                             .has_table = true,
                             .has_profile = true,
                             .has_sizes = true,
                             .has_transfer = true,
                             .has_search = true,
                             .has_two_compounds = true};
static Store *store;

static int fill(void **state)
{
    (void)state;
    store = fixture_store("page.db", &full);
    return 0;
}

static int empty(void **state)
{
    (void)state;
    store_close(&store);
    fixture_remove();
    return 0;
}

static void draw(const char *name, const char *folder, FigureStyle style)
{
    char path[FIXTURE_PATH_BYTES];
    Arena arena = {0};
    Err err = {0};
    snprintf(path, sizeof(path), "%s", fixture_path(folder));
    const FigurePlace place = {.folder = path, .style = style};
    if (figure_draw(store, name, &place, &arena, NULL, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    arena_release(&arena);
}

/* The big-endian number at `at`. */
static unsigned number_at(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (unsigned)b[0] << 24 | (unsigned)b[1] << 16 | (unsigned)b[2] << 8 | b[3];
}

/* 8 pt are 10.67 px of an SVG: no text of it has another size. */
static void check_text(const char *svg)
{
    static const char attribute[] = "font-size=\"";
    int n = 0;
    for (const char *at = strstr(svg, attribute); at != NULL; at = strstr(at, attribute), n++) {
        at += strlen(attribute);
        const double size = strtod(at, NULL);
        if (!(fabs(size - 32.0 / 3.0) < 0.01))
            fail_msg("text of %g px", size);
    }
    assert_true(n > 5);
}

/*
 * 3.3 in are 316.8 px of an SVG, 990 px of a PNG at 300 dpi and 237.6 pt of a PDF; every figure
 * keeps to it, with all text 8 pt, with a height of its own or the one that is asked for.
 */
static void test_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; figure_names[i] != NULL; i++) {
        size_t n = 0;
        draw(figure_names[i], "narrow", (FigureStyle){.width = 237.6, .height = i ? 0 : 216});
        char *svg = fixture_bytes(&n, "narrow/%s.svg", figure_names[i]);
        char *png = fixture_bytes(&n, "narrow/%s.png", figure_names[i]);
        char *pdf = fixture_bytes(&n, "narrow/%s.pdf", figure_names[i]);
        assert_non_null(strstr(svg, "width=\"317\""));
        check_text(svg);
        assert_int_equal(number_at(png + 16), 990); /* of the IHDR chunk, which comes first */
        if (i == 0) {
            assert_non_null(strstr(svg, "height=\"288\""));
            assert_int_equal(number_at(png + 20), 900);
        }
        mem_free(svg);
        mem_free(png);
        mem_free(pdf);
    }
}

/* Title and note are left out, the stamp is not. */
static void test_untitled(void **state)
{
    (void)state;
    size_t n = 0;
    draw("fig8", "plain", (FigureStyle){0});
    draw("fig8", "untitled", (FigureStyle){.width = 237.6, .is_untitled = true});
    char *plain = fixture_bytes(&n, "plain/fig8.svg");
    char *untitled = fixture_bytes(&n, "untitled/fig8.svg");
    assert_non_null(strstr(plain, "Strategies at matched cost"));
    assert_null(strstr(untitled, "Strategies at matched cost"));
    assert_null(strstr(untitled, "n = 2 seeds"));
    assert_non_null(strstr(untitled, "DEMO"));
    mem_free(plain);
    mem_free(untitled);
}

/* Fields of a line; the line's end at *end. */
static int count_fields(const char *line, const char **end)
{
    int n = 1;
    for (; *line != '\n' && *line != '\0'; line++)
        n += *line == '\t';
    *end = *line == '\n' ? line + 1 : line;
    return n;
}

/* One line of names, rows of as many fields, no comment; seeds have their numbers. */
static void test_tables(void **state)
{
    (void)state;
    for (size_t i = 0; figure_names[i] != NULL; i++) {
        size_t n = 0;
        draw(figure_names[i], "tables", (FigureStyle){0});
        char *tsv = fixture_bytes(&n, "tables/%s.tsv", figure_names[i]);
        const char *line = tsv;
        assert_true(text_starts_with(tsv, "block\t"));
        const int n_names = count_fields(line, &line);
        assert_true(*line != '\0');
        while (*line != '\0') {
            assert_true(*line != '#' && *line != '\n');
            assert_int_equal(count_fields(line, &line), n_names);
        }
        if (strstr(tsv, "\nseed\t") != NULL) {
            const char *seed = strstr(tsv, "\tseed");
            assert_true(seed != NULL && seed < strchr(tsv, '\n'));
        }
        mem_free(tsv);
    }
}

/* Run where it lies, each script says nothing, on a screen or for a page. */
static void test_quiet_scripts(void **state)
{
    (void)state;
    static const char *const folders[] = {"tables", "narrow"};
    char here[FIXTURE_PATH_BYTES];
    assert_non_null(getcwd(here, sizeof(here)));
    for (size_t f = 0; f < ARRAY_LEN(folders); f++)
        for (size_t i = 0; figure_names[i] != NULL; i++) {
            char script[FIXTURE_PATH_BYTES];
            snprintf(script, sizeof(script), "%s.gp", figure_names[i]);
            const char *const argv[] = {"gnuplot", script, NULL};
            const ProcOptions options = {.argv = argv, .output = PROC_PIPE, .error = PROC_PIPE};
            Text output = {0}, words = {0};
            const ProcRun run = {.output = &output,
                                 .error = &words,
                                 .max_bytes = 1 << 20,
                                 .timeout_ns = 60000000000};
            Proc proc = {0};
            Err err = {0};
            assert_int_equal(chdir(fixture_path(folders[f])), 0);
            const ErrCode code = proc_run(&proc, &options, &run, &err);
            assert_int_equal(chdir(here), 0);
            assert_int_equal(code, ERR_NONE);
            assert_int_equal(proc_check(&proc, "gnuplot", &err), ERR_NONE);
            if (output.n_bytes > 0 || words.n_bytes > 0)
                fail_msg("%s: %s%s", script, text_string(&output), text_string(&words));
            text_release(&output);
            text_release(&words);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes), cmocka_unit_test(test_untitled),
        cmocka_unit_test(test_tables), cmocka_unit_test(test_quiet_scripts)};
    return cmocka_run_group_tests(tests, fill, empty);
}
