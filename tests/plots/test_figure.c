/*
 * Figures: the same bytes every time, scripts that run again, names that stay names, trouble told.
 */
#include "base/file.h"
#include "base/proc.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "base/text.h"
#include "plots/figure.h"
#include "plots/gnuplot.h"
#include "results/figure_names.h"
#include "tests/results/fixture.h"

#include <errno.h>
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

enum { MAX_BYTES = 1 << 26 };

static const Fixture quiet = {.n_seeds = 2,
                              .is_demo = true,
                              .noise = 0.8,
                              .has_diverged = true,
                              .has_table = true,
                              .has_sizes = true,
                              .has_search = true};

static int remove_folder(void **state)
{
    (void)state;
    sysfault_clear();
    fixture_remove();
    return 0;
}

/* A folder where figures of a screen go. */
static const FigurePlace *in(const char *folder)
{
    static FigurePlace place;
    place = (FigurePlace){.folder = folder};
    return &place;
}

/* Whether there is something of it in the fixture: nothing is carried there, see test_carried. */
static bool is_here(const char *figure)
{
    return strcmp(figure, "fig6") != 0;
}

static void draw_all(Store *store, const char *folder)
{
    Arena arena = {0};
    for (size_t i = 0; figure_names[i]; i++) {
        Err err = {0};
        Figure figure;
        char path[FIXTURE_PATH_BYTES];
        if (!is_here(figure_names[i]))
            continue;
        snprintf(path, sizeof(path), "%s", fixture_path(folder));
        if (figure_draw(store, figure_names[i], in(path), &arena, &figure, &err) != ERR_NONE)
            fail_msg("%s", err.msg);
        assert_null(figure.missing);
        assert_non_null(strstr(figure.caption, "n = "));
        assert_non_null(strstr(figure.caption, "DEMO"));
        assert_non_null(strstr(figure.svg, "</svg>"));
    }
    arena_release(&arena);
}

static void same(const char *folder_a, const char *folder_b, const char *name,
                 const char *extension)
{
    size_t n_a = 0, n_b = 0;
    char *a = fixture_bytes(&n_a, "%s/%s.%s", folder_a, name, extension);
    char *b = fixture_bytes(&n_b, "%s/%s.%s", folder_b, name, extension);
    if (n_a != n_b || memcmp(a, b, n_a) != 0)
        fail_msg("%s.%s differs", name, extension);
    mem_free(a);
    mem_free(b);
}

/* Drawn twice: svg, png, tsv and gp are the same bytes; pdf is there. */
static void test_stable(void **state)
{
    (void)state;
    static const char *const extensions[] = {"svg", "png", "tsv", "gp"};
    Store *store = fixture_store("stable.db", &quiet);
    draw_all(store, "once");
    draw_all(store, "twice");
    for (size_t i = 0; figure_names[i]; i++) {
        size_t n = 0;
        if (!is_here(figure_names[i]))
            continue;
        for (size_t e = 0; e < ARRAY_LEN(extensions); e++)
            same("once", "twice", figure_names[i], extensions[e]);
        mem_free(fixture_bytes(&n, "once/%s.pdf", figure_names[i]));
        assert_true(n > 1000);
    }
    store_close(&store);
}

/* The saved script, run alone in another folder, draws the same picture. */
static void test_script_runs_again(void **state)
{
    (void)state;
    static const char *const argv[] = {"gnuplot", "fig3.gp", NULL};
    const ProcOptions options = {.argv = argv, .output = PROC_NULL, .error = PROC_NULL};
    Err err = {0};
    Proc proc = {0};
    char *script = NULL;
    char here[FIXTURE_PATH_BYTES];
    size_t n = 0;
    script = fixture_bytes(&n, "once/fig3.gp");
    assert_int_equal(file_make_dirs(fixture_path("again"), &err), ERR_NONE);
    assert_int_equal(file_write(fixture_path("again/fig3.gp"), script, n, &err), ERR_NONE);
    mem_free(script);
    assert_non_null(getcwd(here, sizeof(here)));
    assert_int_equal(chdir(fixture_path("again")), 0);
    assert_int_equal(proc_spawn(&proc, &options, &err), ERR_NONE);
    assert_int_equal(chdir(here), 0);
    assert_int_equal(proc_wait(&proc, -1, &err), ERR_NONE);
    assert_int_equal(proc_check(&proc, "gnuplot", &err), ERR_NONE);
    same("once", "again", "fig3", "svg");
    same("once", "again", "fig3", "png");
}

