/* plots/report_beside.c: tables whose columns, or rows, are studies. */
#include "plots/report_beside.h"

#include "plots/html.h"
#include "plots/report_answer.h"
#include "plots/report_figure.h"
#include "plots/report_page.h"

#include "base/dir.h"
#include "base/shellwords.h"
#include "base/sys.h"
#include "base/text.h"
#include "results/figure_names.h"
#include "results/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define REPORT_NAME "report.html"

/* One study, read. */
typedef struct Member {
    Store *store;
    const char *folder;  /* as the user gave it */
    const char *figures; /* where its figures go, in the page's folder */
    StoreResults results;
    StoreStanding standing;
    Verdict verdicts[VERDICT_MAX];
    size_t n_verdicts;
} Member;

typedef struct Beside {
    Member *items;
    size_t n;
    const char *version;
    const char *out; /* as the user gave it */
    Dir *folder;
    Arena arena;
    int n_missing;
} Beside;

/* "NAME", and the folder where two studies have the same name. */
static const char *name_of(Beside *b, size_t i)
{
    const char *name = b->items[i].results.study.name;
    for (size_t k = 0; k < b->n; k++)
        if (k != i && strcmp(b->items[k].results.study.name, name) == 0) {
            const char *both = arena_printf(&b->arena, "%s (%s)", name, b->items[i].folder);
            return both != NULL ? both : name;
        }
    return name;
}

/* --- head --- */

static void put_title(void *of, Text *page)
{
    Beside *b = of;
    for (size_t i = 0; i < b->n; i++)
        html_printf(page, "%s%s", i == 0 ? "" : i + 1 < b->n ? ", " : " and ", name_of(b, i));
}

static void put_facts(void *of, Text *page)
{
    const Beside *b = of;
    const StoreResults *first = &b->items[0].results;
    html_printf(page,
                "One recipe: %s. Equal cost is within %.3g %% of counted multiply-adds. "
                "Arithmetic revision %d. Networks or data differ; numbers of different data sets "
                "stand beside each other and are not pooled.",
                first->revision.recipe, 100.0 * first->revision.fairness_tolerance,
                first->study.arithmetic);
}

/* --- claims --- */

/* Whether a study before this one has said it. */
static bool is_said(const Beside *b, size_t member, const char *id)
{
    for (size_t i = 0; i < member; i++)
        if (verdict_find(b->items[i].verdicts, b->items[i].n_verdicts, id) != NULL)
            return true;
    return false;
}

static void put_claim(Beside *b, const Verdict *claim, Text *page)
{
    html_markup(page, "<h3>");
    html_printf(page, "%s. %s", claim->id, claim->claim);
    html_markup(page, "</h3>\n<ul class=\"answer\">\n");
    for (size_t i = 0; i < b->n; i++) {
        const Verdict *v = verdict_find(b->items[i].verdicts, b->items[i].n_verdicts, claim->id);
        html_markup(page, "<li>");
        if (v == NULL) {
            html_printf(page, "%s does not ask it.", name_of(b, i));
        } else {
            report_answer_badges(page, v);
            html_printf(page, " %s", name_of(b, i));
            report_answer_effect(page, v, &b->arena);
        }
        html_markup(page, "</li>\n");
    }
    html_markup(page, "</ul>\n<p class=\"note\"><strong>Rule, fixed beforehand.</strong> ");
    html_text(page, claim->rule);
    html_markup(page, "</p>\n");
}

static void put_answer(void *of, Text *page)
{
    Beside *b = of;
    for (size_t i = 0; i < b->n; i++)
        for (size_t k = 0; k < b->items[i].n_verdicts; k++)
            if (!is_said(b, i, b->items[i].verdicts[k].id))
                put_claim(b, &b->items[i].verdicts[k], page);
}

/* --- studies --- */

static void put_number(Text *page, int64_t value)
{
    html_markup(page, "<td>");
    html_printf(page, "%" PRId64, value);
    html_markup(page, "</td>");
}

