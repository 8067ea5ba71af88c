/* bench/explainreport.c: tables and maps of the same lines. */
#include "bench/explainreport.h"

static double moved_bytes(const ExplainLine *line)
{
    return line->work.read_bytes + line->work.written_bytes;
}

/* --- text --- */

static void put_number(TextTable *table, double value)
{
    char digits[TEXT_NUMBER_BYTES];
    text_table_cell(table, value > 0.0 ? text_digits(digits, value) : NULL);
}

static void put_human(TextTable *table, double value)
{
    char digits[TEXT_NUMBER_BYTES];
    text_table_cell(table, value > 0.0 ? text_human(digits, value) : NULL);
}

static void put_line(TextTable *table, const ExplainLine *line)
{
    put_number(table, line->seconds * 1e3);
    text_table_cellf(table, "%.1f %%", line->share * 100.0);
    put_number(table, line->wait_seconds * 1e3);
    put_number(table, line->cycles);
    put_human(table, line->work.flops);
    put_human(table, moved_bytes(line));
    if (line->roof_seconds > 0.0)
        text_table_cellf(table, "%.0f %% %s", line->roof_seconds / line->seconds * 100.0,
                         line->is_compute ? "compute" : "memory");
    else
        text_table_cell(table, NULL);
    put_human(table, line->calls);
}