/*
 * What figures draw, against the files in the tree. The residuals there are numpy's to 1e-10:
 * r = y - X @ numpy.linalg.lstsq(X, y)[0], X the indicators of networks and of seeds.
 */
static void test_golden_tsv(void **state)
{
    (void)state;
    static const char *const names[] = {"fig1",   "fig5",     "fig3",   "fig8",
                                        "family", "frontier", "search", "residuals"};
    const char *root = getenv("ISOFLOP_SOURCE_DIR");
    if (root == NULL)
        skip();
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[FIXTURE_PATH_BYTES];
        Err err = {0};
        char *wanted = NULL;
        size_t n_wanted = 0, n = 0;
        snprintf(path, sizeof(path), "%s/tests/plots/golden/%s.tsv", root, names[i]);
        char *got = fixture_bytes(&n, "once/%s.tsv", names[i]);
        if (file_read(path, MAX_BYTES, &wanted, &n_wanted, &err) != ERR_NONE)
            fail_msg("%s", err.msg);
        assert_string_equal(got, wanted);
        mem_free(got);
        mem_free(wanted);
    }
}

/*
 * Figure 8 begins at the baseline of the compared, trained with the study's seeds: the same network
 * in a part that keeps its seed to itself is none of it, although it comes first. So the figure of
 * two seeds, one of which that part has, is the one of the other seed.
 */
static void test_own_seeds_are_no_baseline(void **state)
{
    (void)state;
    const Fixture one = {.n_seeds = 1, .noise = 0.8},
                  own = {.n_seeds = 2, .noise = 0.8, .family_seed = 2};
    const Fixture *const fixtures[] = {&one, &own};
    static const char *const names[] = {"one-seed", "own-seed"};
    char *tsv[2];
    for (size_t i = 0; i < 2; i++) {
        char path[FIXTURE_PATH_BYTES];
        Arena arena = {0};
        Err err = {0};
        size_t n = 0;
        snprintf(path, sizeof(path), "%s.db", names[i]);
        Store *store = fixture_store(path, fixtures[i]);
        snprintf(path, sizeof(path), "%s", fixture_path(names[i]));
        assert_int_equal(figure_draw(store, "fig8", in(path), &arena, NULL, &err), ERR_NONE);
        tsv[i] = fixture_bytes(&n, "%s/fig8.tsv", names[i]);
        arena_release(&arena);
        store_close(&store);
    }
    assert_string_equal(tsv[0], tsv[1]);
    mem_free(tsv[0]);
    mem_free(tsv[1]);
}

/*
 * A compare with its own baseline begins there, with the seed that judges: its lines and their
 * first point have no trial of the curves' seed.
 */
static void test_compared_baseline(void **state)
{
    (void)state;
    const Fixture judged = {.n_seeds = 2, .noise = 0.8, .judge_seed = 2};
    Err err = {0};
    Arena arena = {0};
    Figure figure;
    char path[FIXTURE_PATH_BYTES];
    size_t n = 0, n_baselines = 0, n_starts = 0;
    Store *store = fixture_store("judged.db", &judged);
    snprintf(path, sizeof(path), "%s", fixture_path("judged"));
    assert_int_equal(figure_draw(store, "fig8", in(path), &arena, &figure, &err), ERR_NONE);
    assert_non_null(strstr(figure.caption, "lines begin at it"));
    assert_non_null(strstr(figure.caption, "n = 1 seed;"));
    char *tsv = fixture_bytes(&n, "judged/fig8.tsv");
    for (const char *at = tsv; (at = strstr(at, "seed\tbaseline\t")) != NULL; at++) {
        assert_non_null(strstr(at, "\t\t0\t\t\t2\t"));
        n_baselines++;
    }
    for (const char *at = tsv; (at = strstr(at, "\nstart\t")) != NULL; at++)
        n_starts++;
    assert_int_equal(n_baselines, 1);
    assert_int_equal(n_starts, 4);
    mem_free(tsv);
    arena_release(&arena);
    store_close(&store);
}

