/* harness/cli/bench_study.c: times the networks of call->args[1], prints a line each. */
#include "harness/cli/bench_study.h"

#include "harness/studybench.h"

#include "base/json.h"

static void put_json(const StudyBenchReport *report, const StepbenchSettings *settings, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_int(&json, "batch", settings->batch);
    json_put_int(&json, "threads", settings->threads);
    json_put_int(&json, "rounds", settings->steps);
    json_open_list(&json, "networks");
    for (size_t i = 0; i < report->n_rows; i++) {
        const StudyBenchRow *row = &report->rows[i];
        json_open_map(&json, NULL);
        json_put_text(&json, "network", row->network.digest);
        json_put_int(&json, "resolution", row->network.resolution);
        json_put_int(&json, "macs", row->network.macs);
        json_put_int(&json, "acts", row->network.acts);
        json_put_double(&json, "ms_per_step", row->time.ms);
        json_put_double(&json, "relative_error", row->time.error);
        json_close_map(&json);
    }
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void put_text(const StudyBenchReport *report, const StepbenchSettings *settings, Text *out)
{
    static const TextColumn columns[] = {{"network", TEXT_LEFT, 0},    {"px", TEXT_RIGHT, 0},
                                         {"MACs", TEXT_RIGHT, 0},      {"acts", TEXT_RIGHT, 0},
                                         {"ms a step", TEXT_RIGHT, 0}, {"error", TEXT_RIGHT, 0}};
    enum { SHOWN = 12 }; /* characters of a digest */
    char number[TEXT_NUMBER_BYTES];
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    for (size_t i = 0; table != NULL && i < report->n_rows; i++) {
        const StudyBenchRow *row = &report->rows[i];
        text_table_cellf(table, "%.*s", SHOWN, row->network.digest);
        text_table_cellf(table, "%d", row->network.resolution);
        text_table_cell(table, text_human(number, (double)row->network.macs));
        text_table_cell(table, text_human(number, (double)row->network.acts));
        text_table_cellf(table, "%.3f", row->time.ms);
        text_table_cellf(table, "%.1f %%", 100.0 * row->time.error);
    }
    if (table != NULL)
        text_table_render(table, out);
    else
        out->failed = true;
    text_table_destroy(&table);
    text_printf(out, "%zu networks in turn, %lld rounds, batch %d, %d thread%s\n", report->n_rows,
                (long long)settings->steps, settings->batch, settings->threads,
                text_plural((size_t)settings->threads));
}

ErrCode bench_study(const Call *call, const StepbenchSettings *settings, Err *err)
{
    Arena arena = {0};
    StudyBenchReport report;
    Text out = {.columns = call->columns};
    TRY(studybench_run(call->args[1], settings, &arena, &report, err));
    if (call->json)
        put_json(&report, settings, &out);
    else
        put_text(&report, settings, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    text_release(&out);
    arena_release(&arena);
    return err->code;
}