static void put_studies(void *of, Text *page)
{
    Beside *b = of;
    char number[TEXT_NUMBER_BYTES];
    html_markup(
        page, "<div class=\"scroll\"><table class=\"sheet\"><thead><tr><th class=\"l\">study</th>"
              "<th class=\"l\">baseline</th><th>MACs</th><th class=\"l\">data</th><th>classes</th>"
              "<th>train</th><th>validation</th><th>test</th><th>done</th><th>trials</th>"
              "</tr></thead><tbody>\n");
    for (size_t i = 0; i < b->n; i++) {
        const StoreResults *r = &b->items[i].results;
        const StoreStanding *standing = &b->items[i].standing;
        html_markup(page, "<tr>");
        html_element(page, "td class=\"l w\"", name_of(b, i));
        html_element(page, "td class=\"l w\"", r->study.baseline);
        text_printf(page, "<td data-v=\"%" PRId64 "\">", r->revision.baseline_macs);
        html_text(page, text_human(number, (double)r->revision.baseline_macs));
        html_markup(page, "</td>");
        html_element(page, "td class=\"l w\"", r->study.data_name);
        put_number(page, r->study.classes);
        put_number(page, r->study.n_train);
        put_number(page, r->study.n_val);
        put_number(page, r->study.n_test);
        put_number(page, standing->n_by_status[STORE_TRIAL_DONE]);
        put_number(page, standing->n_trials);
        html_markup(page, "</tr>\n");
    }
    html_markup(page, "</tbody></table></div>\n");
}

/* --- strategies --- */

static const StorePointResult *find_strategy(const Member *m, const char *series, double x)
{
    for (size_t i = 0; i < m->results.n_points; i++) {
        const StorePoint *p = &m->results.points[i].point;
        if (store_is_part(p, "compare") && strcmp(p->series, series) == 0 && p->x == x)
            return &m->results.points[i];
    }
    return NULL;
}

/* "50.21 ± 0.83, n = 3" of test top-1. */
static void put_result(Beside *b, const StorePointResult *r, Text *page)
{
    double *test = arena_zalloc(&b->arena, r != NULL ? r->n_seeds + 1 : 1, sizeof *test);
    int n = 0;
    for (size_t i = 0; r != NULL && test != NULL && i < r->n_seeds; i++)
        if (r->seeds[i].status == STORE_TRIAL_DONE)
            test[n++] = r->seeds[i].test_top1;
    html_markup(page, "<td");
    if (n > 0) {
        html_markup(page, " data-v=\"");
        text_append_double(page, stats_mean(test, n));
        html_markup(page, "\"");
    }
    html_markup(page, ">");
    if (n > 0)
        html_printf(page, "%.2f", stats_mean(test, n));
    if (n > 1)
        html_printf(page, " ± %.2f", stats_sd(test, n));
    if (n > 0)
        html_printf(page, ", n = %d", n);
    html_markup(page, "</td>");
}

static void put_strategy(Beside *b, const StorePoint *p, Text *page)
{
    html_markup(page, "<tr>");
    html_element(page, "td class=\"l\"", p->series);
    html_markup(page, "<td>");
    html_printf(page, "%.3g", p->x);
    html_markup(page, "</td>");
    for (size_t i = 0; i < b->n; i++)
        put_result(b, find_strategy(&b->items[i], p->series, p->x), page);
    html_markup(page, "</tr>\n");
}

/* Rows of one study that no study before it has. */
static size_t put_strategies_of(Beside *b, size_t member, Text *page)
{
    const StoreResults *r = &b->items[member].results;
    size_t n_rows = 0;
    for (size_t i = 0; i < r->n_points; i++) {
        const StorePoint *p = &r->points[i].point;
        bool is_new = store_is_part(p, "compare") &&
                      find_strategy(&b->items[member], p->series, p->x) == &r->points[i];
        for (size_t k = 0; is_new && k < member; k++)
            is_new = find_strategy(&b->items[k], p->series, p->x) == NULL;
        if (is_new)
            put_strategy(b, p, page);
        n_rows += is_new;
    }
    return n_rows;
}

