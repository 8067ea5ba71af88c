/* harness/cli/cmd_bench.c: `isoflop bench`: how fast this machine and the trainer's step are. */
#include "harness/cli/bench_data.h"
#include "harness/cli/bench_search.h"
#include "harness/cli/bench_step.h"
#include "harness/cli/bench_study.h"

#include "base/json.h"
#include "bench/kernelbench.h"
#include "bench/machine.h"

#include <string.h>

static const char search_usage[] =
    "search --table F.csv[.gz] [--space NAME|FILE] --strategy S [--set K=V ...] [--budget N] "
    "[--runs R] [--seed S] [--screen COLUMN=COST] [--band T[,TAU]] [--time] [--json]";
static const char *const usage[] = {
    "data --network N --data NAME[=PATH] [--augment LIST] [--batch B] [--steps S] [--json]",
    "kernels [--kernel NAME] [--json]",
    "machine [--json]",
    search_usage,
    "step --network N [--batch B] [--steps S] [--explain] [--json]",
    "study DIR [--batch B] [--steps S] [--json]",
    NULL};
static const char *const notes[] = {
    "data: training batches of prepared images, shuffled, augmented and normalised, beside the "
    "network's step; on one thread, in processor time. Both grow alike with threads. The images "
    "are prepared first if they are not yet.",
    "kernels: each by itself on one thread, on the shapes of the zoo's networks, against the "
    "machine's roofs.",
    "machine: clock, multiply-add peak, bandwidth of each memory, barrier, on one thread and on "
    "all; the best of several samples.",
    "search: a strategy on a table of trained networks: the incumbent is chosen on the seed it saw "
    "and scored on the others; regret against the largest mean over seeds. Nothing is trained.",
    "step: forward, cross-entropy, backward, RMSProp with momentum "
    "and weight decay, batch-norm statistics; "
    "no dropout, drop connect, smoothing, averaging or loading; "
    "input resident. The median of S steps after "
    "3. It needs no data set.",
    "study: the same of every network of a study, in S rounds of one step each, so that a slow "
    "moment meets all of them; the times go into the study's store, where 'verdict' finds them. "
    "The machine should do nothing else meanwhile.",
    NULL};

typedef struct BenchSettings {
    BenchDataChoice of; /* kernels and machine need none, step only the network */
    int64_t batch, steps;
    bool explain;
    BenchSearchChoice search;
    const char *kernel; /* NULL: all */
} BenchSettings;

#define FIELD(field) offsetof(BenchSettings, field)
static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(of.network), .table = &network_choice},
    {.kind = OPTION_TABLE, .offset = FIELD(of.data), .table = &data_option},
    {.name = "augment",
     .kind = OPTION_TEXT,
     .offset = FIELD(of.augment),
     .metavar = "LIST",
     .fallback = "crop,flip",
     .doc = "none, or augmentations with commas (see 'isoflop list augmentations')"},
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
    {.name = "kernel",
     .kind = OPTION_TEXT,
     .offset = FIELD(kernel),
     .metavar = "NAME",
     .doc = "only this kernel, e.g. pw.forward"},
    {.name = "explain",
     .kind = OPTION_FLAG,
     .offset = FIELD(explain),
     .doc = "say where a step's time goes, against the machine's roofs (docs/performance.md)"},
    {.kind = OPTION_TABLE, .offset = FIELD(search), .table = &bench_search_options},
};
#undef FIELD

/* What is timed: images a step, steps, on the call's threads and level. */
static StepbenchSettings step_settings(const Call *call)
{
    const BenchSettings *settings = call->settings;
    return (StepbenchSettings){.batch = (int)settings->batch,
                               .threads = call->threads,
                               .level = call->cpu,
                               .steps = settings->steps};
}

static ErrCode run_step(const Call *call, Err *err)
{
    const BenchSettings *settings = call->settings;
    return bench_step(call, &settings->of.network, step_settings(call), settings->explain, err);
}

static ErrCode run_data(const Call *call, Err *err)
{
    const BenchSettings *settings = call->settings;
    return bench_data(call, &settings->of, step_settings(call), err);
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

static ErrCode run_kernels(const Call *call, Err *err)
{
    const BenchSettings *settings = call->settings;
    MachineReport machine;
    KernelBench bench = {0};
    Text out = {.columns = call->columns};
    TRY(machine_measure(&machine, call->cpu, 1, err));
    TRY(kernelbench_run(&bench, &machine, settings->kernel, err));
    if (call->json) {
        JsonWriter json = json_writer(&out, false);
        json_open_map(&json, NULL);
        machine_put_json(&machine, "machine", &json);
        kernelbench_put_json(&bench, "kernels", &json);
        json_close_map(&json);
        text_append_char(&out, '\n');
    } else {
        machine_put_text(&machine, &out);
        text_append_char(&out, '\n');
        kernelbench_put_text(&bench, &out);
    }
    TRY(call_print_lines(call, &out, err));
fail:
    kernelbench_release(&bench);
    text_release(&out);
    return err->code;
}

static ErrCode run_search(const Call *call, Err *err)
{
    const BenchSettings *settings = call->settings;
    return bench_search(call, &settings->search, err);
}

static ErrCode run_study(const Call *call, Err *err)
{
    const StepbenchSettings settings = step_settings(call);
    return bench_study(call, &settings, err);
}

static const struct {
    const char *name;
    size_t n_args; /* behind the name */
    ErrCode (*run)(const Call *call, Err *err);
} benches[] = {{"data", 0, run_data},     {"kernels", 0, run_kernels}, {"machine", 0, run_machine},
               {"search", 0, run_search}, {"step", 0, run_step},       {"study", 1, run_study}};

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    for (size_t i = 0; i < ARRAY_LEN(benches); i++) {
        if (strcmp(call->args[0], benches[i].name) != 0)
            continue;
        if (call->n_args == benches[i].n_args + 1)
            return benches[i].run(call, err);
        return err_set(err, ERR_USAGE, "'%s' takes %s", benches[i].name,
                       benches[i].n_args > 0 ? "the folder of a study" : "no further argument");
    }
    return err_set(err, ERR_USAGE,
                   "unknown benchmark '%s': data, kernels, machine, search, step or study",
                   call->args[0]);
}

const Command cmd_bench = {
    .name = "bench",
    .summary = "measure this machine, the trainer's own step and batches, a search on a table",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(BenchSettings),
    .min_args = 1,
    .max_args = 2,
    .shared = SHARED_JSON | SHARED_DATA_ROOT,
    .run = run,
};
