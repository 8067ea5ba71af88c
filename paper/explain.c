/*
 * paper/explain: gathering, then rendering. Counted costs of single dimensions come from scaling
 * the baseline by one multiplier at a time and counting.
 */
#include "paper/explain.h"

#include "base/fmath.h"
#include "base/sys.h"
#include "models/ops.h"
#include "models/resolve.h"
#include "models/zoo.h"

#include <math.h>
#include <stdio.h>

static const double SMALLEST_SHARE =
    1e-9; /* below it, a difference is the product's own rounding */
static const double SMALLEST_SHOWN = 0.0005; /* of a percentage with one digit */

const Scale explain_paper_constants = {.depth = 1.2, .width = 1.1, .resolution = 1.15};

/* --- gathering --- */

/* Pixels that the multiplier does not give were asked for: their ratio is what is explained. */
static ErrCode find_baseline(Explanation *e, Err *err)
{
    const SpecOrigin *origin = &e->spec.scaled_from;
    e->nominal = (Scale){1.0, 1.0, 1.0};
    e->baseline = e->spec;
    if (!origin->baseline[0])
        return ERR_NONE;
    Err missing = {0};
    if (zoo_load(&e->baseline, origin->baseline, &missing) != ERR_NONE) {
        if (missing.code == ERR_MEMORY)
            return err_memory(err, 0);
        e->baseline = e->spec;
        e->is_alone = true;
        return ERR_NONE;
    }
    e->nominal = (Scale){origin->depth, origin->width, origin->resolution};
    if (e->baseline.n_stages != e->spec.n_stages) {
        err_set(err, ERR_USAGE, "network '%s' has %d stages, its baseline '%s' has %d",
                e->spec.name, e->spec.n_stages, e->baseline.name, e->baseline.n_stages);
        goto fail;
    }
    e->baseline.classes = e->spec.classes;
    if (e->spec.resolution != scaling_round_pixels(e->baseline.resolution, origin->resolution))
        e->nominal.resolution = (double)e->spec.resolution / e->baseline.resolution;
    return ERR_NONE;
fail:
    return err_wrap(err, "explaining '%s'", e->spec.name);
}

/* The rates of the blocks that were built, read from the operations that are executed. */
static ErrCode gather_drops(Explanation *e, const Network *network, Err *err)
{
    int starts[SPEC_MAX_STAGES], n_blocks = 0;
    for (int s = 0; s < e->spec.n_stages; s++) {
        starts[s] = n_blocks;
        n_blocks += e->spec.stages[s].layers;
    }
    e->n_blocks = n_blocks;
    if (e->spec.drop_connect == 0.0)
        return ERR_NONE;
    e->drops = mem_calloc((size_t)n_blocks, sizeof *e->drops);
    if (e->drops == NULL)
        return err_memory(err, (size_t)n_blocks * sizeof *e->drops);
    for (int i = 0; i < network->n_ops; i++) {
        const Op *op = &network->ops[i];
        if (ops_row(op->kind)->reads_shortcut)
            e->drops[e->n_drops++] = (ExplainDrop){
                op->stage, op->block, starts[op->stage] + op->block, 1.0 - op->survival};
    }
    return ERR_NONE;
}

static double phi_of(double multiplier, double constant)
{
    return constant > 1.0 ? fm_log(multiplier) / fm_log(constant) : (double)NAN;
}

static ExplainPart part_of(int base_channels, int channels, double width)
{
    return (ExplainPart){.base_channels = base_channels,
                         .channels = channels,
                         .exact_channels = base_channels * width};
}

static void gather_parts(Explanation *e)
{
    const Spec *base = &e->baseline, *spec = &e->spec;
    const double width = e->nominal.width;
    ExplainPart *part = e->parts;
    *part = part_of(base->stem.channels, spec->stem.channels, base->stem.scale ? width : 1.0);
    snprintf(part->name, sizeof part->name, "stem");
    part++;
    for (int s = 0; s < base->n_stages; s++, part++) {
        const StageSpec *from = &base->stages[s], *to = &spec->stages[s];
        *part = part_of(from->channels, to->channels, from->scale ? width : 1.0);
        snprintf(part->name, sizeof part->name, "stages.%d", s);
        part->base_layers = from->layers;
        part->layers = to->layers;
        part->exact_layers = from->layers * (from->scale_depth ? e->nominal.depth : 1.0);
    }
    if (base->head.channels) {
        const bool is_scaled =
            base->head.scale == HEAD_ALWAYS || (base->head.scale == HEAD_UP && width > 1.0);
        *part = part_of(base->head.channels, spec->head.channels, is_scaled ? width : 1.0);
        snprintf(part->name, sizeof part->name, "head");
        part++;
    }
    e->n_parts = (int)(part - e->parts);
}

