/* harness/cli/weights_options.c: rows, and from them a network with its weights. */
#include "harness/cli/weights_options.h"

#include "weights/naming.h"

#define FIELD(field) offsetof(WeightsOptions, field)
static const Option rows[] = {
    {.kind = OPTION_TABLE, .offset = FIELD(network), .table = &network_choice},
    {.name = "weights",
     .kind = OPTION_TEXT,
     .offset = FIELD(weights),
     .metavar = "FILE",
     .doc = "weights as safetensors"},
    {.name = "names",
     .kind = OPTION_ENUM,
     .offset = FIELD(names),
     .metavar = "WHOSE",
     .fallback = "isoflop",
     .names = naming_names,
     .doc = "names in the weight file"},
};
#undef FIELD

const OptionTable weights_options = {rows, ARRAY_LEN(rows)};

ErrCode weights_options_check(const WeightsOptions *options, Err *err)
{
    TRY(call_need("network", options->network.name, err));
    TRY(call_need("weights", options->weights, err));
fail:
    return err->code;
}

unsigned weights_options_accept(const WeightsOptions *options)
{
    return options->network.scale.resolution != NULL ? ORIGIN_ANY_RESOLUTION : 0;
}

/* The network and the source of its weights; *origin is one that can be released. */
static ErrCode prepare(Spec *spec, WeightSource *source, WeightOrigin *origin,
                       const WeightsOptions *options, const WeightsUse *use, Err *err)
{
    *origin = (WeightOrigin){0};
    TRY(weights_options_check(options, err));
    *source = (WeightSource){.path = options->weights,
                             .naming = naming_at(options->names),
                             .accept = use->accept,
                             .used = use->data};
    TRY(network_choice_spec(spec, &options->network, use->study,
                            use->data != NULL ? use->data->n_classes : 0, err));
fail:
    return err->code;
}

static void say_unknown(const WeightOrigin *origin, const WeightsOptions *options)
{
    if (!origin->is_known)
        call_say("'%s' " ORIGIN_UNKNOWN, options->weights);
}

ErrCode weights_options_open(Net **out, WeightOrigin *origin, const WeightsOptions *options,
                             const Call *call, const WeightsUse *use, Err *err)
{
    Spec spec;
    WeightSource source;
    const NetSettings settings = {.batch = use->batch,
                                  .threads = call->threads,
                                  .level = call->cpu,
                                  .training = use->class_maps,
                                  .class_maps = use->class_maps};
    TRY(prepare(&spec, &source, origin, options, use, err));
    TRY(weights_open(out, &spec, &settings, &source, origin, err));
    say_unknown(origin, options);
fail:
    return err->code;
}

ErrCode weights_options_infer(Infer **out, WeightOrigin *origin, const WeightsOptions *options,
                              const Call *call, const WeightsUse *use, Err *err)
{
    Spec spec;
    WeightSource source;
    const InferSettings settings = {
        .batch = use->batch, .threads = call->threads, .level = call->cpu};
    TRY(prepare(&spec, &source, origin, options, use, err));
    TRY(weights_infer(out, &spec, &settings, &source, origin, err));
    say_unknown(origin, options);
fail:
    return err->code;
}
