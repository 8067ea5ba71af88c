/*
 * search/netspace_load: spaces by name, path or text, and whether their base is a member.
 */
#include "search/netspace.h"
#include "search/netspace_internal.h"
#include "search/netspace_survey.h"

#include "base/embed.h"
#include "base/file.h"
#include "base/sys.h"
#include "models/spec_stage.h"
#include "models/zoo.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

extern const EmbeddedFile netspace_files[]; /* all of search/zoo/, made by isoflop_embed */

enum { MAX_FILE_BYTES = YAML_MAX_BYTES, MAX_HINTS = 64 };

/* --- the base and the limits --- */

/* Whether a slot's value is what the base has. */
static bool is_base_value(const NetSpace *space, const Slot *slot, int value)
{
    const SlotValue *chosen = &slot->values[value];
    if (slot->kind != SLOT_STAGE)
        return chosen->number == (slot->kind == SLOT_RESOLUTION ? space->base.resolution : 1.0);
    const StageSpec *stage = &space->base.stages[slot->stage];
    StageSpec patched = *stage;
    netspace_patch(&patched, chosen);
    for (int key = 0; chosen->keys >> key; key++)
        if (chosen->keys >> key & 1u && spec_stage_takes_key(&patched, key) &&
            !spec_stage_equal_key(stage, &patched, key))
            return false;
    return true;
}

static ErrCode base_is_outside(const NetSpace *space, const Slot *slot, Err *err)
{
    char value[TEXT_NUMBER_BYTES] = "1";
    if (slot->kind == SLOT_RESOLUTION)
        snprintf(value, sizeof value, "%d", space->base.resolution);
    if (slot->kind == SLOT_STAGE) {
        const int key = spec_stage_find_key(slot->node->key);
        const StageSpec *stage = &space->base.stages[slot->stage];
        if (key < 0)
            snprintf(value, sizeof value, "its own");
        else if (isnan(spec_stage_key_number(stage, key)))
            snprintf(value, sizeof value, "%s", spec_stage_key_word(stage, key));
        else
            snprintf(value, sizeof value, "%g", spec_stage_key_number(stage, key));
    }
    return yaml_key_error(err, slot->node,
                          "the base '%s' is outside of the space: gene '%s' lacks its value %s",
                          space->base_name, slot->name, value);
}

/* The base's value of a gene, by all slots that read it. */
static ErrCode find_base_gene(NetSpace *space, int gene, Err *err)
{
    const Slot *blamed = space->slots; /* until one is found: every gene has a slot */
    for (int v = 0; v < space->genes[gene].n_values; v++) {
        bool fits = true;
        for (int i = 0; i < space->n_slots && fits; i++) {
            const Slot *slot = &space->slots[i];
            if (slot->gene != gene || !netspace_is_read(slot, &space->base))
                continue;
            fits = is_base_value(space, slot, v);
            blamed = fits ? blamed : slot;
        }
        if (fits) {
            space->base_genes[gene] = (uint8_t)v;
            return ERR_NONE;
        }
    }
    return base_is_outside(space, blamed, err);
}

static ErrCode say_limits(NetSpace *space, const NetSpaceCount *base, Err *err)
{
    NetSpaceSurvey survey;
    TRY(netspace_survey(space, &survey, err));
    if (survey.inside > 0.0)
        return yaml_error(err, space->limits_node,
                          "the base '%s' is outside of the limits: %lld MACs, %lld params, %lld "
                          "acts",
                          space->base_name, (long long)base->macs, (long long)base->params,
                          (long long)base->acts);
    return yaml_error(err, space->limits_node,
                      "the limits exclude everything: %s of the space have %lld to %lld MACs",
                      survey.is_exact ? "the networks" : "100,000 networks drawn",
                      (long long)survey.macs[0], (long long)survey.macs[SURVEY_QUANTILES - 1]);
fail:
    return err->code;
}

static ErrCode check_base(NetSpace *space, Err *err)
{
    NetSpaceCount count;
    for (int g = 0; g < space->n_genes; g++)
        TRY(find_base_gene(space, g, err));
    netspace_canonical(space, space->base_genes);
    netspace_count(space, space->base_genes, &count);
    if (!count.is_inside)
        TRY(say_limits(space, &count, err));
fail:
    return err->code;
}

