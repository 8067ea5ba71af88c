/*
 * plots/report.c: fills the template, section by section, and writes the page at once.
 *
 * A page is derived: it can be made again at any time, and a figure that cannot be drawn is a
 * remark in it, never a reason to have no page. Of a large study each step takes much to work with,
 * so what it says is written at once, and its memory released before the next.
 */
#include "plots/report.h"

#include "plots/figure.h"
#include "plots/figure_data.h"
#include "plots/html.h"
#include "plots/report_answer.h"
#include "plots/report_figure.h"
#include "plots/report_methods.h"
#include "plots/report_page.h"
#include "plots/report_parts.h"
#include "plots/report_query.h"
#include "plots/report_search.h"
#include "plots/report_tables.h"
#include "plots/report_takeoff.h"
#include "plots/report_time.h"

#include "base/dir.h"
#include "base/sys.h"
#include "base/text.h"
#include "results/figure_names.h"

#include <inttypes.h>
#include <string.h>

#define REPORT_NAME "report.html"

/* Everything a section may need. */
typedef struct Report {
    Store *store;
    const ReportOptions *options;
    StoreResults results;
    Ranking *rankings;
    size_t n_rankings;
    Dir *folder;        /* of the study, or of the user's choice */
    Arena arena;        /* what is read, and the rankings */
    Arena scratch;      /* of one section */
    Text claims, cards; /* the answer's sentences, the verdicts */
    Text takeoff;       /* likewise written before its turn */
    Text figures;       /* drawn before all else is read */
    int n_missing;      /* of them, could not be drawn */
} Report;

/* --- sections --- */

/* What was written beforehand. */
static void put_written(Text *written, Text *page)
{
    text_append_bytes(page, written->data, written->n_bytes);
    page->failed |= written->failed;
    text_release(written);
}

static void release_scratch(Report *r, Text *page)
{
    page->failed |= r->scratch.failed;
    arena_release(&r->scratch);
}

static void put_title(void *report, Text *page)
{
    Report *r = report;
    html_text(page, r->results.study.name);
}

static void put_question(void *report, Text *page)
{
    Report *r = report;
    html_text(page, r->results.study.question);
}

static void put_facts(void *report, Text *page)
{
    Report *r = report;
    const StoreStudy *s = &r->results.study;
    char macs[TEXT_NUMBER_BYTES];
    html_printf(page,
                "%s (%s MACs) on %s, %d classes: %" PRId64 " images train, %" PRId64
                " validation, %" PRId64 " test. Recipe: %s.",
                s->baseline, text_human(macs, (double)r->results.revision.baseline_macs),
                s->data_name, s->classes, s->n_train, s->n_val, s->n_test,
                r->results.revision.recipe);
}

static void put_demo(void *report, Text *page)
{
    Report *r = report;
    if (!r->results.study.is_demo)
        return;
    html_markup(page, "<aside class=\"demo\"><p><strong>DEMO.</strong> ");
    html_printf(page,
                "%s is a constructed data set: it is made so that width, depth and resolution can "
                "matter, and which of them do depends on how long one trains. This report "
                "demonstrates the tool and says nothing about natural images.",
                r->results.study.data_name);
    html_markup(page, "</p></aside>\n");
}

static void put_answer(void *report, Text *page)
{
    Report *r = report;
    html_markup(page, "<ul class=\"answer\">\n");
    put_written(&r->claims, page);
    report_answer_winners(page, r->rankings, r->n_rankings);
    html_markup(page, "</ul>\n");
}

static void put_verdicts(void *report, Text *page)
{
    Report *r = report;
    put_written(&r->cards, page);
}

static void put_figures(void *report, Text *page)
{
    Report *r = report;
    put_written(&r->figures, page);
}

static void draw_figures(Report *r)
{
    for (size_t i = 0; figure_names[i]; i++)
        r->n_missing +=
            !report_figure(&r->figures, r->store, figure_names[i], r->folder, "figures", NULL);
}

static void put_search(void *report, Text *page)
{
    Report *r = report;
    report_search(page, r->store, &r->results, &r->scratch);
    release_scratch(r, page);
}

static void put_parts(void *report, Text *page)
{
    Report *r = report;
    report_parts(page, r->store, &r->results, r->rankings, r->n_rankings, &r->scratch);
    release_scratch(r, page);
}

static void put_profiles(void *report, Text *page)
{
    Report *r = report;
    report_profiles(page, &r->results, &r->scratch);
    release_scratch(r, page);
}

static void put_takeoff(void *report, Text *page)
{
    Report *r = report;
    put_written(&r->takeoff, page);
}

static void put_unfair(void *report, Text *page)
{
    Report *r = report;
    report_unfair(page, &r->results, r->rankings, r->n_rankings);
}

static void put_methods(void *report, Text *page)
{
    Report *r = report;
    report_methods(page, r->store, &r->results, r->options->version, &r->scratch);
    release_scratch(r, page);
}

