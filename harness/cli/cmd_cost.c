/*
 * harness/cli/cmd_cost.c: `isoflop cost`: layers, parameters, multiply-adds, activations, memory.
 */
#include "harness/cli/command.h"
#include "harness/cli/network_options.h"

#include "base/json.h"
#include "models/cost.h"
#include "models/ops.h"
#include "models/resolve.h"
#include "models/waste.h"

static const char *const usage[] = {
    "NETWORK [--width W] [--depth D] [--resolution PX] [--classes K] [--json]",
    "NETWORK --phi P [--alpha A --beta B --gamma G] [--classes K] [--json]", NULL};

typedef struct CostSettings {
    NetworkOptions network;
    CompoundOptions compound;
} CostSettings;

static const Option options[] = {
    {.kind = OPTION_TABLE, .offset = offsetof(CostSettings, network), .table = &network_options},
    {.kind = OPTION_TABLE, .offset = offsetof(CostSettings, compound), .table = &compound_options},
};

static void put_layer(JsonWriter *json, const Op *op)
{
    json_open_map(json, NULL);
    json_put_text(json, "name", op->name);
    json_put_text(json, "op", ops_row(op->kind)->name);
    json_put_int(json, "stage", op->stage);
    json_put_int(json, "block", op->block);
    json_put_int(json, "kernel", op->kernel);
    if (op->kernel_width)
        json_put_int(json, "kernel_width", op->kernel_width);
    json_put_int(json, "stride", op->stride);
    json_put_int(json, "in_channels", op->in_channels);
    json_put_int(json, "out_channels", op->out_channels);
    json_put_int(json, "in_size", op->in_size);
    json_put_int(json, "out_size", op->out_size);
    json_put_int(json, "params", op->params);
    json_put_int(json, "macs", op->macs);
    json_put_int(json, "acts", op->acts);
    json_close_map(json);
}

static void print_json(const Network *network, const CostMemory *memory, const Spec *spec,
                       const CostSettings *settings, Text *out)
{
    const bool has_phi = settings->compound.phi != NULL;
    const Waste waste = waste_count(spec);
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_text(&json, "network", network->name);
    json_put_text(&json, "digest", network->digest);
    json_put_double(&json, "width", has_phi ? spec->scaled_from.width : settings->network.width);
    json_put_double(&json, "depth", has_phi ? spec->scaled_from.depth : settings->network.depth);
    json_put_int(&json, "resolution", network->resolution);
    json_put_int(&json, "classes", network->classes);
    json_put_int(&json, "params", network->params);
    json_put_int(&json, "macs", network->macs);
    json_put_int(&json, "acts", network->acts);
    json_put_int(&json, "params_bytes", memory->params_bytes);
    json_put_int(&json, "inference_bytes", memory->inference_bytes);
    json_put_int(&json, "training_bytes", memory->training_bytes);
    json_put_double(&json, "waste", waste.ratio);
    json_put_int(&json, "aligned_resolution", waste.aligned);
    json_open_list(&json, "layers");
    for (int i = 0; i < network->n_ops; i++)
        if (cost_is_layer(&network->ops[i]))
            put_layer(&json, &network->ops[i]);
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void print_table(const Network *network, const CostMemory *memory, const Spec *spec,
                        Text *out)
{
    const Waste waste = waste_count(spec);
    char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES], c[TEXT_NUMBER_BYTES];
    cost_table(network, out);
    text_printf(out, "\n%s at %d px, %d classes: %s params, %s MACs, %s acts\n", network->name,
                network->resolution, network->classes, text_grouped(a, network->params),
                text_grouped(b, network->macs), text_grouped(c, network->acts));
    text_printf(out, "memory: %s of weights, %s for inference, %s an image for training\n",
                text_human_bytes(a, (uint64_t)memory->params_bytes),
                text_human_bytes(b, (uint64_t)memory->inference_bytes),
                text_human_bytes(c, (uint64_t)memory->training_bytes));
    text_append(out, "waste: ");
    waste_text(&waste, network->resolution, out);
    text_append_char(out, '\n');
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const CostSettings *settings = call->settings;
    Spec spec;
    Network network = {0};
    CostMemory memory;
    Text out = {.columns = call->columns};
    TRY(network_options_member(&spec, call->args[0], &settings->network, &settings->compound, err));
    TRY(resolve_network(&network, &spec, err));
    TRY(cost_memory(&memory, &network, err));
    if (call->json)
        print_json(&network, &memory, &spec, settings, &out);
    else
        print_table(&network, &memory, &spec, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    network_release(&network);
    text_release(&out);
    return err->code;
}

const Command cmd_cost = {
    .name = "cost",
    .summary = "count a network: layers, parameters, multiply-adds, activations, memory",
    .usage = usage,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(CostSettings),
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
