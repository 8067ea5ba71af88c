/* harness/rerank_report.c: networks ranked anew as JSON and as text. */
#include "harness/rerank.h"

#include "base/json.h"

#include <math.h>
#include <string.h>

enum { TOP_ROWS = 10 };

/* --- JSON --- */

static void put_objective(JsonWriter *json, const Objective *objective)
{
    Text line = {0};
    json_put_text(json, "form", objective_form_names[objective->form]);
    if (objective_has_w(objective->form))
        json_put_double(json, "w", objective->w);
    else
        json_put_null(json, "w");
    json_put_double(json, "target_macs", objective->target_macs);
    if (objective->form == OBJECTIVE_BAND)
        json_put_double(json, "tolerance", objective->tolerance);
    else
        json_put_null(json, "tolerance");
    objective_describe(objective, &line);
    json_put_text(json, "formula", text_string(&line));
    json->out->failed |= line.failed;
    text_clear(&line);
    objective_explain(objective, &line);
    if (line.n_bytes > 0)
        line.data[--line.n_bytes] = '\0'; /* its line end */
    json_put_text(json, "note", line.n_bytes > 0 ? text_string(&line) : NULL);
    json->out->failed |= line.failed;
    text_release(&line);
}

static void put_row(JsonWriter *json, const RerankPart *part, size_t i)
{
    const RankingRow *row = &part->ranking.rows[i];
    const RerankRow *more = &part->rows[i];
    const StorePoint *p = &row->result->point;
    json_open_map(json, NULL);
    if (isnan(row->score))
        json_put_null(json, "rank");
    else
        json_put_int(json, "rank", row->rank);
    json_put_text(json, "network", p->network);
    json_put_doubles(json, "nominal", p->nominal, ARRAY_LEN(p->nominal));
    json_put_text(json, "genes", p->genes);
    json_put_int(json, "macs", p->macs);
    json_put_double(json, "score", row->score);
    json_put_double(json, "mean_val_top1", row->mean_val);
    json_put_double(json, "mean_test_top1", row->mean_test);
    json_put_ints(json, "seeds", row->seeds, (size_t)row->n);
    json_put_doubles(json, "val_top1", row->val_top1, (size_t)row->n);
    json_put_int(json, "diverged", row->n_diverged);
    json_put_int(json, "missing", row->n_missing);
    json_put_bool(json, "chosen", more->is_chosen);
    json_put_int(json, "seeds_alone", more->n_alone);
    json_put_double(json, "share", more->share);
    json_put_bool(json, "indistinct_from_winner", row->is_indistinct);
    json_close_map(json);
}

static void put_part(JsonWriter *json, const RerankPart *part)
{
    json_open_map(json, NULL);
    json_put_text(json, "part", part->ranking.part);
    json_put_text(json, "id", part->id);
    put_objective(json, &part->objective);
    json_put_ints(json, "seeds", part->seeds, (size_t)part->n_seeds);
    json_put_int(json, "paired_seeds", part->n_paired);
    json_put_bool(json, "complete", part->ranking.is_complete);
    json_put_int(json, "chosen", (int64_t)part->n_chosen);
    json_open_list(json, "rows");
    for (size_t i = 0; i < part->ranking.n_rows; i++)
        put_row(json, part, i);
    json_close_list(json);
    json_open_list(json, "over_w");
    for (size_t i = 0; i < part->n_ranges; i++) {
        const StabilityRange *range = &part->ranges[i];
        json_open_map(json, NULL);
        json_put_double(json, "low", range->low);
        json_put_double(json, "high", range->high);
        json_put_text(json, "network", part->ranking.rows[range->network].result->point.network);
        json_close_map(json);
    }
    json_close_list(json);
    json_close_map(json);
}