/* Parts that scale two baselines have lines of their own, which tell them apart. */
static void test_two_baselines(void **state)
{
    (void)state;
    const Fixture two = {.n_seeds = 1, .has_two_baselines = true};
    Err err = {0};
    Arena arena = {0};
    char path[FIXTURE_PATH_BYTES];
    size_t n = 0;
    Store *store = fixture_store("baselines.db", &two);
    snprintf(path, sizeof(path), "%s", fixture_path("baselines"));
    assert_int_equal(figure_draw(store, "fig8", in(path), &arena, NULL, &err), ERR_NONE);
    char *tsv = fixture_bytes(&n, "baselines/fig8.tsv");
    assert_non_null(strstr(tsv, "\nmean\twidth, compare\t"));
    assert_non_null(strstr(tsv, "\nmean\twidth, compare-2\t"));
    assert_non_null(strstr(tsv, "\nmean\tdepth, compare\t"));
    assert_null(strstr(tsv, "\nmean\twidth\t"));
    mem_free(tsv);
    arena_release(&arena);
    store_close(&store);
}

/* From five seeds on there are bars; a nominal grid is stamped with its real costs. */
static void test_bars_and_stamps(void **state)
{
    (void)state;
    const Fixture five = {.n_seeds = 5, .noise = 0.5, .has_nominal_grid = true};
    Err err = {0};
    Arena arena = {0};
    Figure figure;
    Store *store = fixture_store("five.db", &five);
    char path[FIXTURE_PATH_BYTES];
    snprintf(path, sizeof(path), "%s", fixture_path("five"));
    assert_int_equal(figure_draw(store, "grid", in(path), &arena, &figure, &err), ERR_NONE);
    assert_non_null(strstr(figure.caption, "nominal cost: really"));
    assert_non_null(strstr(figure.caption, "bars 90 % t intervals"));
    assert_non_null(strstr(figure.caption, "1 point could not be matched"));
    assert_null(strstr(figure.caption, "DEMO"));
    arena_release(&arena);
    store_close(&store);
}

/*
 * Chance is a line, and said, where accuracies are near it, and only there; 10 classes: 10 %. A
 * search's figure has none.
 */
static void test_chance(void **state)
{
    (void)state;
    static const char *const names[] = {"fig3", "fig4", "fig8", "family", "frontier", "search"};
    for (int is_near = 0; is_near < 2; is_near++) {
        const Fixture fixture = {
            .n_seeds = 2, .loss = is_near ? 30.0 : 0.0, .has_table = true, .has_search = true};
        Store *store = fixture_store(is_near ? "near.db" : "far.db", &fixture);
        Arena arena = {0};
        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
            Err err = {0};
            Figure figure;
            char path[FIXTURE_PATH_BYTES];
            snprintf(path, sizeof(path), "%s", fixture_path(is_near ? "near" : "far"));
            assert_int_equal(figure_draw(store, names[i], in(path), &arena, &figure, &err),
                             ERR_NONE);
            const bool is_there = is_near && strcmp(names[i], "search") != 0;
            assert_int_equal(strstr(figure.caption, "dotted: chance, 10 %") != NULL, is_there);
            assert_int_equal(strstr(figure.caption, "n = 1 seed each") != NULL,
                             strcmp(names[i], "search") == 0); /* what its log says */
            assert_int_equal(strstr(figure.svg, "dotted: chance, 10 %") != NULL, is_there);
            assert_int_equal(strstr(figure.svg, "rgb(102, 102, 102)") != NULL, is_there);
        }
        arena_release(&arena);
        store_close(&store);
    }
}

