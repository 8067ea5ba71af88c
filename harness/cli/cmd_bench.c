/* harness/cli/cmd_bench.c: `isoflop bench`: how fast this machine and the trainer's own step are.
 */
#include "harness/cli/command.h"
#include "harness/cli/network_options.h"

#include "base/json.h"
#include "bench/machine.h"
#include "harness/stepbench.h"
#include "models/resolve.h"

#include <string.h>

static const char *const usage[] = {"machine [--json]",
                                    "step --network N [--batch B] [--steps S] [--json]", NULL};
static const char *const notes[] = {
    "machine: clock, multiply-add peak, bandwidth of each memory, barrier, on one thread and on "
    "all; the best of several samples.",
    "step: forward, cross-entropy, backward, RMSProp with momentum "
    "and weight decay, batch-norm statistics; "
    "no dropout, drop connect, smoothing, averaging or loading; "
    "input resident. The median of S steps after "
    "3. It needs no data set.",
    NULL};

typedef struct BenchSettings {
    NetworkChoice network;
    int64_t batch, steps;
} BenchSettings;

#define FIELD(field) offsetof(BenchSettings, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(network), .table = &network_choice},
    {.name = "batch",
     .kind = OPTION_INT,
     .offset = FIELD(batch),
     .metavar = "B",
     .fallback = "64",
     .min = 1,
     .max = 65536,
     .doc = "images a step"},
    {.name = "steps",
     .kind = OPTION_INT,
     .offset = FIELD(steps),
     .metavar = "S",
     .fallback = "10",
     .min = STEPBENCH_MIN_STEPS,
     .max = STEPBENCH_MAX_STEPS,
     .doc = "steps that are timed"},
};
#undef FIELD

static void put_report(const Network *network, const StepbenchSettings *settings,
                       const StepbenchReport *report, bool as_json, Text *out)
{
    char macs[TEXT_NUMBER_BYTES];
    if (!as_json) {
        text_printf(
            out,
            "%s at %d px, batch %d, %d thread%s, %s: %.1f images/s, %.3f ms a step (fastest "
            "%.3f, %lld steps), %s MACs an image\n",
            network->name, network->resolution, settings->batch, settings->threads,
            text_plural(settings->threads), cpu_level_name(settings->level),
            report->images_per_second, report->ms_per_step, report->ms_min,
            (long long)report->steps, text_human(macs, (double)network->macs));
        return;
    }
    JsonWriter json = json_writer(out, false);
    json_open_map(&json, NULL);
    json_put_double(&json, "images_per_second", report->images_per_second);
    json_put_int(&json, "macs", network->macs);
    json_put_double(&json, "ms_per_step", report->ms_per_step);
    json_put_double(&json, "ms_min", report->ms_min);
    json_put_int(&json, "steps", report->steps);
    json_put_text(&json, "network", network->name);
    json_put_int(&json, "batch", settings->batch);
    json_put_int(&json, "threads", settings->threads);
    json_put_text(&json, "cpu", cpu_level_name(settings->level));
    json_close_map(&json);
    text_append_char(out, '\n');
}

static ErrCode run_step(const Call *call, Err *err)
{
    const BenchSettings *settings = call->settings;
    Spec spec;
    Network network = {0};
    StepbenchReport report;
    Text out = {.columns = call->columns};
    const StepbenchSettings bench = {.batch = (int)settings->batch,
                                     .threads = call->threads,
                                     .level = call->cpu,
                                     .steps = settings->steps};
    TRY(network_choice_spec(&spec, &settings->network, NULL, 0, err));
    TRY(resolve_network(&network, &spec, err));
    TRY(stepbench_run(&network, &bench, &report, err));
    put_report(&network, &bench, &report, call->json, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    network_release(&network);
    text_release(&out);
    return err->code;
}

static ErrCode run_machine(const Call *call, Err *err)
{
    MachineReport report;
    Text out = {.columns = call->columns};
    TRY(machine_measure(&report, call->cpu, call->threads, err));
    if (call->json) {
        JsonWriter json = json_writer(&out, false);
        machine_put_json(&report, NULL, &json);
        text_append_char(&out, '\n');
    } else {
        machine_put_text(&report, &out);
    }
    TRY(call_print_lines(call, &out, err));
fail:
    text_release(&out);
    return err->code;
}

static const struct {
    const char *name;
    ErrCode (*run)(const Call *call, Err *err);
} benches[] = {{"machine", run_machine}, {"step", run_step}};

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    for (size_t i = 0; i < ARRAY_LEN(benches); i++)
        if (strcmp(call->args[0], benches[i].name) == 0)
            return benches[i].run(call, err);
    return err_set(err, ERR_USAGE, "unknown benchmark '%s': machine or step", call->args[0]);
}

const Command cmd_bench = {
    .name = "bench",
    .summary = "measure this machine, and the trainer's own step",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(BenchSettings),
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