void rerank_json(const Rerank *rerank, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_text(&json, "study", rerank->results->study.name);
    json_put_int(&json, "samples", RERANK_SAMPLES);
    json_open_list(&json, "parts");
    for (size_t i = 0; i < rerank->n_parts; i++)
        put_part(&json, &rerank->parts[i]);
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

/* --- text --- */

/* "1.2 1.1 1.15", or genes. */
static void name_network(const StorePoint *point, Text *out)
{
    text_clear(out);
    if (point->genes != NULL)
        text_append(out, point->genes);
    else
        text_printf(out, "%.4g %.4g %.4g", point->nominal[0], point->nominal[1], point->nominal[2]);
}

static bool is_front(const RerankPart *part)
{
    return part->objective.form == OBJECTIVE_PARETO;
}

/* Whether its stability over seeds can be spoken of. */
static bool has_seeds(const RerankPart *part)
{
    return part->n_paired > 1;
}

static void add_row(TextTable *table, const RerankPart *part, size_t i)
{
    const RankingRow *row = &part->ranking.rows[i];
    const RerankRow *more = &part->rows[i];
    const StorePoint *p = &row->result->point;
    char number[TEXT_NUMBER_BYTES];
    Text name = {0};
    name_network(p, &name);
    if (!is_front(part))
        text_table_cellf(table, "%d%s", row->rank, row->is_indistinct ? " ~" : "");
    text_table_text(table, &name);
    text_table_cell(table, text_human(number, (double)p->macs));
    text_table_cell(table, text_digits(number, (double)p->macs / part->objective.target_macs));
    text_table_cellf(table, "%.2f", row->mean_val);
    if (!is_front(part))
        text_table_cellf(table, "%.2f", row->score);
    text_table_cellf(table, "%d", row->n);
    if (has_seeds(part)) {
        text_table_cellf(table, "%d of %d", more->n_alone, part->n_paired);
        text_table_cellf(table, "%.0f %%", 100 * (isnan(more->share) ? 0 : more->share));
    } else {
        text_table_cell(table, "");
        text_table_cell(table, "");
    }
    text_release(&name);
}

/* The best, or the front. */
static void put_table(const RerankPart *part, Text *out)
{
    static const TextColumn ranked[] = {
        {"rank", TEXT_LEFT, 0},  {"network", TEXT_LEFT, 0}, {"MACs", TEXT_RIGHT, 3},
        {"of T", TEXT_RIGHT, 2}, {"val", TEXT_RIGHT, 0},    {"score", TEXT_RIGHT, 0},
        {"n", TEXT_RIGHT, 1},    {"alone", TEXT_RIGHT, 0},  {"samples", TEXT_RIGHT, 0}};
    static const TextColumn front[] = {{"network", TEXT_LEFT, 0}, {"MACs", TEXT_RIGHT, 0},
                                       {"of T", TEXT_RIGHT, 2},   {"val", TEXT_RIGHT, 0},
                                       {"n", TEXT_RIGHT, 1},      {"alone", TEXT_RIGHT, 0},
                                       {"samples", TEXT_RIGHT, 0}};
    TextTable *table = is_front(part) ? text_table_create(front, ARRAY_LEN(front))
                                      : text_table_create(ranked, ARRAY_LEN(ranked));
    size_t n = 0;
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < part->ranking.n_rows; i++)
        if (is_front(part) ? part->rows[i].is_chosen
                           : n < TOP_ROWS && !isnan(part->ranking.rows[i].score)) {
            add_row(table, part, i);
            n++;
        }
    if (n > 0)
        text_table_render(table, out);
    text_table_destroy(&table);
}