/* Where classes are uneven, chance is the share of the largest, as the run has recorded it. */
static void test_chance_of_uneven_classes(void **state)
{
    (void)state;
    const Fixture fixture = {.n_seeds = 2};
    const StoreFact fact = {.name = "data/majority", .value = {95.0, (double)NAN, (double)NAN}};
    Store *store = fixture_store("uneven.db", &fixture);
    Arena arena = {0};
    Err err = {0};
    Figure figure;
    char path[FIXTURE_PATH_BYTES];
    snprintf(path, sizeof(path), "%s", fixture_path("uneven"));
    assert_int_equal(store_put_fact(store, &fact, &err), ERR_NONE);
    assert_int_equal(figure_draw(store, "fig3", in(path), &arena, &figure, &err), ERR_NONE);
    assert_non_null(strstr(figure.caption, "dotted: largest class, 95 %"));
    assert_non_null(strstr(figure.svg, "dotted: largest class, 95 %"));
    arena_release(&arena);
    store_close(&store);
}

/* Two compounds are two lines of figure 8, each with its name. */
static void test_two_compounds(void **state)
{
    (void)state;
    const Fixture two = {.n_seeds = 2, .noise = 0.5, .has_two_compounds = true};
    Err err = {0};
    Arena arena = {0};
    Store *store = fixture_store("compounds.db", &two);
    char path[FIXTURE_PATH_BYTES];
    size_t n = 0;
    snprintf(path, sizeof(path), "%s", fixture_path("compounds"));
    assert_int_equal(figure_draw(store, "fig8", in(path), &arena, NULL, &err), ERR_NONE);
    char *svg = fixture_bytes(&n, "compounds/fig8.svg");
    assert_non_null(strstr(svg, ">compound<"));
    assert_non_null(strstr(svg, ">compound 1.2 1.1 1.15<"));
    mem_free(svg);
    arena_release(&arena);
    store_close(&store);
}

/*
 * Which of eight networks dominates which, worked out by hand from the fixture's surface: 010 costs
 * more than 001 and is 0.45 points worse, 110 more than 101 and 0.5; deviations are at most 0.1.
 * What two seeds say of it is not sure.
 */
static void test_frontier(void **state)
{
    (void)state;
    for (int n_seeds = 2; n_seeds <= 5; n_seeds += 3) {
        const Fixture fixture = {.n_seeds = n_seeds, .noise = 0.1, .has_table = true};
        const bool is_sure = n_seeds == 5;
        Err err = {0};
        Arena arena = {0};
        Figure figure;
        Store *store = fixture_store(is_sure ? "front5.db" : "front2.db", &fixture);
        char path[FIXTURE_PATH_BYTES];
        size_t n = 0;
        snprintf(path, sizeof(path), "%s", fixture_path("front"));
        assert_int_equal(figure_draw(store, "frontier", in(path), &arena, &figure, &err), ERR_NONE);
        char *tsv = fixture_bytes(&n, "front/frontier.tsv");
        assert_non_null(strstr(tsv, is_sure ? "\t\t010\t5\t2\t2\t" : "\t\t010\t2\t2\t\t"));
        assert_non_null(strstr(tsv, is_sure ? "\t\t110\t5\t5\t5\t" : "\t\t110\t2\t5\t\t"));
        assert_non_null(strstr(tsv, is_sure ? "\t6\t111\t5\t\t\t" : "\t6\t111\t2\t\t\t"));
        assert_int_equal(strstr(figure.caption, "bars 90 % t intervals") != NULL, is_sure);
        assert_non_null(strstr(figure.svg, "the front")); /* the list beside it */
        mem_free(tsv);
        arena_release(&arena);
        store_close(&store);
    }
}

/* A trial that several points of a series ask for counts once: the same numbers, and the same n. */
static void test_twins_count_once(void **state)
{
    (void)state;
    static const char *const names[] = {"fig3", "fig4", "fig8", "family", "frontier"};
    Fixture fixture = {.n_seeds = 3, .noise = 0.5, .has_table = true};
    Err err = {0};
    Arena arena = {0};
    Store *once = fixture_store("once.db", &fixture);
    fixture.has_twins = true;
    Store *twice = fixture_store("twice.db", &fixture);
    char path[FIXTURE_PATH_BYTES];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t n = 0;
        snprintf(path, sizeof(path), "%s", fixture_path("once"));
        assert_int_equal(figure_draw(once, names[i], in(path), &arena, NULL, &err), ERR_NONE);
        snprintf(path, sizeof(path), "%s", fixture_path("twice"));
        assert_int_equal(figure_draw(twice, names[i], in(path), &arena, NULL, &err), ERR_NONE);
        char *expected = fixture_bytes(&n, "once/%s.tsv", names[i]);
        char *got = fixture_bytes(&n, "twice/%s.tsv", names[i]);
        assert_string_equal(got, expected);
        mem_free(got);
        mem_free(expected);
    }
    arena_release(&arena);
    store_close(&twice);
    store_close(&once);
}