/* --- in a study --- */

ErrCode netspace_rebase(NetSpace *space, const Spec *base, Err *err)
{
    if (base->n_stages != space->base.n_stages)
        return err_set(err, ERR_USAGE, "space '%s' has a base of %d stages, not %d", space->name,
                       space->base.n_stages, base->n_stages);
    space->base = *base;
    memset(space->memo, 0, MEMO_SLOTS * sizeof *space->memo);
    for (int g = 0; g < space->n_genes; g++)
        TRY(find_base_gene(space, g, err));
    netspace_canonical(space, space->base_genes);
fail:
    return err->code;
}

void netspace_narrow(NetSpace *space, int64_t low, int64_t high)
{
    NetSpaceRange *macs = &space->limits.macs;
    if (macs->low < low)
        macs->low = low;
    if (macs->high == 0 || macs->high > high)
        macs->high = high;
}

void netspace_identity(const NetSpace *space, Text *out)
{
    yaml_emit_node(yaml_root(space->doc), out);
    text_append_char(out, '\n');
    spec_write_yaml(&space->base, out);
    text_printf(out, "%" PRId64 " %" PRId64 "\n", space->limits.macs.low, space->limits.macs.high);
}

/* --- spaces --- */

ErrCode netspace_parse(NetSpace **out, const char *source, const char *data, size_t n_bytes,
                       Err *err)
{
    NetSpace *space = mem_calloc(1, sizeof *space);
    if (space == NULL)
        return err_memory(err, sizeof *space);
    space->self = space;
    space->slots = mem_calloc(SLOTS_MAX, sizeof *space->slots);
    space->memo = mem_calloc(MEMO_SLOTS, sizeof *space->memo);
    if (space->slots == NULL || space->memo == NULL) {
        err_memory(err, MEMO_SLOTS * sizeof *space->memo);
        goto fail;
    }
    TRY(yaml_parse(&space->doc, source, data, n_bytes, err));
    space->arena = yaml_arena(space->doc);
    TRY(netspace_read(space, yaml_root(space->doc), err));
    TRY(check_base(space, err));
    *out = space;
    return ERR_NONE;
fail:
    netspace_destroy(&space);
    return err->code;
}

static ErrCode unknown_space(const char *name, Err *err)
{
    const char *names[MAX_HINTS];
    size_t n = 0;
    for (; n < MAX_HINTS && netspace_files[n].name != NULL; n++)
        names[n] = netspace_files[n].name;
    const char *nearest = text_nearest(name, names, n);
    if (nearest != NULL)
        return err_set(err, ERR_USAGE, "unknown space '%s', did you mean '%s'?", name, nearest);
    return err_set(
        err, ERR_USAGE,
        "unknown space '%s': neither in the zoo (see 'isoflop list spaces') nor a path to a .yaml",
        name);
}

ErrCode netspace_load(NetSpace **space, const char *name_or_path, Err *err)
{
    char *data = NULL;
    size_t n_bytes = 0;
    if (zoo_is_path(name_or_path)) {
        TRY(file_read(name_or_path, MAX_FILE_BYTES, &data, &n_bytes, err));
        TRY(netspace_parse(space, name_or_path, data, n_bytes, err));
    } else {
        const EmbeddedFile *file = embed_find(netspace_files, name_or_path);
        if (file == NULL)
            return unknown_space(name_or_path, err);
        TRY(netspace_parse(space, file->name, (const char *)file->data, file->size, err));
    }
fail:
    mem_free(data);
    return err->code;
}

void netspace_destroy(NetSpace **space)
{
    if (*space == NULL)
        return;
    yaml_destroy(&(*space)->doc);
    mem_free((*space)->slots);
    mem_free((*space)->memo);
    mem_free(*space);
    *space = NULL;
}

size_t netspace_zoo_count(void)
{
    size_t n = 0;
    while (netspace_files[n].name != NULL)
        n++;
    return n;
}

const char *netspace_zoo_name(size_t index)
{
    return netspace_files[index].name;
}

const char *netspace_zoo_text(const char *name)
{
    const EmbeddedFile *file = embed_find(netspace_files, name);
    return file != NULL ? (const char *)file->data : NULL;
}
