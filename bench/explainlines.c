/* bench/explainlines.c: what rows have in common makes a line. */
#include "bench/explainlines.h"

#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double explainlines_median(StepExplain *explain)
{
    const int64_t n = explain->n_steps;
    qsort(explain->sorted, (size_t)n, sizeof *explain->sorted, compare_doubles);
    return 0.5 * (explain->sorted[(n - 1) / 2] + explain->sorted[n / 2]);
}

static bool belongs(const Row *row, const ExplainLine *line, ListKind kind)
{
    return row->phase == line->phase && (kind < BY_STAGE || row->stage == line->stage) &&
           (kind < BY_ROW || (row->plan.op == line->op && row->plan.pass == line->pass));
}

/* A line for each row that belongs to none yet. */
static void add_lines(const StepExplain *explain, ExplainLines *list, ListKind kind)
{
    for (int i = 0; i < explain->n_rows; i++) {
        const Row *row = &explain->rows[i];
        int at = 0;
        while (at < list->n && !belongs(row, &list->v[at], kind))
            at++;
        if (at < list->n)
            continue;
        list->v[list->n++] = (ExplainLine){.phase = row->phase,
                                           .stage = kind < BY_STAGE ? -1 : row->stage,
                                           .op = kind < BY_ROW ? -1 : row->plan.op,
                                           .pass = row->plan.pass,
                                           .op_name = kind < BY_ROW ? NULL : row->name};
    }
}

/* By stage, then by phase; those of no stage last. */
static int compare_lines(const void *a, const void *b)
{
    const ExplainLine *x = a, *y = b;
    if (x->stage != y->stage)
        return (unsigned)x->stage < (unsigned)y->stage ? -1 : 1;
    return (x->phase > y->phase) - (x->phase < y->phase);
}

/* What the binding roof allows for a row's work. */
static double roof_seconds(const StepExplain *explain, const NetProfileWork *work, bool *is_compute)
{
    const double n_bytes = work->read_bytes + work->written_bytes;
    const double compute = work->flops / machine_compute(explain->machine, MACHINE_ALL);
    const double moving = n_bytes / machine_bandwidth(explain->machine, MACHINE_ALL, n_bytes);
    *is_compute = compute > moving;
    return compute > moving ? compute : moving;
}

static void add_work(NetProfileWork *sum, const NetProfileWork *work)
{
    sum->flops += work->flops;
    sum->read_bytes += work->read_bytes;
    sum->written_bytes += work->written_bytes;
    sum->vectors += work->vectors;
}

/* The median over steps of the sum of the n members' seconds [n_steps][n_rows]. */
static double median_of_members(StepExplain *explain, const double *seconds, int n)
{
    for (int64_t step = 0; step < explain->n_steps; step++) {
        explain->sorted[step] = 0.0;
        for (int i = 0; i < n; i++)
            explain->sorted[step] += seconds[step * explain->n_rows + explain->members[i]];
    }
    return explainlines_median(explain);
}

static void fill_line(StepExplain *explain, ExplainLine *line, ListKind kind)
{
    int n = 0;
    double computing = 0.0;
    for (int i = 0; i < explain->n_rows; i++) {
        const Row *row = &explain->rows[i];
        if (!belongs(row, line, kind))
            continue;
        bool is_compute = false;
        const double roof = roof_seconds(explain, &row->plan.work, &is_compute);
        computing += is_compute ? roof : 0.0;
        line->roof_seconds += roof;
        line->calls += row->calls;
        add_work(&line->work, &row->plan.work);
        explain->members[n++] = i;
    }
    line->seconds = median_of_members(explain, explain->row_seconds, n);
    line->wait_seconds = median_of_members(explain, explain->wait_seconds, n);
    line->is_compute = computing > 0.5 * line->roof_seconds;
    const double cycles =
        line->seconds * explain->machine->threads * explain->machine->clock_ghz * 1e9;
    line->cycles = line->work.vectors > 0.0 ? cycles / line->work.vectors : 0.0;
}

void explainlines_make(StepExplain *explain, ListKind kind)
{
    ExplainLines *list = &explain->lists[kind];
    double sum = 0.0;
    add_lines(explain, list, kind);
    if (kind < BY_ROW)
        qsort(list->v, (size_t)list->n, sizeof *list->v, compare_lines);
    for (int i = 0; i < list->n; i++) {
        fill_line(explain, &list->v[i], kind);
        sum += list->v[i].seconds;
    }
    for (int i = 0; i < list->n; i++)
        list->v[i].share = list->v[i].seconds / sum;
}