/* Names that would run commands in gnuplot or a shell, or break the SVG, are only drawn. */
static void test_hostile_names(void **state)
{
    (void)state;
    static const char name[] =
        "a ]]>b'; system \"touch pwned1\"; `touch pwned2` \"\n!touch pwned3\n"
        "EOD\nEND_OF_DATA\n<script>alert(1)</script> {/Bold x} @x $(touch "
        "pwned4) \\";
    const Fixture hostile = {.n_seeds = 2,
                             .noise = 0.5,
                             .name = name,
                             .families = {"END_OF_DATA", "system 'touch pwned6' #"},
                             .has_table = true,
                             .has_search = true,
                             .has_sizes = true,
                             .has_transfer = true};
    Err err = {0};
    Arena arena = {0};
    Figure figure;
    char here[FIXTURE_PATH_BYTES], folder[FIXTURE_PATH_BYTES * 2];
    FileList list = {0};
    Store *store = fixture_store("hostile.db", &hostile);
    snprintf(folder, sizeof(folder), "%s", fixture_path("it's a `touch pwned5` <x> folder"));
    assert_int_equal(file_make_dirs(fixture_path("cwd"), &err), ERR_NONE);
    assert_non_null(getcwd(here, sizeof(here)));
    assert_int_equal(chdir(fixture_path("cwd")), 0);
    for (size_t i = 0; figure_names[i]; i++)
        if (figure_draw(store, figure_names[i], in(folder), &arena, &figure, &err) != ERR_NONE)
            fail_msg("%s", err.msg);
    assert_int_equal(chdir(here), 0);
    assert_int_equal(file_list(fixture_path("cwd"), &list, &err), ERR_NONE);
    assert_int_equal(list.n_names, 0);
    file_list_release(&list);
    assert_null(strstr(figure.svg, "<script>"));
    assert_null(strstr(figure.svg, "]]>")); /* XML forbids it in a text */
    assert_non_null(strstr(figure.svg, "]] >b"));
    assert_non_null(strstr(figure.svg, "&lt;script>alert(1)"));
    arena_release(&arena);
    store_close(&store);
}

/*
 * The triangle: a panel a budget of the profile and none of the grid, corners and rules named, what
 * was measured in the table and no places; the same bytes twice. A grid alone is a panel, too, of
 * one seed without a fit.
 */
static void test_ternary(void **state)
{
    (void)state;
    const Fixture with = {.n_seeds = 3, .noise = 0.5, .has_profile = true},
                  without = {.n_seeds = 1};
    Arena arena = {0};
    Err err = {0};
    Figure figure;
    char path[FIXTURE_PATH_BYTES];
    size_t n = 0;
    Store *store = fixture_store("triangle.db", &with);
    for (int again = 0; again < 2; again++) {
        snprintf(path, sizeof(path), "%s", fixture_path(again ? "triangle-2" : "triangle"));
        assert_int_equal(figure_draw(store, "ternary", in(path), &arena, &figure, &err), ERR_NONE);
        assert_null(figure.missing);
    }
    same("triangle", "triangle-2", "ternary", "svg");
    same("triangle", "triangle-2", "ternary", "tsv");
    static const char *const words[] = {
        "depth alone",       "width alone", "resolution alone", ">2 × the baseline",
        ">4 × the baseline", "Tan and Le",  "optimum at 2 x"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strstr(figure.svg, words[i]) == NULL)
            fail_msg("'%s' is not in the picture", words[i]);
    assert_null(strstr(figure.svg, "grid:"));
    char *tsv = fixture_bytes(&n, "triangle/ternary.tsv");
    assert_non_null(strstr(tsv, "\nshape\tprofile 4\t"));
    assert_non_null(strstr(tsv, "\nseed\tprofile\t"));
    assert_null(strstr(tsv, "\narea\t"));
    mem_free(tsv);
    store_close(&store);
    store = fixture_store("no-triangle.db", &without);
    assert_int_equal(figure_draw(store, "ternary", in(path), &arena, &figure, &err), ERR_NONE);
    assert_non_null(strstr(figure.svg, "grid: 2 × the baseline"));
    assert_non_null(strstr(figure.svg, "no fit: one seed"));
    store_close(&store);
    arena_release(&arena);
}