static void put_strategies(void *of, Text *page)
{
    Beside *b = of;
    Text rows = {0};
    size_t n_rows = 0;
    for (size_t i = 0; i < b->n; i++)
        n_rows += put_strategies_of(b, i, &rows);
    if (n_rows == 0) {
        html_markup(page, "<p>None of them compares strategies.</p>\n");
    } else {
        html_markup(page, "<p>Test top-1, mean ± standard deviation over n seeds; x is the target "
                          "over the study's own baseline.</p>\n<div class=\"scroll\"><table "
                          "class=\"sheet\"><thead><tr><th class=\"l\">strategy</th><th>x</th>");
        for (size_t i = 0; i < b->n; i++)
            html_element(page, "th", name_of(b, i));
        html_markup(page, "</tr></thead><tbody>\n");
        html_markup(page, text_string(&rows));
        html_markup(page, "</tbody></table></div>\n");
    }
    page->failed |= rows.failed;
    text_release(&rows);
}

/* --- figures and foot --- */

static void put_figures(void *of, Text *page)
{
    Beside *b = of;
    for (size_t f = 0; figure_names[f]; f++)
        for (size_t i = 0; i < b->n; i++) {
            const Member *m = &b->items[i];
            b->n_missing += !report_figure(page, m->store, figure_names[f], b->folder, m->figures,
                                           name_of(b, i));
        }
}

/* A blank, and a word of a command. */
static void put_word(Text *page, const char *word)
{
    Text quoted = {0};
    shellwords_append(&quoted, word);
    html_text(page, " ");
    html_text(page, text_string(&quoted));
    page->failed |= quoted.failed;
    text_release(&quoted);
}

static void put_foot(void *of, Text *page)
{
    Beside *b = of;
    html_printf(page, "Made by isoflop%s%s: isoflop report", b->version != NULL ? " " : "",
                b->version != NULL ? b->version : "");
    for (size_t i = 0; i < b->n; i++)
        put_word(page, b->items[i].folder);
    html_text(page, " --out");
    put_word(page, b->out);
    html_text(page, ". Each study's own report has its tables, its methods and the command that "
                    "repeats it.");
}

static const ReportSection sections[] = {
    {"title", put_title},           {"facts", put_facts},     {"answer", put_answer},
    {"studies", put_studies},       {"figures", put_figures}, {"foot", put_foot},
    {"strategies", put_strategies},
};

/* --- the page --- */

static ErrCode read_member(Beside *b, const ReportBeside *from, size_t i, Err *err)
{
    Member *m = &b->items[i];
    Text name = {0};
    m->store = from->store;
    m->folder = from->folder;
    TRY(store_set_score(m->store, from->score, from->context, err));
    TRY(store_results(m->store, &b->arena, &m->results, err));
    TRY(store_standing(m->store, &m->standing, err));
    TRY(store_curves(m->store, &b->arena, &m->results, err));
    TRY(verdict_all(&m->results, &b->arena, m->verdicts, &m->n_verdicts, err));
    text_append_file_name(&name, m->results.study.name);
    m->figures = arena_printf(&b->arena, "figures/%zu-%s", i + 1, text_string(&name));
    TRY(text_ok(&name, err));
    TRY(arena_ok(&b->arena, err));
fail:
    text_release(&name);
    return err->code == ERR_NONE ? ERR_NONE : err_wrap(err, "study '%s'", from->folder);
}

ErrCode report_beside_write(const ReportBeside *studies, size_t n, const char *out,
                            const char *version, int *n_missing, Err *err)
{
    Beside b = {.n = n, .version = version, .out = out};
    Text page = {0};
    b.items = arena_zalloc(&b.arena, n, sizeof *b.items);
    TRY(arena_ok(&b.arena, err));
    for (size_t i = 0; i < n; i++)
        TRY(read_member(&b, &studies[i], i, err));
    TRY(dir_make(&b.folder, NULL, out, err));
    TRY(dir_refuse_link(b.folder, REPORT_NAME, err)); /* before the figures are drawn */
    TRY(report_page_fill("report_beside.html", sections, ARRAY_LEN(sections), &b, &page, err));
    TRY(arena_ok(&b.arena, err));
    TRY(dir_write(b.folder, REPORT_NAME, page.data, page.n_bytes, err));
    *n_missing = b.n_missing;
fail:
    dir_close(&b.folder);
    text_release(&page);
    arena_release(&b.arena);
    return err->code == ERR_NONE ? ERR_NONE : err_wrap(err, "writing the report");
}
