/* harness/cli/bench_step.c: times steps of a network, explains them if asked to, prints. */
#include "harness/cli/bench_step.h"

#include "base/json.h"
#include "bench/explainreport.h"
#include "models/resolve.h"

static void put_memory(const NetMemory *memory, JsonWriter *json)
{
    json_open_map(json, "memory");
    json_put_int(json, "parameter_bytes", (int64_t)memory->parameter_bytes);
    json_put_int(json, "activation_bytes", (int64_t)memory->activation_bytes);
    json_put_int(json, "scratch_bytes", (int64_t)memory->scratch_bytes);
    json_close_map(json);
}

static void put_report(const Network *network, const StepbenchSettings *settings,
                       const StepbenchReport *report, const StepExplain *explain, bool as_json,
                       Text *out)
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
        if (explain != NULL)
            explainreport_put_text(explain, out);
        return;
    }
    JsonWriter json = json_writer(out, false);
    json_open_map(&json, NULL);
    json_put_double(&json, "images_per_second", report->images_per_second);
    json_put_int(&json, "macs", network->macs);
    json_put_double(&json, "ms_per_step", report->ms_per_step);
    json_put_double(&json, "ms_min", report->ms_min);
    json_put_int(&json, "steps", report->steps);
    put_memory(&report->memory, &json);
    json_put_text(&json, "network", network->name);
    json_put_int(&json, "batch", settings->batch);
    json_put_int(&json, "threads", settings->threads);
    json_put_text(&json, "cpu", cpu_level_name(settings->level));
    if (explain != NULL)
        explainreport_put_json(explain, "explain", &json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static ErrCode begin(void *user, Net *net, Err *err)
{
    return stepexplain_begin(user, net, err);
}

static void take_phases(void *user, Net *net, int64_t index)
{
    stepexplain_take_phases(user, net, index);
}

static void take_kernels(void *user, Net *net, int64_t index)
{
    stepexplain_take_kernels(user, net, index);
}

ErrCode bench_step(const Call *call, const NetworkChoice *choice, StepbenchSettings step,
                   bool is_explained, Err *err)
{
    Spec spec;
    Network network = {0};
    StepbenchReport report;
    MachineReport machine;
    StepExplain *explain = NULL;
    Text out = {.columns = call->columns};
    StepbenchObserver observer = {.begin = begin, .timed = take_phases, .untimed = take_kernels};
    TRY(network_choice_spec(&spec, choice, NULL, 0, err));
    TRY(resolve_network(&network, &spec, err));
    if (is_explained) {
        TRY(stepexplain_create(&explain, &machine, step.steps, err));
        TRY(machine_measure(&machine, step.level, step.threads, err));
        observer.user = explain;
        step.observer = &observer;
    }
    TRY(stepbench_run(&network, &step, &report, err));
    if (explain != NULL)
        stepexplain_finish(explain);
    put_report(&network, &step, &report, explain, call->json, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    stepexplain_destroy(&explain);
    network_release(&network);
    text_release(&out);
    return err->code;
}