/* A name is a query and a script, and a script but what all share is a name: no list is behind.
 */
static void test_names_are_files(void **state)
{
    (void)state;
    char file[FIXTURE_PATH_BYTES];
    size_t n_scripts = 0;
    static const char *const common[] = {"style.gp", "layout.gp", "place.gp"};
    for (const EmbeddedFile *f = plots_files; f->name != NULL; f++)
        n_scripts += text_ends_with(f->name, ".gp");
    for (size_t i = 0; i < ARRAY_LEN(common); i++, n_scripts--)
        assert_non_null(embed_find(plots_files, common[i]));
    for (size_t i = 0; figure_names[i] != NULL; i++, n_scripts--) {
        snprintf(file, sizeof(file), "%s.gp", figure_names[i]);
        assert_non_null(embed_find(plots_files, file));
        snprintf(file, sizeof(file), "%s.sql", figure_names[i]);
        assert_non_null(embed_find(plots_files, file));
    }
    assert_int_equal(n_scripts, 0);
}

/* No finished point: nothing is written. Unknown names are told, with the nearest. */
static void test_nothing_to_draw(void **state)
{
    (void)state;
    const Fixture planned = {.n_seeds = 1, .is_planned_only = true};
    Err err = {0};
    Arena arena = {0};
    Figure figure;
    Store *store = fixture_store("planned.db", &planned);
    char path[FIXTURE_PATH_BYTES];
    snprintf(path, sizeof(path), "%s", fixture_path("planned"));
    assert_int_equal(figure_draw(store, "fig3", in(path), &arena, &figure, &err), ERR_NONE);
    assert_non_null(figure.missing);
    assert_false(file_exists(path));
    assert_int_equal(figure_draw(store, "fig33", in(path), &arena, &figure, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "did you mean 'fig3'"));
    assert_int_equal(figure_draw(store, "pie", in(path), &arena, &figure, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "'pie': they are ternary, search"));
    arena_release(&arena);
    store_close(&store);
}

/* A picture without its last bytes (gnuplot exits 0 on a full disk) never gets the name. */
static void test_incomplete_picture(void **state)
{
    (void)state;
    static const char *const formats[] = {"svg", "png", "pdf"};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        Err err = {0};
        size_t n = 0;
        char name[FIXTURE_PATH_BYTES], drawn[FIXTURE_PATH_BYTES * 2];
        char *bytes = fixture_bytes(&n, "once/fig8.%s", formats[i]);
        Dir *from = NULL, *to = NULL;
        snprintf(name, sizeof(name), "cut.%s", formats[i]);
        snprintf(drawn, sizeof(drawn), "%s", fixture_path("drawn"));
        assert_int_equal(dir_make(&from, NULL, drawn, &err), ERR_NONE);
        assert_int_equal(dir_make(&to, NULL, fixture_path("accepted"), &err), ERR_NONE);
        assert_int_equal(dir_write(from, name, bytes, n - n / 3, &err), ERR_NONE);
        assert_int_equal(gnuplot_accept(from, to, "cut", formats[i], &err), ERR_CHILD);
        assert_non_null(strstr(err.msg, "is the disk full?"));
        assert_false(dir_has(to, name));
        err = (Err){0};
        assert_int_equal(dir_write(from, name, bytes, n, &err), ERR_NONE);
        assert_int_equal(gnuplot_accept(from, to, "cut", formats[i], &err), ERR_NONE);
        assert_true(dir_has(to, name) && !dir_has(from, name));
        dir_close(&from);
        dir_close(&to);
        mem_free(bytes);
    }
}

