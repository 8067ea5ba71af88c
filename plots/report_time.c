/* plots/report_time.c: each trial beside what its run predicted. */
#include "plots/report_time.h"

#include "plots/html.h"
#include "plots/report_cells.h"
#include "plots/report_query.h"

#include "results/stats.h"

#include <math.h>
#include <string.h>

/*
 * Predictions are of one thread; where trials got more, their time is that of all threads. They
 * stand in the attempt's end as results/store_write.c writes them. All tables are looked into by
 * their keys, from the trials that are listed on.
 */
static const char trials_sql[] =
    "SELECT p.digest, n.name, n.resolution, n.macs, p.epochs, f.seconds * a.threads, "
    "CAST(substr(e.detail, 11) AS REAL), CAST(substr(e.detail, instr(e.detail, '(') + 1) AS REAL), "
    "CAST(substr(e.detail, instr(e.detail, ' to ') + 4) AS REAL), CASE WHEN e.detail LIKE '%, had "
    "%' "
    "THEN CAST(substr(e.detail, instr(e.detail, ', had ') + 6) AS REAL) END FROM listed_trial l "
    "CROSS JOIN "
    "planned p ON p.id = l.trial CROSS JOIN finished f ON f.trial = p.id CROSS JOIN attempt a ON "
    "a.trial = f.trial AND a.number = f.attempt CROSS JOIN attempt_end e ON e.trial = f.trial AND "
    "e.attempt = f.attempt CROSS JOIN network n ON n.digest = p.network WHERE l.revision = (SELECT "
    "max(id) FROM revision) AND f.outcome = 'done' AND f.attempt = 1 AND e.detail LIKE "
    "'predicted % s of one thread (%' ORDER BY n.macs, p.digest, p.id";

enum { DIGEST, NAME, PIXELS, MACS, EPOCHS, MEASURED, PREDICTED, LOW, HIGH, HAD, N_COLUMNS };

/* Trials that had less than this of their time were not alone. */
#define SHARED_BELOW 0.9

/* A trial of the answer; seconds of one thread. */
typedef struct TimedTrial {
    const char *const *cells;
    double measured, predicted, low, high;
    double had; /* of processors; NaN: stores of before do not know */
} TimedTrial;

static double number(const char *const *cells, int column)
{
    double value = (double)NAN;
    return cells[column] != NULL && text_to_double(cells[column], &value) ? value : (double)NAN;
}

static TimedTrial read_trial(const char *const *cells)
{
    return (TimedTrial){cells,
                        number(cells, MEASURED),
                        number(cells, PREDICTED),
                        number(cells, LOW),
                        number(cells, HIGH),
                        number(cells, HAD)};
}

/*
 * Whether the machine did other work: trials that wait for processors take longer than predicted,
 * and have no more of them. `work` has room for n numbers.
 */
static void put_sharing(Text *page, const TimedTrial *trials, size_t n, double *work)
{
    int n_known = 0;
    for (size_t i = 0; i < n; i++)
        if (trials[i].had > 0.0)
            work[n_known++] = trials[i].had / trials[i].measured;
    if (n_known == 0) {
        html_text(page, " Other work on the machine makes trials longer than predicted.");
        return;
    }
    const double share = stats_sample_quantile(work, n_known, 0.5);
    n_known = 0;
    for (size_t i = 0; i < n; i++)
        if (trials[i].had > 0.0)
            work[n_known++] = fabs(trials[i].had / trials[i].predicted - 1.0);
    const double error = stats_sample_quantile(work, n_known, 0.5);
    html_printf(page,
                share < SHARED_BELOW
                    ? " The machine was shared: in the median a trial had a processor for %.0f %% "
                      "of its time; by processor time alone the median error is %.0f %%."
                    : " In the median a trial had a processor for %.0f %% of its time; by "
                      "processor time alone the median error is %.0f %%.",
                100.0 * share, 100.0 * error);
}