static void put_lines(ExplainLines lines, bool has_stage, Text *out)
{
    static const TextColumn columns[] = {{"stage", TEXT_LEFT, 0},       {"phase", TEXT_LEFT, 0},
                                         {"ms", TEXT_RIGHT, 0},         {"share", TEXT_RIGHT, 0},
                                         {"then waits", TEXT_RIGHT, 0}, {"c/v", TEXT_RIGHT, 0},
                                         {"flops", TEXT_RIGHT, 2},      {"bytes", TEXT_RIGHT, 2},
                                         {"of roof", TEXT_RIGHT, 0},    {"calls", TEXT_RIGHT, 1}};
    const size_t first = has_stage ? 0 : 1;
    TextTable *table = text_table_create(columns + first, ARRAY_LEN(columns) - first);
    for (int i = 0; i < lines.n; i++) {
        const ExplainLine *line = &lines.v[i];
        if (has_stage && line->stage < 0)
            continue;
        if (has_stage)
            text_table_cellf(table, "%d", line->stage);
        text_table_cell(table, stepexplain_phase_name(line->phase));
        put_line(table, line);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

static void put_kernels(const StepExplain *explain, Text *out)
{
    static const TextColumn columns[] = {{"kernel", TEXT_LEFT, 0},
                                         {"ms", TEXT_RIGHT, 0},
                                         {"share", TEXT_RIGHT, 0},
                                         {"calls", TEXT_RIGHT, 0},
                                         {"us a call", TEXT_RIGHT, 0}};
    int n = 0;
    const ExplainKernel *kernels = stepexplain_kernels(explain, &n);
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    for (int i = 0; i < n; i++) {
        text_table_cell(table, kernels[i].name);
        put_number(table, kernels[i].seconds * 1e3);
        text_table_cellf(table, "%.1f %%", kernels[i].share * 100.0);
        put_human(table, kernels[i].calls);
        put_number(table, kernels[i].seconds * 1e6 * stepexplain_machine(explain)->threads /
                              kernels[i].calls);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

void explainreport_put_text(const StepExplain *explain, Text *out)
{
    machine_put_text(stepexplain_machine(explain), out);
    text_append_char(out, '\n');
    put_lines(stepexplain_phases(explain), false, out);
    text_append_char(out, '\n');
    put_lines(stepexplain_stages(explain), true, out);
    text_append_char(out, '\n');
    put_kernels(explain, out);
}

/* --- JSON --- */

static void put_values(const ExplainLine *line, JsonWriter *json)
{
    json_put_text(json, "phase", stepexplain_phase_name(line->phase));
    json_put_double(json, "ms", line->seconds * 1e3);
    json_put_double(json, "share", line->share);
    json_put_double(json, "wait_ms", line->wait_seconds * 1e3);
    if (line->work.vectors > 0.0)
        json_put_double(json, "cycles_per_vector", line->cycles);
    else
        json_put_null(json, "cycles_per_vector");
    json_put_double(json, "flops", line->work.flops);
    json_put_double(json, "bytes", moved_bytes(line));
    json_put_double(json, "bytes_read", line->work.read_bytes);
    json_put_double(json, "bytes_written", line->work.written_bytes);
    if (line->roof_seconds > 0.0) {
        json_put_double(json, "roof_share", line->roof_seconds / line->seconds);
        json_put_text(json, "bound", line->is_compute ? "compute" : "bandwidth");
    } else {
        json_put_null(json, "roof_share");
        json_put_null(json, "bound");
    }
    json_put_double(json, "calls", line->calls);
}

static void put_phase_kernels(const StepExplain *explain, ExplainPhase phase, JsonWriter *json)
{
    int n = 0;
    const ExplainKernel *kernels = stepexplain_kernels(explain, &n);
    json_open_list(json, "kernels");
    for (int i = 0; i < n; i++) {
        if (!(kernels[i].phase_calls[phase] > 0.0))
            continue;
        json_open_map(json, NULL);
        json_put_text(json, "kernel", kernels[i].name);
        json_put_double(json, "ms", kernels[i].phase_seconds[phase] * 1e3);
        json_put_double(json, "calls", kernels[i].phase_calls[phase]);
        json_close_map(json);
    }
    json_close_list(json);
}

static void put_phases(const StepExplain *explain, JsonWriter *json)
{
    const ExplainLines lines = stepexplain_phases(explain);
    json_open_list(json, "phases");
    for (int i = 0; i < lines.n; i++) {
        json_open_map(json, NULL);
        put_values(&lines.v[i], json);
        put_phase_kernels(explain, lines.v[i].phase, json);
        json_close_map(json);
    }
    json_close_list(json);
}

static void put_stages(const StepExplain *explain, JsonWriter *json)
{
    const ExplainLines lines = stepexplain_stages(explain);
    json_open_list(json, "stages");
    for (int i = 0; i < lines.n; i++) {
        json_open_map(json, NULL);
        if (lines.v[i].stage < 0)
            json_put_null(json, "stage");
        else
            json_put_int(json, "stage", lines.v[i].stage);
        put_values(&lines.v[i], json);
        json_close_map(json);
    }
    json_close_list(json);
}

static void put_operations(const StepExplain *explain, JsonWriter *json)
{
    static const char *const passes[NET_N_PASSES] = {
        "forward", "finish-forward", "backward", "finish-backward", "prepare", "optimise", "wait"};
    const ExplainLines lines = stepexplain_operations(explain);
    json_open_list(json, "operations");
    for (int i = 0; i < lines.n; i++) {
        json_open_map(json, NULL);
        json_put_text(json, "operation", lines.v[i].op < 0 ? NULL : lines.v[i].op_name);
        json_put_text(json, "pass", passes[lines.v[i].pass]);
        put_values(&lines.v[i], json);
        json_close_map(json);
    }
    json_close_list(json);
}

static void put_all_kernels(const StepExplain *explain, JsonWriter *json)
{
    int n = 0;
    const ExplainKernel *kernels = stepexplain_kernels(explain, &n);
    json_open_list(json, "kernels");
    for (int i = 0; i < n; i++) {
        json_open_map(json, NULL);
        json_put_text(json, "kernel", kernels[i].name);
        json_put_double(json, "ms", kernels[i].seconds * 1e3);
        json_put_double(json, "share", kernels[i].share);
        json_put_double(json, "calls", kernels[i].calls);
        json_close_map(json);
    }
    json_close_list(json);
}

void explainreport_put_json(const StepExplain *explain, const char *key, JsonWriter *json)
{
    json_open_map(json, key);
    machine_put_json(stepexplain_machine(explain), "machine", json);
    put_phases(explain, json);
    put_stages(explain, json);
    put_operations(explain, json);
    put_all_kernels(explain, json);
    json_close_map(json);
}