/* No gnuplot, a script it refuses, a folder it cannot write: one clear error, no leftovers. */
static void test_trouble(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Text script = {0};
    FileList list = {0};
    Store *store = fixture_store("trouble.db", &quiet);
    char path[FIXTURE_PATH_BYTES], *search = mem_strdup(getenv("PATH"));
    text_append(&script, "set nonsense 'x'\n");
    assert_int_equal(gnuplot_run(&script, FIGURE_TIMEOUT_S, &err), ERR_CHILD);
    assert_non_null(strstr(err.msg, "gnuplot says"));
    text_release(&script);
    snprintf(path, sizeof(path), "%s", fixture_path("trouble"));
    err = (Err){0};
    sysfault_arm(SYS_RENAME, 2, SYS_FAIL, ENOSPC);
    assert_int_equal(figure_draw(store, "fig8", in(path), &arena, NULL, &err), ERR_FULL);
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_int_equal(file_list(path, &list, &err), ERR_NONE);
    for (size_t i = 0; i < list.n_names; i++)
        assert_null(strstr(list.names[i], ".tmp-"));
    file_list_release(&list);
    err = (Err){0};
    sysfault_arm(SYS_OPEN, 1, SYS_FAIL_ALWAYS, EROFS);
    assert_int_equal(figure_draw(store, "fig8", in(path), &arena, NULL, &err), ERR_IO);
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_non_null(strstr(err.msg, "Read-only file system"));
    assert_null(strstr(err.msg, "gnuplot"));
    setenv("PATH", "/nonexistent", 1);
    err = (Err){0};
    assert_true(figure_draw(store, "fig8", in(path), &arena, NULL, &err) != ERR_NONE);
    assert_non_null(strstr(err.msg, "gnuplot-nox"));
    setenv("PATH", search != NULL ? search : "", 1);
    mem_free(search);
    arena_release(&arena);
    store_close(&store);
}

/*
 * A panel for each data set, a line for each way, the same bytes twice; the study's own seeds and
 * noise are not in it, nor it in theirs.
 */
static void test_carried(void **state)
{
    (void)state;
    const Fixture fixture = {.n_seeds = 2, .noise = 0.8, .has_transfer = true};
    Store *store = fixture_store("carried.db", &fixture);
    Arena arena = {0};
    Err err = {0};
    Figure figure;
    for (int i = 0; i < 2; i++) {
        char path[FIXTURE_PATH_BYTES];
        snprintf(path, sizeof(path), "%s", fixture_path(i == 0 ? "carried" : "carried-again"));
        if (figure_draw(store, "fig6", in(path), &arena, &figure, &err) != ERR_NONE)
            fail_msg("%s", err.msg);
        assert_null(figure.missing);
    }
    assert_non_null(strstr(figure.svg, "flowers5"));
    assert_non_null(strstr(figure.svg, "proxy-b0, finetune"));
    assert_int_equal(figure.hits.n, 12 * (1 + 2)); /* a mean and two seeds each */
    same("carried", "carried-again", "fig6", "svg");
    same("carried", "carried-again", "fig6", "tsv");
    store_close(&store);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stable),
                                       cmocka_unit_test(test_script_runs_again),
                                       cmocka_unit_test(test_golden_tsv),
                                       cmocka_unit_test(test_own_seeds_are_no_baseline),
                                       cmocka_unit_test(test_compared_baseline),
                                       cmocka_unit_test(test_two_baselines),
                                       cmocka_unit_test(test_bars_and_stamps),
                                       cmocka_unit_test(test_chance),
                                       cmocka_unit_test(test_chance_of_uneven_classes),
                                       cmocka_unit_test(test_two_compounds),
                                       cmocka_unit_test(test_frontier),
                                       cmocka_unit_test(test_twins_count_once),
                                       cmocka_unit_test(test_hostile_names),
                                       cmocka_unit_test(test_ternary),
                                       cmocka_unit_test(test_names_are_files),
                                       cmocka_unit_test(test_nothing_to_draw),
                                       cmocka_unit_test(test_incomplete_picture),
                                       cmocka_unit_test(test_carried),
                                       cmocka_unit_test(test_trouble)};
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