/* "Median error 8 %, ..." */
static void put_summary(Text *page, const TimedTrial *trials, size_t n, Arena *arena)
{
    double *errors = arena_alloc(arena, n, sizeof *errors);
    double predicted = 0.0, measured = 0.0;
    size_t n_inside = 0;
    char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES];
    for (size_t i = 0; errors != NULL && i < n; i++) {
        const TimedTrial *t = &trials[i];
        errors[i] = fabs(t->measured / t->predicted - 1.0);
        predicted += t->predicted;
        measured += t->measured;
        n_inside += t->low <= t->measured && t->measured <= t->high;
    }
    if (errors == NULL)
        return;
    html_markup(page, "<p>");
    html_printf(page,
                "Over %zu trial%s the median error of the prediction is %.0f %%; %zu took a time "
                "within their 90 %% interval. Predicted in all: %s of one thread, measured: %s.",
                n, text_plural(n), 100.0 * stats_sample_quantile(errors, (int)n, 0.5), n_inside,
                text_duration(a, predicted), text_duration(b, measured));
    put_sharing(page, trials, n, errors);
    html_markup(page, "</p>\n");
}

/* One row for the n trials of a network. */
static void put_row(Text *page, const TimedTrial *trials, size_t n)
{
    const TimedTrial *t = &trials[0];
    double measured = 0.0, predicted = 0.0, low = t->low, high = t->high;
    for (size_t i = 0; i < n; i++) {
        measured += trials[i].measured / (double)n;
        predicted += trials[i].predicted / (double)n;
        low = fmin(low, trials[i].low);
        high = fmax(high, trials[i].high);
    }
    char macs[TEXT_NUMBER_BYTES];
    html_markup(page, "<tr>");
    html_element(page, "td class=\"l w\"", t->cells[NAME]);
    html_element(page, "td", t->cells[PIXELS]);
    html_element(page, "td", text_human(macs, number(t->cells, MACS)));
    html_element(page, "td", t->cells[EPOCHS]);
    html_markup(page, "<td>");
    html_printf(page, "%.3g (%.3g to %.3g)", predicted, low, high);
    html_markup(page, "</td>");
    report_number(page, "%.3g", measured);
    report_number(page, "%+.0f %%", 100.0 * (measured / predicted - 1.0));
    html_markup(page, "<td>");
    html_printf(page, "%zu", n);
    html_markup(page, "</td></tr>\n");
}

static void put_table(Text *page, const TimedTrial *trials, size_t n)
{
    html_markup(page, "<details><summary>Every network</summary><div class=\"scroll\"><table>"
                      "<thead><tr><th class=\"l\">network</th><th>px</th><th>MACs</th><th>epochs"
                      "</th><th>predicted s (90 %)</th><th>measured s</th><th>measured over "
                      "predicted</th><th>n</th></tr></thead><tbody>\n");
    size_t n_rows = 0;
    for (size_t i = 0; i < n; n_rows++) {
        size_t end = i + 1;
        while (end < n && strcmp(trials[end].cells[DIGEST], trials[i].cells[DIGEST]) == 0)
            end++;
        if (n_rows < REPORT_MOST_ROWS)
            put_row(page, &trials[i], end - i);
        i = end;
    }
    html_markup(page, "</tbody></table></div>\n");
    report_left_out(page, n_rows, REPORT_MOST_ROWS, NULL);
    html_markup(page, "</details>\n");
}

void report_time(Text *page, Store *store, Arena *arena)
{
    StoreTable answer;
    if (!report_ask(page, store, trials_sql, arena, &answer) || answer.n_rows == 0)
        return;
    TimedTrial *trials = arena_alloc(arena, answer.n_rows, sizeof *trials);
    if (trials == NULL)
        return;
    for (size_t i = 0; i < answer.n_rows; i++)
        trials[i] = read_trial(&answer.cells[i * N_COLUMNS]);
    html_markup(page, "<section aria-labelledby=\"h-time\">\n<h2 id=\"h-time\">Time, predicted and "
                      "measured</h2>\n");
    put_summary(page, trials, answer.n_rows, arena);
    put_table(page, trials, answer.n_rows);
    html_markup(page, "</section>\n");
}
