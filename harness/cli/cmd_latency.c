/* harness/cli/cmd_latency.c: `isoflop latency`: how long networks take to infer. */
#include "harness/cli/command.h"
#include "harness/cli/network_options.h"

#include "base/json.h"
#include "base/sys.h"
#include "bench/machine.h"
#include "harness/latencybench.h"
#include "models/resolve.h"

static const char *const usage[] = {
    "NETWORK... [--batch B] [--runs R] [--width W] [--depth D] [--resolution PX] [--json]",
    "NETWORK --vs OTHER [--batch B] [--runs R] [--width W] [--depth D] [--resolution PX] [--json]",
    NULL};
static const char *const notes[] = {
    "A round is one forward pass of each network, in turn, so that a slow moment meets all of "
    "them; random weights and images, nothing is loaded. The median of R rounds after 3, the "
    "fastest and the slowest; the share of the machine's measured multiply-add peak on as many "
    "threads; weights, feature maps and scratch together.",
    "--vs: how many times as long NETWORK takes as OTHER: the median of the ratio within a round, "
    "and its 90 % interval, which holds whatever the distribution of times, if rounds are "
    "independent. Multipliers and pixels are those of all networks.",
    NULL};

typedef struct LatencySettings {
    NetworkOptions scale;
    const char *rival; /* NULL: none */
    int64_t batch, runs;
} LatencySettings;

#define FIELD(field) offsetof(LatencySettings, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(scale), .table = &network_options},
    {.name = "vs",
     .kind = OPTION_TEXT,
     .offset = FIELD(rival),
     .metavar = "OTHER",
     .doc = "the network whose time NETWORK's is divided by"},
    {.name = "batch",
     .kind = OPTION_INT,
     .offset = FIELD(batch),
     .metavar = "B",
     .fallback = "1",
     .min = 1,
     .max = 4096,
     .doc = "images at a time"},
    {.name = "runs",
     .kind = OPTION_INT,
     .offset = FIELD(runs),
     .metavar = "R",
     .fallback = "30",
     .min = LATENCYBENCH_MIN_RUNS,
     .max = LATENCYBENCH_MAX_RUNS,
     .doc = "rounds that are timed"},
};
#undef FIELD

/* What was measured of n networks; arrays owned. */
typedef struct Measured {
    size_t n;
    Network *networks;
    LatencybenchReport *reports;
    LatencybenchRatio ratio; /* with --vs */
    MachineReport machine;
} Measured;

static double gmacs_per_second(const Measured *m, size_t i, int64_t batch)
{
    return (double)m->networks[i].macs * (double)batch / m->reports[i].ms * 1e-6;
}

/* Multiply-adds; of two flops each. */
static double peak_gmacs_per_second(const Measured *m)
{
    return 0.5e-9 *
           machine_compute(&m->machine, m->machine.threads > 1 ? MACHINE_ALL : MACHINE_ONE);
}

static double roof_share(const Measured *m, size_t i, int64_t batch)
{
    return gmacs_per_second(m, i, batch) / peak_gmacs_per_second(m);
}

static size_t memory_bytes(const InferMemory *memory)
{
    return memory->parameter_bytes + memory->activation_bytes + memory->scratch_bytes;
}