static void put_provenance(void *report, Text *page)
{
    Report *r = report;
    static const char machines[] =
        "SELECT e.host, e.cpu, e.system, a.threads AS \"threads a trial\", e.kernels, e.version || "
        "' ' "
        "|| substr(e.git_commit, 1, 12) || "
        "CASE WHEN e.is_dirty THEN ' (changed)' ELSE '' END AS isoflop, e.compiler, e.flags, "
        "e.libraries, count(*) AS attempts FROM attempt a JOIN environment e ON e.id = "
        "a.environment GROUP BY e.id, a.threads ORDER BY e.id, a.threads";
    static const char work[] =
        "SELECT count(*) AS trials, sum(status = 'done') AS done, sum(status = 'diverged') AS "
        "diverged, sum(status = 'failed') AS failed, sum(n_attempts) AS attempts, (SELECT "
        "printf('%.0f s', coalesce(sum(seconds), 0)) FROM attempt_end) AS \"training time, all "
        "attempts\" FROM trial WHERE is_listed";
    StoreTable answer;
    const char *command = r->options->command != NULL ? r->options->command : r->results.command;
    html_markup(page, "<p>To repeat the study:</p>\n<pre>");
    html_text(page, command != NULL ? command : "isoflop run study.yaml");
    html_markup(page, "</pre>\n<p>");
    html_printf(page,
                "Results do not depend on the number of threads or workers, on the instruction set "
                "or on crashes in between; they are those of arithmetic revision %d. Data digest ",
                r->results.study.arithmetic);
    html_element(page, "code", r->results.study.data_digest);
    html_text(page, ", study digest ");
    html_element(page, "code", r->results.revision.digest);
    html_markup(page, ".</p>\n");
    if (report_ask(page, r->store, work, &r->scratch, &answer))
        report_rows(page, &answer);
    html_markup(page, "<h3>Machines and builds</h3>\n");
    if (report_ask(page, r->store, machines, &r->scratch, &answer))
        report_columns(page, &answer);
    release_scratch(r, page);
    html_markup(page, "<details><summary>The study as resolved</summary><pre>");
    html_text(page, r->results.revision.yaml);
    html_markup(page, "</pre></details>\n");
}

static void put_time(void *report, Text *page)
{
    Report *r = report;
    report_time(page, r->store, &r->scratch);
    release_scratch(r, page);
}

static void put_foot(void *report, Text *page)
{
    Report *r = report;
    html_printf(page,
                "Made by isoflop%s%s from study.db. Two networks are compared only at equal "
                "counted multiply-adds (MACs, the papers' \"FLOPS\"). Verdicts are observations "
                "about these networks, this data and this recipe; they are not causes.",
                r->options->version != NULL ? " " : "",
                r->options->version != NULL ? r->options->version : "");
}

static const ReportSection sections[] = {
    {"title", put_title},       {"question", put_question},     {"facts", put_facts},
    {"demo", put_demo},         {"answer", put_answer},         {"figures", put_figures},
    {"verdicts", put_verdicts}, {"profiles", put_profiles},     {"parts", put_parts},
    {"search", put_search},     {"takeoff", put_takeoff},       {"unfair", put_unfair},
    {"methods", put_methods},   {"provenance", put_provenance}, {"time", put_time},
    {"foot", put_foot}};

/* Writes what takes most memory beside all results. */
static ErrCode write_beforehand(Report *r, Err *err)
{
    Verdict verdicts[VERDICT_MAX];
    size_t n = 0;
    report_takeoff(&r->takeoff, &r->results, &r->scratch);
    release_scratch(r, &r->takeoff);
    TRY(verdict_all(&r->results, &r->scratch, verdicts, &n, err));
    report_answer_claims(&r->claims, verdicts, n, &r->scratch);
    for (size_t i = 0; i < n; i++)
        report_verdict(&r->cards, &verdicts[i], &r->scratch);
fail:
    release_scratch(r, &r->cards);
    return err->code;
}

ErrCode report_write(Store *store, const ReportOptions *options, int *n_missing, Err *err)
{
    Report r = {.store = store, .options = options};
    Text page = {0};
    Dir *figures = NULL;
    TRY(store_set_score(store, options->score, options->context, err));
    TRY(store_study(store, &r.arena, &r.results, err)); /* is there anything? */
    TRY(dir_make(&r.folder, NULL, options->folder, err));
    TRY(dir_refuse_link(r.folder, REPORT_NAME, err)); /* before the figures are drawn */
    TRY(dir_make(&figures, r.folder, "figures", err));
    draw_figures(&r);
    TRY(store_results(store, &r.arena, &r.results, err));
    TRY(store_curves(store, &r.arena, &r.results, err));
    TRY(write_beforehand(&r, err));
    TRY(ranking_all(&r.results, options->score, options->context, &r.arena, &r.rankings,
                    &r.n_rankings, err));
    TRY(report_page_fill("report.html", sections, ARRAY_LEN(sections), &r, &page, err));
    TRY(arena_ok(&r.arena, err));
    TRY(dir_write(r.folder, REPORT_NAME, page.data, page.n_bytes, err));
    if (n_missing != NULL)
        *n_missing = r.n_missing;
fail:
    dir_close(&figures);
    dir_close(&r.folder);
    text_release(&r.claims);
    text_release(&r.cards);
    text_release(&r.takeoff);
    text_release(&r.figures);
    text_release(&page);
    arena_release(&r.scratch);
    arena_release(&r.arena);
    return err->code == ERR_NONE ? ERR_NONE : err_wrap(err, "writing the report");
}
