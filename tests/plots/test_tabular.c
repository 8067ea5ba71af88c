/* tests/plots/test_tabular.c: one table in three forms, each escaped by its own rules. */
#include "plots/tabular.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

typedef struct Row {
    const char *name;
    double mean;
} Row;

static void name(Text *out, const void *row)
{
    text_append(out, ((const Row *)row)->name);
}

static void rounded(Text *out, const void *row)
{
    text_printf(out, "%.1f ± 0.1", ((const Row *)row)->mean);
}

static void in_full(Text *out, const void *row)
{
    text_append_double(out, ((const Row *)row)->mean);
}

static void drawn(Text *out, const void *row)
{
    (void)row;
    text_append(out, "<b>*</b>");
}

static void attributes(Text *out, const void *row)
{
    text_printf(out, " data-t=\"%d\"", ((const Row *)row)->mean > 50 ? 1 : 2);
}

static const TabularColumn columns[] = {
    {.heading = "d × w", .name = "name", .is_text = true, .is_prose = true, .shown = name},
    {.heading = "test %", .hint = "a \"hint\"", .name = "mean", .shown = rounded, .raw = in_full},
    {.name = "again", .shown = in_full},
    {.heading = "marks", .markup = drawn},
};
static const Row rows[] = {{"a<b & c_1", 50.25}, {"=1+1, \"x\"", 49.75}};
static const Tabular tab = {.file = "s-grid",
                            .caption = "50 % of {all}",
                            .columns = columns,
                            .n_columns = 4,
                            .rows = rows,
                            .n_rows = 2,
                            .row_bytes = sizeof(Row),
                            .attributes = attributes};

/* RFC 4180; numbers in full; what a spreadsheet would execute is a text. */
static void csv(void **state)
{
    (void)state;
    Text out = {0};
    tabular_csv(&out, &tab);
    assert_string_equal(text_string(&out), "name,mean,again\r\n"
                                           "a<b & c_1,50.25,50.25\r\n"
                                           "\"'=1+1, \"\"x\"\"\",49.75,49.75\r\n");
    text_release(&out);
}

/* What people read, and no sign that TeX would act upon. */
static void latex(void **state)
{
    (void)state;
    Text out = {0};
    tabular_latex(&out, &tab);
    assert_string_equal(text_string(&out),
                        "% needs \\usepackage{booktabs,graphicx}, and UTF-8\n\\begin{table}\n"
                        "\\centering\n\\caption{50 \\% of \\{all\\}}\n\\small\n"
                        "\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n"
                        "\\begin{tabular}{lr}\n\\toprule\n"
                        "d $\\times$ w & test \\% \\\\\n\\midrule\n"
                        "a$<$b \\& c\\_1 & 50.2 $\\pm$ 0.1 \\\\\n"
                        "=1+1, \"x\" & 49.8 $\\pm$ 0.1 \\\\\n"
                        "\\bottomrule\n\\end{tabular}}\n\\end{table}\n");
    text_release(&out);
}

/*
 * A line's end, and a rule, take a star and what stands in brackets for themselves, blanks before
 * it or not: "{}" parts them. Other columns need none.
 */
static void latex_takes_no_cell(void **state)
{
    (void)state;
    static const TabularColumn twice[] = {{.heading = "[a]", .is_text = true, .shown = name},
                                          {.heading = "[b]", .shown = name}};
    static const Row hostile[] = {
        {"[1, 2]", 0}, {"* of all", 0}, {"\n [c]", 0}, {"", 0}, {"d*", 0}};
    const Tabular brackets = {.file = "f",
                              .caption = "c",
                              .columns = twice,
                              .n_columns = 2,
                              .rows = hostile,
                              .n_rows = 5,
                              .row_bytes = sizeof(Row)};
    Text out = {0};
    tabular_latex(&out, &brackets);
    assert_non_null(strstr(text_string(&out), "\\toprule\n{}[a] & [b] \\\\\n\\midrule\n"
                                              "{}[1, 2] & [1, 2] \\\\\n"
                                              "{}* of all & * of all \\\\\n"
                                              "{}  [c] &   [c] \\\\\n"
                                              " &  \\\\\nd* & d* \\\\\n\\bottomrule"));
    text_release(&out);
}

/* What is longer than a page goes on on the next, below its headings again. */
static void latex_of_many(void **state)
{
    (void)state;
    enum { N = 51 };
    static Row lines[N];
    static const TabularColumn one[] = {{.heading = "a|b", .is_text = true, .shown = name}};
    for (int i = 0; i < N; i++)
        lines[i].name = i + 1 < N ? "x" : "last";
    Tabular many = {.file = "f",
                    .caption = "c_1",
                    .columns = one,
                    .n_columns = 1,
                    .rows = lines,
                    .n_rows = N,
                    .row_bytes = sizeof(Row)};
    Text out = {0};
    tabular_latex(&out, &many);
    assert_true(text_starts_with(
        text_string(&out),
        "% needs \\usepackage{booktabs,longtable}, and UTF-8\n{\\tiny\n"
        "\\setlength{\\tabcolsep}{2pt}\n\\begin{longtable}{l}\n\\caption{c\\_1}\\\\\n\\toprule\n"
        "a\\textbar{}b \\\\\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\nx \\\\\n"));
    assert_true(text_ends_with(text_string(&out), "last \\\\\n\\end{longtable}}\n"));
    text_clear(&out);
    many.n_rows--;
    tabular_latex(&out, &many);
    assert_null(strstr(text_string(&out), "longtable"));
    text_release(&out);
}

/* Escaped but for our own markup; what is sorted by stands beside what is shown. */
static void page(void **state)
{
    (void)state;
    Text out = {0};
    tabular_html(&out, &tab);
    const char *text = text_string(&out);
    assert_non_null(strstr(text, "<th scope=\"col\" title=\"a &quot;hint&quot;\">test %</th>"));
    assert_non_null(strstr(text, "<tr data-t=\"1\"><td class=\"l w\">a&lt;b &amp; c_1</td>"
                                 "<td data-v=\"50.25\">50.2 ± 0.1</td><td><b>*</b></td></tr>"));
    assert_non_null(strstr(text, "<a download=\"s-grid.csv\" "
                                 "href=\"data:text/csv;charset=utf-8;base64,bmFtZSxt"));
    assert_null(strstr(text, "again"));
    text_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(csv), cmocka_unit_test(latex),
                                       cmocka_unit_test(latex_takes_no_cell),
                                       cmocka_unit_test(latex_of_many), cmocka_unit_test(page)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
