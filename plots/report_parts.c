/* plots/report_parts.c: a heading, a sentence or two, a table. */
#include "plots/report_parts.h"

#include "plots/html.h"
#include "plots/report_cells.h"
#include "plots/report_part_columns.h"
#include "plots/report_part_rows.h"
#include "plots/tabular.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void report_parts_winner(Text *page, const RankingRow *row)
{
    const StorePoint *p = &row->result->point;
    html_printf(page,
                "%.3g × %.3g × %.3g (built %.3g × %.3g × %.3g, %d px) at %.2f of the target, mean "
                "validation %.2f %%, test %.2f %%",
                p->nominal[0], p->nominal[1], p->nominal[2], p->built[0], p->built[1], p->built[2],
                p->resolution, p->ratio, row->mean_val, row->mean_test);
}

/* --- grids --- */

static const RankingRow *winner_of(const Ranking *r)
{
    return r->n_rows > 0 && !isnan(r->rows[0].score) ? &r->rows[0] : NULL;
}

/* Has the ranking changed since its grid, a part of that name, was decided? */
static void winner_fact(Text *page, const StoreResults *results, const RankingRow *winner)
{
    const char *part = winner->result->point.part;
    const size_t n_part = strlen(part);
    for (size_t i = 0; i < results->n_facts; i++) {
        const StoreFact *f = &results->facts[i];
        if (strncmp(f->name, part, n_part) != 0 || strcmp(f->name + n_part, "/winner") != 0 ||
            f->network == NULL || winner->result->point.network == NULL)
            continue;
        if (strcmp(f->network, winner->result->point.network) == 0)
            continue;
        html_markup(page, "<p>");
        html_printf(
            page,
            "The compound strategy of this study takes its constants from the winner at the "
            "time the grid was decided: alpha %.3g, beta %.3g, solved gamma %.3g; the "
            "ranking has changed since.",
            f->value[0], f->value[1], f->value[2]);
        html_markup(page, "</p>\n");
    }
}

static void grid_winner(Text *page, const StoreResults *results, const Ranking *r)
{
    const bool is_nominal = strcmp(r->match, "nominal") == 0;
    const RankingRow *winner = winner_of(r);
    if (winner == NULL) {
        html_element(page, "p",
                     r->is_complete ? "No trial has a result: there is no first."
                                    : "No trial is finished yet.");
        return;
    }
    html_markup(page, is_nominal ? "<p><strong>What the naive comparison would have said</strong> "
                                   "(nominal cost, not matched): "
                                 : "<p><strong>Winner at equal counted cost:</strong> ");
    report_parts_winner(page, winner);
    html_printf(page,
                ". With this n, %zu of the others cannot be told from it (marked ~; paired t "
                "intervals of the objective, 90 %% after Bonferroni; fewer than 3 seeds tell "
                "nothing).%s",
                r->n_indistinct, r->is_complete ? "" : " Not all trials are finished.");
    html_markup(page, "</p>\n");
    if (!is_nominal)
        winner_fact(page, results, winner);
}

static void grid_words(Text *page, const StoreResults *results, const PartTable *table)
{
    const Ranking *r = table->ranking;
    html_markup(page, "<p>");
    html_printf(page, "%zu network%s, match: %s", r->n_rows, text_plural(r->n_rows), r->match);
    if (!isnan(r->lowest_ratio))
        html_printf(page, "; counted cost %.3f to %.3f of the target", r->lowest_ratio,
                    r->highest_ratio);
    html_printf(page, ". Objective: %s. ", results->revision.objective);
    if (strncmp(results->revision.objective, "soft", strlen("soft")) == 0)
        html_text(page, "T only rescales every score by the same factor and can never change the "
                        "ranking; the exponent alone picks the size. ");
    html_text(page, "Ranked by mean validation accuracy; test accuracy stands beside it and picked "
                    "nothing.");
    html_markup(page, "</p>\n");
    grid_winner(page, results, r);
}

/* --- any part --- */

static void put_words(Text *page, const StoreResults *results, const PartTable *table)
{
    if (table->kind == PART_GRID)
        grid_words(page, results, table);
    else if (table->kind == PART_FAMILY)
        html_markup(page, "<p>Members α^φ, β^φ, γ^φ by the network's own rounding, as in the "
                          "paper. Nothing is matched: each is counted, and costs what it costs. "
                          "The nominal cost is (α·β²·γ²)^φ.</p>\n");
    else if (table->kind == PART_GENES)
        html_markup(page, "<p>Whole schedules first, then by validation accuracy.</p>\n");
    else if (table->has_targets)
        html_markup(page, "<p>Matched to equal counted cost.</p>\n");
    else
        html_markup(page, "<p>Nothing is matched: cost is the axis.</p>\n");
    report_left_out(page, table->n_rows + table->n_left_out, REPORT_MOST_ROWS, "measured");
}

static void put_table(Text *page, const StoreResults *results, const PartTable *table, Arena *arena)
{
    TabularColumn columns[PART_MOST_COLUMNS];
    const size_t n_columns = report_part_columns(table, columns);
    Text file = {0};
    text_append_file_name(&file, results->study.name);
    text_append_char(&file, '-');
    text_append_file_name(&file, table->part);
    const char *caption =
        arena_printf(arena,
                     "%s: part %s, %s on %s%s. Top-1 accuracy, mean ± standard deviation "
                     "over n seeds, 90 %% t intervals of the mean test accuracy.",
                     results->study.name, table->part, results->study.baseline,
                     results->study.data_name, results->study.is_demo ? " (DEMO)" : "");
    const Tabular tab = {.file = text_string(&file),
                         .caption = caption != NULL ? caption : "",
                         .columns = columns,
                         .n_columns = n_columns,
                         .rows = table->rows,
                         .n_rows = table->n_rows,
                         .row_bytes = sizeof *table->rows,
                         .attributes = report_part_attributes};
    tabular_html(page, &tab);
    page->failed |= file.failed;
    text_release(&file);
}

static void put_part(Text *page, const StoreResults *results, const PartTable *table, Arena *arena)
{
    enum { LONG = 40 }; /* rows: is folded, and not printed */
    html_element(page, "h3", table->part);
    html_markup(page, "\n");
    put_words(page, results, table);
    if (table->n_rows > LONG) {
        html_markup(page, "<details class=\"long\"><summary>");
        html_printf(page, "All %zu rows", table->n_rows);
        html_markup(page, "</summary>\n");
    }
    put_table(page, results, table, arena);
    if (table->n_rows > LONG)
        html_markup(page, "</details>\n");
}

void report_parts(Text *page, Store *store, const StoreResults *results, const Ranking *rankings,
                  size_t n_rankings, Arena *arena)
{
    PartTables tables;
    Err err = {0};
    if (report_part_rows(store, results, rankings, n_rankings, arena, &tables, &err) != ERR_NONE) {
        html_element(page, "p class=\"note\"", err.msg);
        return;
    }
    for (size_t i = 0; i < tables.n; i++)
        put_part(page, results, &tables.items[i], arena);
}