/* What the first rests on, or the front. */
static void put_firmness(const RerankPart *part, Text *out)
{
    const Ranking *r = &part->ranking;
    if (is_front(part)) {
        text_printf(out, "%zu on the front", part->n_chosen);
        text_append(out, has_seeds(part) ? "; alone and samples: how often each is on that of one "
                                           "seed, and of a bootstrap sample of the seeds.\n"
                                         : ".\n");
    }
    if (part->n_chosen > 0 && !has_seeds(part))
        text_append(out, part->n_seeds > 1
                             ? "Fewer than two seeds are common to all: how firm the choice is "
                               "cannot be said.\n"
                             : "One seed: how firm the choice is cannot be said.\n");
    if (is_front(part))
        return;
    for (size_t i = 0; i < r->n_rows; i++)
        if (part->rows[i].is_chosen && has_seeds(part))
            text_printf(out,
                        "The first is the choice of %d of %d seeds%s alone, and of %.0f %% of "
                        "bootstrap samples of the seeds; %zu other%s cannot be told from it (~).\n",
                        part->rows[i].n_alone, part->n_paired,
                        part->n_paired < part->n_seeds ? " that all have" : "",
                        100 * part->rows[i].share, r->n_indistinct, text_plural(r->n_indistinct));
    if (part->n_chosen == 0)
        text_append(out, "None is eligible: no network with a result lies where the objective "
                         "wants it.\n");
}

/* "-0.31 to -0.12". */
static void put_range(const StabilityRange *range, Text *out)
{
    char low[TEXT_NUMBER_BYTES], high[TEXT_NUMBER_BYTES];
    if (isinf(range->low))
        text_printf(out, "up to %s", text_digits(high, range->high));
    else
        text_printf(out, "%s to %s", text_digits(low, range->low), text_digits(high, range->high));
}

static void put_ranges(const RerankPart *part, Text *out)
{
    static const TextColumn columns[] = {{"w", TEXT_LEFT, 0},
                                         {"wins", TEXT_LEFT, 0},
                                         {"MACs", TEXT_RIGHT, 0},
                                         {"val", TEXT_RIGHT, 0},
                                         {"", TEXT_LEFT, 0}};
    TextTable *table = part->n_ranges > 0 ? text_table_create(columns, ARRAY_LEN(columns)) : NULL;
    const double w = part->objective.w;
    if (table == NULL) {
        out->failed |= part->n_ranges > 0;
        return;
    }
    for (size_t i = 0; i < part->n_ranges; i++) {
        const StabilityRange *range = &part->ranges[i];
        const RankingRow *row = &part->ranking.rows[range->network];
        char number[TEXT_NUMBER_BYTES];
        Text text = {0};
        put_range(range, &text);
        text_table_text(table, &text);
        name_network(&row->result->point, &text);
        text_table_text(table, &text);
        text_table_cell(table, text_human(number, (double)row->result->point.macs));
        text_table_cellf(table, "%.2f", row->mean_val);
        text_table_cell(table, w > range->low && w <= range->high ? "<- w" : "");
        text_release(&text);
    }
    text_append_char(out, '\n');
    text_table_render(table, out);
    text_table_destroy(&table);
}

static void put_part_text(const RerankPart *part, Text *out)
{
    size_t n_measured = 0;
    char number[TEXT_NUMBER_BYTES];
    for (size_t i = 0; i < part->ranking.n_rows; i++)
        n_measured += part->ranking.rows[i].n > 0;
    text_append_visible(out, part->id);
    text_append(out, ": ");
    objective_describe(&part->objective, out);
    text_printf(out, "; T = %s MACs\n%zu network%s with a result",
                text_human(number, part->objective.target_macs), n_measured,
                text_plural(n_measured));
    if (n_measured < part->ranking.n_rows)
        text_printf(out, " of %zu", part->ranking.n_rows);
    text_printf(out, ", %d seed%s%s\n", part->n_seeds, text_plural((uint64_t)part->n_seeds),
                part->ranking.is_complete ? "" : "; not all trials have finished");
    put_table(part, out);
    put_firmness(part, out);
    put_ranges(part, out);
}

void rerank_text(const Rerank *rerank, Text *out)
{
    const Objective *explained = NULL;
    for (size_t i = 0; i < rerank->n_parts; i++) {
        const Objective *o = &rerank->parts[i].objective;
        if (i > 0)
            text_append_char(out, '\n');
        if (explained == NULL || o->form != explained->form || o->w != explained->w)
            objective_explain(o, out);
        explained = o;
        put_part_text(&rerank->parts[i], out);
    }
}
