/* The report: whole, self-contained, honest, and safe whatever the names are. */
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "plots/html.h"
#include "plots/report.h"
#include "plots/report_answer.h"
#include "plots/report_cells.h"
#include "plots/report_tables.h"
#include "tests/results/fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MAX_BYTES = 1 << 26 };

/* The page of a study made by the fixture. */
static char *page_of(const char *name, const Fixture *fixture, int *n_missing)
{
    Err err = {0};
    Store *store = NULL;
    char *page = NULL;
    size_t n = 0;
    char folder[FIXTURE_PATH_BYTES], path[FIXTURE_PATH_BYTES * 2];
    snprintf(folder, sizeof(folder), "%s", fixture_path(name));
    const ReportOptions options = {.folder = folder, .score = fixture_score, .version = "0.1.0"};
    snprintf(path, sizeof(path), "%s/study.db", folder);
    if (file_make_dirs(folder, &err) != ERR_NONE || store_open(&store, path, &err) != ERR_NONE ||
        fixture_fill(store, fixture, &err) != ERR_NONE ||
        report_write(store, &options, n_missing, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    store_close(&store);
    snprintf(path, sizeof(path), "%s/report.html", folder);
    if (file_read(path, MAX_BYTES, &page, &n, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    assert_int_equal(strlen(page), n);
    return page;
}

static int count(const char *page, const char *needle)
{
    int n = 0;
    for (const char *at = page; (at = strstr(at, needle)); at++)
        n++;
    return n;
}

/* Every element that is opened is closed. */
enum { N_FIGURES = 11, N_OF_ONE_SEED = 9 }; /* that have data in the fixture */

static void balanced(const char *page)
{
    static const char *const tags[] = {"html",    "head",  "body",  "main", "section", "article",
                                       "table",   "thead", "tbody", "tr",   "td",      "figure",
                                       "details", "style", "p",     "div",  "h2",      "h3",
                                       "ul",      "li",    "a",     "svg",  "script",  "span"};
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        char plain[32], with_class[32], close[32];
        snprintf(plain, sizeof(plain), "<%s>", tags[i]);
        snprintf(with_class, sizeof(with_class), "<%s ", tags[i]);
        snprintf(close, sizeof(close), "</%s>", tags[i]);
        assert_int_equal(count(page, plain) + count(page, with_class), count(page, close));
    }
}

/* Nothing is loaded, nothing runs but the one script that the policy names. */
static void self_contained(const char *page)
{
    static const char *const forbidden[] = {"http://", "https://", "<link", "<iframe",
                                            "onload",  "@import",  "url(",  "{{"};
    for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
        if (strstr(page, forbidden[i]) != NULL)
            fail_msg("the page has '%s'", forbidden[i]);
    assert_non_null(strstr(page, "Content-Security-Policy\" content=\"default-src 'none'"));
    assert_int_equal(count(page, "<script>"), 1);
    assert_int_equal(count(page, "<script"), 1);
}

/*
 * Each part has its table and its files; every name of a trial stands once, whatever its points,
 * and every link to one leads somewhere.
 */
static void every_part(const char *page)
{
    static const char *const parts[] = {"grid", "grid-2", "curves", "lines", "compare", "family"};
    char text[128];
    int n_names = 0;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        snprintf(text, sizeof(text), "<h3>%s</h3>", parts[i]);
        assert_int_equal(count(page, text), 1);
        snprintf(text, sizeof(text), "-%s.csv\" href=\"data:text/csv;charset=utf-8;base64,",
                 parts[i]);
        assert_int_equal(count(page, text), 1);
    }
    assert_int_equal(count(page, "href=\"data:application/x-tex;"), (int)ARRAY_LEN(parts));
    for (int trial = 1; trial < 1000; trial++) {
        snprintf(text, sizeof(text), " id=\"trial=%d\"", trial);
        const int n = count(page, text);
        snprintf(text, sizeof(text), "href=\"#trial=%d\"", trial);
        assert_int_equal(n, strstr(page, text) != NULL);
        n_names += n;
    }
    assert_true(n_names > 10);
}

/* A mark's address names the trials that it stands for, all of them. */
static void marks_choose_all_their_trials(const char *page)
{
    static const char begin[] = "<a tabindex=\"-1\" href=\"#trial=", middle[] = "\" data-t=\"";
    int n_of_several = 0;
    for (const char *at = page; (at = strstr(at, begin)) != NULL;) {
        at += strlen(begin);
        const size_t n = strcspn(at, "\"");
        const char *listed = at + n + strlen(middle);
        assert_memory_equal(at + n, middle, strlen(middle));
        assert_int_equal(strcspn(listed, "\""), n);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(at[i], listed[i] == ' ' ? ',' : listed[i]);
        n_of_several += memchr(at, ',', n) != NULL;
    }
    assert_true(n_of_several > 5);
}

static void test_page(void **state)
{
    (void)state;
    const Fixture demo = {.n_seeds = 2,
                          .is_demo = true,
                          .noise = 0.8,
                          .has_nominal_grid = true,
                          .has_diverged = true};
    int n_missing = -1;
    char *page = page_of("demo", &demo, &n_missing);
    assert_int_equal(n_missing, 0);
    balanced(page);
    self_contained(page);
    assert_int_equal(count(page, "<img alt=\""), N_FIGURES);
    assert_int_equal(count(page, "src=\"data:image/svg+xml;base64,"), N_FIGURES);
    assert_int_equal(count(page, "<svg class=\"hits\""), N_FIGURES);
    assert_true(count(page, "<a tabindex=\"-1\" href=\"#trial=") > 50);
    assert_int_equal(count(page, "<div class=\"plot\" style=\"--w:"), N_FIGURES);
    marks_choose_all_their_trials(page);
    assert_non_null(strstr(page, "says nothing about natural images"));
    assert_int_equal(count(page, "<span class=\"badge stamp\">DEMO</span>"),
                     12);                                              /* answer, cards */
    assert_int_equal(count(page, "INCONCLUSIVE (unripe)</span>"), 10); /* three epochs are few */
    assert_non_null(strstr(page, "try recipe.epochs=8 in another folder"));
    assert_non_null(strstr(page, "Basis.</strong> noise of"));
    assert_non_null(strstr(page, "What the naive comparison would have said"));
    assert_non_null(strstr(page, "Winner at equal counted cost"));
    assert_non_null(strstr(page, "T only rescales"));
    assert_non_null(strstr(page, "nearest cost is 1.08 of the target"));
    assert_non_null(strstr(page, "isoflop run experiments/made-up.yaml"));
    assert_non_null(strstr(page, "<h3>family</h3>"));
    assert_non_null(strstr(page, "<td>2</td><td>1 × 2 × 1</td>")); /* phi and its multipliers */
    assert_true(strstr(page, "The answer</h2>") < strstr(page, "Figures</h2>"));
    assert_true(strstr(page, "Figures</h2>") < strstr(page, "Every part in numbers</h2>"));
    every_part(page);
    assert_non_null(strstr(page, "<strong>Seeds.</strong> 1, 2. Trials of one seed"));
    assert_non_null(strstr(page, "What a report of a scaling study should say"));
    assert_non_null(strstr(page, "@inproceedings{tan2019efficientnet,"));
    mem_free(page);
}

/* A real data set carries no DEMO; enough seeds confirm what the fixture built in. */
static void test_confirmed(void **state)
{
    (void)state;
    const Fixture five = {.n_seeds = 5, .noise = 0.3, .is_ripe = true};
    char *page = page_of("five", &five, NULL);
    assert_null(strstr(page, "DEMO"));
    assert_int_equal(count(page, "verdict CONFIRMED"), 2);
    assert_non_null(strstr(page, "correction over 4 verdicts"));
    mem_free(page);
}

/* Names with markup, quotes and controls are shown as text in every place they reach. */
static void test_hostile_names(void **state)
{
    (void)state;
    static const char name[] =
        "\"><script>alert(1)</script><img src=x onerror=alert(2)>'&\x01\n a_50%{";
    const Fixture hostile = {
        .n_seeds = 1, .is_demo = true, .noise = 0.5, .name = name, .has_search = true};
    char *page = page_of("hostile", &hostile, NULL);
    balanced(page);
    assert_int_equal(count(page, "<script"), 1); /* ours */
    assert_null(strstr(page, "<img src=x"));
    assert_null(strchr(page, '\x01'));
    assert_true(count(page, "&lt;script&gt;alert(1)&lt;/script&gt;") > 5);
    assert_non_null(
        strstr(page, "&#39;\\&amp;  a\\_50\\%: a compound-scaling study of ")); /* BibTeX */
    mem_free(page);
}

/* Without gnuplot there is a page all the same, which says what is missing. */
static void test_without_gnuplot(void **state)
{
    (void)state;
    const Fixture one = {.n_seeds = 1, .noise = 0.5};
    int n_missing = 0;
    char *search = mem_strdup(getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    char *page = page_of("bare", &one, &n_missing);
    setenv("PATH", search != NULL ? search : "", 1);
    assert_int_equal(n_missing, N_OF_ONE_SEED);
    assert_non_null(strstr(page, "gnuplot-nox"));
    balanced(page);
    mem_free(page);
    mem_free(search);
}

/*
 * A study that searched: what each run spent (the second ask of each is refused), what it found,
 * what a report of it should say. What is not known says so.
 */
static void test_search(void **state)
{
    (void)state;
    const Fixture search = {.n_seeds = 1, .noise = 0.5, .has_search = true};
    char *page = page_of("search", &search, NULL);
    balanced(page);
    self_contained(page);
    assert_non_null(strstr(page, "What was searched, and what was found"));
    assert_non_null(strstr(page, "nas: local #2</td><td>3</td><td>0</td><td>1</td><td>0</td>"));
    assert_non_null(strstr(page, "<td class=\"l w\">not trained anew</td>"));
    assert_int_equal(count(page, "<td class=\"l w\">proxy-b0</td>"), 4); /* what was found */
    assert_non_null(strstr(page, "space and its size</td><td class=\"l w\">not known"));
    assert_non_null(strstr(page, "nothing was chosen on the test set"));
    assert_non_null(strstr(page, "nas: less, it spent 53 % of what the others did at most"));
    assert_non_null(strstr(page, "N-random"));
    mem_free(page);
    const Fixture none = {.n_seeds = 1, .noise = 0.5, .has_table = true};
    page = page_of("none", &none, NULL);
    assert_null(strstr(page, "What was searched"));
    assert_non_null(strstr(page, "<th scope=\"col\" class=\"l\" title=\"one character a gene"));
    assert_null(strstr(page, "N-random"));
    mem_free(page);
}

/* An interval of another level than the column's says so. */
static void test_interval_levels(void **state)
{
    (void)state;
    Arena arena = {0};
    Text page = {0};
    const double x[] = {1, 2, 3};
    const VerdictContrast rows[] = {
        {.name = "a", .unit = "points", .interval = stats_interval(x, 3, 0.95), .decides = true},
        {.name = "b", .unit = "points", .interval = stats_interval(x, 3, VERDICT_CONFIDENCE)}};
    const Verdict v = {
        .id = "N", .claim = "c", .rule = "r", .summary = "s", .contrasts = rows, .n_contrasts = 2};
    report_verdict(&page, &v, &arena);
    assert_int_equal(count(text_string(&page), "(95 %)"), 1);
    assert_int_equal(count(text_string(&page), "(90 %)"), 0);
    text_release(&page);
    arena_release(&arena);
}

/* What the badge gives as the reason is not said again, other reasons are. */
static void test_reason_once(void **state)
{
    (void)state;
    Arena arena = {0};
    Text page = {0};
    const Verdict verdicts[] = {{.id = "A", .claim = "a.", .why = "nothing to compare"},
                                {.id = "B", .claim = "b."},
                                {.id = "C", .claim = "c.", .outcome = VERDICT_REFUTED, .why = "x"}};
    report_answer_claims(&page, verdicts, ARRAY_LEN(verdicts), &arena);
    const char *text = text_string(&page);
    assert_int_equal(count(text, "nothing to compare"), 1);
    assert_non_null(strstr(text, " a (<a href=\"#A\">A</a>).</li>"));
    assert_non_null(strstr(text, " b (<a href=\"#B\">B</a>): there is no effect to name.</li>"));
    assert_non_null(strstr(text, " c (<a href=\"#C\">C</a>): x.</li>"));
    text_release(&page);
    arena_release(&arena);
}

/* A table of what was not compared ends where a page would no longer open, and says so. */
static void test_many_unfair(void **state)
{
    (void)state;
    enum { N = REPORT_MOST_ROWS + 1 };
    static StorePointResult points[N];
    for (int i = 0; i < N; i++)
        points[i].point =
            (StorePoint){.figure = "grid", .series = "s", .status = "unfair", .reason = "far off"};
    StoreResults results = {.points = points, .n_points = N};
    Text page = {0};
    report_unfair(&page, &results, NULL, 0);
    assert_int_equal(count(text_string(&page), "far off"), REPORT_MOST_ROWS);
    assert_int_equal(count(text_string(&page), "The first 1000 of 1001 rows; all of them: isoflop "
                                               "export --format csv DIR current_point."),
                     1);
    text_clear(&page);
    results.n_points = REPORT_MOST_ROWS;
    report_unfair(&page, &results, NULL, 0);
    assert_int_equal(count(text_string(&page), "far off"), REPORT_MOST_ROWS);
    assert_int_equal(count(text_string(&page), "The first"), 0);
    text_release(&page);
}

/* RFC 4648, section 10. */
static void test_base64(void **state)
{
    (void)state;
    static const char *const vectors[][2] = {
        {"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
        {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        Text text = {0};
        html_base64(&text, vectors[i][0], strlen(vectors[i][0]));
        assert_string_equal(text_string(&text), vectors[i][1]);
        text_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page),          cmocka_unit_test(test_confirmed),
        cmocka_unit_test(test_hostile_names), cmocka_unit_test(test_without_gnuplot),
        cmocka_unit_test(test_search),        cmocka_unit_test(test_interval_levels),
        cmocka_unit_test(test_reason_once),   cmocka_unit_test(test_many_unfair),
        cmocka_unit_test(test_base64)};
    return cmocka_run_group_tests(tests, NULL, fixture_teardown);
}