static void put_json(const Measured *m, const Call *call, Text *out)
{
    const LatencySettings *settings = call->settings;
    JsonWriter json = json_writer(out, false);
    json_open_map(&json, NULL);
    json_put_int(&json, "batch", settings->batch);
    json_put_int(&json, "threads", call->threads);
    json_put_text(&json, "cpu", cpu_level_name(call->cpu));
    json_open_list(&json, "networks");
    for (size_t i = 0; i < m->n; i++) {
        const LatencybenchReport *report = &m->reports[i];
        json_open_map(&json, NULL);
        json_put_text(&json, "network", m->networks[i].name);
        json_put_int(&json, "resolution", m->networks[i].resolution);
        json_put_double(&json, "ms", report->ms);
        json_put_double(&json, "ms_min", report->ms_min);
        json_put_double(&json, "ms_max", report->ms_max);
        json_put_int(&json, "runs", settings->runs);
        json_put_int(&json, "macs", m->networks[i].macs);
        json_put_double(&json, "gmacs_per_second", gmacs_per_second(m, i, settings->batch));
        json_put_double(&json, "roof_share", roof_share(m, i, settings->batch));
        json_put_int(&json, "memory_bytes", (int64_t)memory_bytes(&report->memory));
        json_close_map(&json);
    }
    json_close_list(&json);
    if (settings->rival != NULL) {
        json_put_double(&json, "ratio", m->ratio.ratio);
        json_put_double(&json, "low", m->ratio.low);
        json_put_double(&json, "high", m->ratio.high);
    }
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void put_rows(const Measured *m, int64_t batch, Text *out)
{
    static const TextColumn columns[] = {
        {"network", TEXT_LEFT, 0}, {"px", TEXT_RIGHT, 0},      {"MACs", TEXT_RIGHT, 0},
        {"ms", TEXT_RIGHT, 0},     {"fastest", TEXT_RIGHT, 0}, {"slowest", TEXT_RIGHT, 1},
        {"GMAC/s", TEXT_RIGHT, 0}, {"of roof", TEXT_RIGHT, 0}, {"memory", TEXT_RIGHT, 0}};
    char number[TEXT_NUMBER_BYTES];
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < m->n; i++) {
        const LatencybenchReport *report = &m->reports[i];
        text_table_cell(table, m->networks[i].name);
        text_table_cellf(table, "%d", m->networks[i].resolution);
        text_table_cell(table, text_human(number, (double)m->networks[i].macs));
        text_table_cellf(table, "%.3f", report->ms);
        text_table_cellf(table, "%.3f", report->ms_min);
        text_table_cellf(table, "%.3f", report->ms_max);
        text_table_cellf(table, "%.1f", gmacs_per_second(m, i, batch));
        text_table_cellf(table, "%.0f %%", 100.0 * roof_share(m, i, batch));
        text_table_cell(table, text_human_bytes(number, memory_bytes(&report->memory)));
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

static void put_text(const Measured *m, const Call *call, Text *out)
{
    const LatencySettings *settings = call->settings;
    text_printf(out, "batch %lld, %d thread%s, %s, %lld rounds; peak %.0f GMAC/s\n",
                (long long)settings->batch, call->threads, text_plural(call->threads),
                cpu_level_name(call->cpu), (long long)settings->runs, peak_gmacs_per_second(m));
    put_rows(m, settings->batch, out);
    if (settings->rival != NULL)
        text_printf(out, "%s takes %.3f times as long as %s, 90 %% interval %.3f to %.3f\n",
                    m->networks[0].name, m->ratio.ratio, m->networks[m->n - 1].name, m->ratio.low,
                    m->ratio.high);
}

/* Networks of the arguments, and the rival behind them. */
static ErrCode resolve_all(Measured *m, const Call *call, Err *err)
{
    const LatencySettings *settings = call->settings;
    for (size_t i = 0; i < m->n; i++) {
        Spec spec;
        const char *name = i < call->n_args ? call->args[i] : settings->rival;
        TRY(network_options_spec(&spec, name, &settings->scale, NULL, 0, err));
        TRY(resolve_network(&m->networks[i], &spec, err));
    }
fail:
    return err->code;
}

static ErrCode measure(Measured *m, const Call *call, Err *err)
{
    const LatencySettings *settings = call->settings;
    const LatencybenchSettings bench = {.batch = (int)settings->batch,
                                        .threads = call->threads,
                                        .level = call->cpu,
                                        .runs = settings->runs};
    m->n = call->n_args + (settings->rival != NULL);
    m->networks = mem_calloc(m->n, sizeof *m->networks);
    m->reports = mem_calloc(m->n, sizeof *m->reports);
    if (m->networks == NULL || m->reports == NULL)
        return err_memory(err, m->n * sizeof *m->networks);
    TRY(resolve_all(m, call, err));
    TRY(machine_measure(&m->machine, call->cpu, call->threads, err));
    TRY(latencybench_run(m->networks, m->n, &bench, m->reports,
                         settings->rival != NULL ? &m->ratio : NULL, err));
fail:
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const LatencySettings *settings = call->settings;
    Measured measured = {0};
    Text out = {.columns = call->columns};
    if (settings->rival != NULL && call->n_args > 1)
        return err_set(err, ERR_USAGE, "option '--vs' compares one network, not %zu", call->n_args);
    TRY(measure(&measured, call, err));
    if (call->json)
        put_json(&measured, call, &out);
    else
        put_text(&measured, call, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    for (size_t i = 0; measured.networks != NULL && i < measured.n; i++)
        network_release(&measured.networks[i]);
    mem_free(measured.networks);
    mem_free(measured.reports);
    text_release(&out);
    return err->code;
}

const Command cmd_latency = {
    .name = "latency",
    .summary = "how long networks take to infer, one beside the other",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(LatencySettings),
    .min_args = 1,
    .max_args = 64,
    .shared = SHARED_JSON,
    .run = run,
};