/* Counted cost of the baseline scaled by `scale`, over the baseline's. */
static ErrCode counted_ratio(double *ratio, const Explanation *e, Scale scale, Err *err)
{
    Spec scaled;
    TRY(scaling_apply(&scaled, &e->baseline, scale, err));
    *ratio = (double)resolve_macs(&scaled, 0) / (double)e->baseline_macs;
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode gather_costs(Explanation *e, Err *err)
{
    const Scale n = e->nominal;
    e->baseline_macs = resolve_macs(&e->baseline, 0);
    e->depth.nominal = n.depth;
    e->width.nominal = n.width * n.width;
    e->resolution.nominal = n.resolution * n.resolution;
    e->all.nominal = e->depth.nominal * e->width.nominal * e->resolution.nominal;
    TRY(counted_ratio(&e->depth.counted, e, (Scale){n.depth, 1.0, 1.0}, err));
    TRY(counted_ratio(&e->width.counted, e, (Scale){1.0, n.width, 1.0}, err));
    TRY(counted_ratio(&e->resolution.counted, e, (Scale){1.0, 1.0, n.resolution}, err));
    e->all.counted = (double)e->macs / (double)e->baseline_macs;
    return ERR_NONE;
fail:
    return err->code;
}

/* Published numbers hold for the network of the zoo, not at other pixels or classes. */
static ErrCode find_published(Explanation *e, Err *err)
{
    Spec own;
    const PublishedRow *row = published_find(e->spec.name);
    if (row == NULL)
        return ERR_NONE;
    TRY(zoo_load(&own, row->network, err));
    if (own.resolution == e->spec.resolution && own.classes == e->spec.classes)
        e->published = row;
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode explain_network(Explanation *explanation, const Spec *spec, Scale constants, Err *err)
{
    Explanation e = {.spec = *spec, .constants = constants, .deviation = (double)NAN};
    Network network = {0};
    const double list[] = {constants.depth, constants.width, constants.resolution};
    Ray ray;
    TRY(scaling_ray(&ray, "compound", list, ARRAY_LEN(list), err));
    TRY(find_baseline(&e, err));
    TRY(resolve_network(&network, spec, err));
    e.params = network.params;
    e.macs = network.macs;
    e.waste = waste_count(spec);
    TRY(gather_drops(&e, &network, err));
    network_release(&network);
    e.built = scaling_built(&e.baseline, spec);
    e.phi =
        (Scale){phi_of(e.nominal.depth, constants.depth), phi_of(e.nominal.width, constants.width),
                phi_of(e.nominal.resolution, constants.resolution)};
    gather_parts(&e);
    TRY(gather_costs(&e, err));
    TRY(find_published(&e, err));
    if (e.published != NULL)
        e.deviation = (double)e.macs / published_value(e.published->flops) - 1.0;
    *explanation = e;
    return ERR_NONE;
fail:
    network_release(&network);
    explain_release(&e);
    return err->code;
}

void explain_release(Explanation *explanation)
{
    mem_free(explanation->drops);
    explanation->drops = NULL;
    explanation->n_drops = 0;
}

/* --- text --- */

/* One line of multipliers: nominal, built, and the phi that the dimension implies. */
static void put_dimension(TextTable *table, const char *name, double nominal, double built,
                          double phi, ExplainCost cost)
{
    text_table_cell(table, name);
    text_table_cellf(table, "%.4g", nominal);
    text_table_cellf(table, "%.4g", built);
    if (isnan(phi))
        text_table_cell(table, NULL);
    else
        text_table_cellf(table, "%.2f", phi);
    text_table_cellf(table, "%.2fx", cost.nominal);
    text_table_cellf(table, "%.2fx", cost.counted);
}

/* Share added or taken by rounding; nothing where it changed nothing. */
static void put_rounding(TextTable *table, double built, double exact)
{
    const double share = built / exact - 1.0;
    if (fabs(share) < SMALLEST_SHARE)
        text_table_cell(table, NULL);
    else
        text_table_cellf(table, "%+.1f %%", 100.0 * share);
}

static void dimensions_text(const Explanation *e, Text *out)
{
    static const TextColumn columns[] = {{"dimension", TEXT_LEFT, 0},   {"nominal", TEXT_RIGHT, 0},
                                         {"built", TEXT_RIGHT, 0},      {"phi", TEXT_RIGHT, 0},
                                         {"cost alone", TEXT_RIGHT, 0}, {"counted", TEXT_RIGHT, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    put_dimension(table, "depth", e->nominal.depth, e->built.depth, e->phi.depth, e->depth);
    put_dimension(table, "width", e->nominal.width, e->built.width, e->phi.width, e->width);
    put_dimension(table, "resolution", e->nominal.resolution, e->built.resolution,
                  e->phi.resolution, e->resolution);
    text_table_cell(table, "all together");
    for (int i = 0; i < 3; i++)
        text_table_cell(table, NULL);
    text_table_cellf(table, "%.2fx", e->all.nominal);
    text_table_cellf(table, "%.2fx", e->all.counted);
    text_table_render(table, out);
    text_table_destroy(&table);
}

static void parts_text(const Explanation *e, Text *out)
{
    static const TextColumn columns[] = {
        {"part", TEXT_LEFT, 0},   {"channels", TEXT_RIGHT, 0}, {"exact", TEXT_RIGHT, 0},
        {"built", TEXT_RIGHT, 0}, {"rounding", TEXT_RIGHT, 0}, {"layers", TEXT_RIGHT, 0},
        {"exact", TEXT_RIGHT, 0}, {"built", TEXT_RIGHT, 0},    {"rounding", TEXT_RIGHT, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int i = 0; i < e->n_parts; i++) {
        const ExplainPart *part = &e->parts[i];
        text_table_cell(table, part->name);
        text_table_cellf(table, "%d", part->base_channels);
        text_table_cellf(table, "%.1f", part->exact_channels);
        text_table_cellf(table, "%d", part->channels);
        put_rounding(table, part->channels, part->exact_channels);
        if (!part->base_layers) {
            for (int k = 0; k < 4; k++)
                text_table_cell(table, NULL);
            continue;
        }
        text_table_cellf(table, "%d", part->base_layers);
        text_table_cellf(table, "%.2f", part->exact_layers);
        text_table_cellf(table, "%d", part->layers);
        put_rounding(table, part->layers, part->exact_layers);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

/* A baseline has nothing to compare: its stages as they are. */
static void stages_text(const Explanation *e, Text *out)
{
    static const TextColumn columns[] = {
        {"part", TEXT_LEFT, 0}, {"channels", TEXT_RIGHT, 0}, {"layers", TEXT_RIGHT, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int i = 0; i < e->n_parts; i++) {
        text_table_cell(table, e->parts[i].name);
        text_table_cellf(table, "%d", e->parts[i].channels);
        if (e->parts[i].layers)
            text_table_cellf(table, "%d", e->parts[i].layers);
        else
            text_table_cell(table, NULL);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

/* Rates rise by equal steps from block to block: the first and the last of each stage say all. */
static void drops_text(const Explanation *e, Text *out)
{
    static const TextColumn columns[] = {{"part", TEXT_LEFT, 0},
                                         {"residual blocks", TEXT_RIGHT, 0},
                                         {"first", TEXT_RIGHT, 0},
                                         {"last", TEXT_RIGHT, 0}};
    if (e->n_drops == 0)
        return;
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    text_printf(out, "drop connect: block i of %d is left out with %.4g i / %d\n\n", e->n_blocks,
                e->spec.drop_connect, e->n_blocks);
    for (int i = 0; i < e->n_drops;) {
        int end = i;
        while (end < e->n_drops && e->drops[end].stage == e->drops[i].stage)
            end++;
        text_table_cellf(table, "stages.%d", e->drops[i].stage);
        text_table_cellf(table, "%d of %d", end - i, e->spec.stages[e->drops[i].stage].layers);
        text_table_cellf(table, "%.4f", e->drops[i].rate);
        text_table_cellf(table, "%.4f", e->drops[end - 1].rate);
        i = end;
    }
    text_table_render(table, out);
    text_table_destroy(&table);
    text_append_char(out, '\n');
}

static void cost_text(const Explanation *e, Text *out)
{
    char params[TEXT_NUMBER_BYTES], macs[TEXT_NUMBER_BYTES];
    text_append(out, "pixels: ");
    waste_text(&e->waste, e->spec.resolution, out);
    text_append(out, ".\n");
    text_printf(out, "%s parameters, %s multiply-adds", text_grouped(params, e->params),
                text_grouped(macs, e->macs));
    if (e->published == NULL) {
        text_append(out, ".\n");
        return;
    }
    text_append(out, "; published are ");
    if (e->published->params != NULL)
        text_printf(out, "%s and ", e->published->params);
    text_printf(out, "%s (%+.1f %%).\n", e->published->flops,
                fabs(e->deviation) < SMALLEST_SHOWN ? 0.0 : 100.0 * e->deviation);
    if (e->published->note != NULL)
        text_printf(out, "Why they differ: %s.\n", e->published->note);
}

void explain_text(const Explanation *e, Text *out)
{
    text_printf(out, "%s at %d px", e->spec.name, e->spec.resolution);
    if (e->is_alone)
        text_printf(out,
                    ": scaled by depth %.4g, width %.4g, resolution %.4g from '%s', which is not "
                    "to be found here",
                    e->spec.scaled_from.depth, e->spec.scaled_from.width,
                    e->spec.scaled_from.resolution, e->spec.scaled_from.baseline);
    else if (e->spec.scaled_from.baseline[0])
        text_printf(out, ": %s (%d px) scaled by depth %.4g, width %.4g, resolution %.4g",
                    e->baseline.name, e->baseline.resolution, e->nominal.depth, e->nominal.width,
                    e->nominal.resolution);
    else
        text_append(out, ": a baseline, not scaled from another network");
    if (!e->spec.scaled_from.baseline[0] || e->is_alone) {
        text_append(out, "\n\n");
        stages_text(e, out);
        text_append_char(out, '\n');
        drops_text(e, out);
        cost_text(e, out);
        return;
    }
    text_printf(out,
                "\n\nphi is log(multiplier) over log of alpha = %g, beta = %g, gamma = %g.\n\n",
                e->constants.depth, e->constants.width, e->constants.resolution);
    dimensions_text(e, out);
    text_append_char(out, '\n');
    parts_text(e, out);
    text_append_char(out, '\n');
    drops_text(e, out);
    cost_text(e, out);
}

/* --- JSON --- */

static void put_scale(JsonWriter *writer, const char *key, Scale scale)
{
    const double values[] = {scale.depth, scale.width, scale.resolution};
    json_put_doubles(writer, key, values, ARRAY_LEN(values));
}

static void put_cost(JsonWriter *writer, const char *key, ExplainCost cost)
{
    json_open_map(writer, key);
    json_put_double(writer, "nominal", cost.nominal);
    json_put_double(writer, "counted", cost.counted);
    json_close_map(writer);
}

static void put_drop(JsonWriter *writer, const ExplainDrop *drop)
{
    json_open_map(writer, NULL);
    json_put_int(writer, "stage", drop->stage);
    json_put_int(writer, "block", drop->block);
    json_put_int(writer, "index", drop->index);
    json_put_double(writer, "rate", drop->rate);
    json_close_map(writer);
}

static void put_part(JsonWriter *writer, const ExplainPart *part)
{
    json_open_map(writer, NULL);
    json_put_text(writer, "part", part->name);
    json_put_int(writer, "base_channels", part->base_channels);
    json_put_double(writer, "exact_channels", part->exact_channels);
    json_put_int(writer, "channels", part->channels);
    if (part->base_layers) {
        json_put_int(writer, "base_layers", part->base_layers);
        json_put_double(writer, "exact_layers", part->exact_layers);
        json_put_int(writer, "layers", part->layers);
    }
    json_close_map(writer);
}

void explain_json(const Explanation *e, JsonWriter *writer)
{
    json_open_map(writer, NULL);
    json_put_text(writer, "network", e->spec.name);
    json_put_text(writer, "baseline",
                  e->is_alone ? e->spec.scaled_from.baseline : e->baseline.name);
    json_put_bool(writer, "baseline_found", !e->is_alone);
    json_put_int(writer, "resolution", e->spec.resolution);
    put_scale(writer, "nominal", e->nominal);
    put_scale(writer, "built", e->built);
    put_scale(writer, "constants", e->constants);
    put_scale(writer, "phi", e->phi);
    json_open_map(writer, "cost");
    put_cost(writer, "depth", e->depth);
    put_cost(writer, "width", e->width);
    put_cost(writer, "resolution", e->resolution);
    put_cost(writer, "all", e->all);
    json_close_map(writer);
    json_open_list(writer, "parts");
    for (int i = 0; i < e->n_parts; i++)
        put_part(writer, &e->parts[i]);
    json_close_list(writer);
    json_put_double(writer, "drop_connect", e->spec.drop_connect);
    json_put_int(writer, "blocks", e->n_blocks);
    json_open_list(writer, "drops");
    for (int i = 0; i < e->n_drops; i++)
        put_drop(writer, &e->drops[i]);
    json_close_list(writer);
    json_put_int(writer, "params", e->params);
    json_put_int(writer, "macs", e->macs);
    json_put_int(writer, "baseline_macs", e->baseline_macs);
    json_put_double(writer, "waste", e->waste.ratio);
    json_put_int(writer, "aligned_resolution", e->waste.aligned);
    json_put_text(writer, "published_flops", e->published != NULL ? e->published->flops : NULL);
    json_put_double(writer, "deviation", e->deviation);
    json_put_text(writer, "note", e->published != NULL ? e->published->note : NULL);
    json_close_map(writer);
}
