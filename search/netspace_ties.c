/* search/netspace_ties: from slots to genes: ties make one of several. */
#include "search/netspace_internal.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- ties --- */

static Slot *find_slot(NetSpace *space, const char *name)
{
    for (int i = 0; i < space->n_slots; i++)
        if (strcmp(space->slots[i].name, name) == 0)
            return &space->slots[i];
    return NULL;
}

static ErrCode unknown_gene(const NetSpace *space, const YamlNode *node, const char *name, Err *err)
{
    const char *names[SLOTS_MAX];
    for (int i = 0; i < space->n_slots; i++)
        names[i] = space->slots[i].name;
    const char *nearest = text_nearest(name, names, (size_t)space->n_slots);
    if (nearest != NULL)
        return yaml_error(err, node, "unknown gene '%s' in 'tie', did you mean '%s'?", name,
                          nearest);
    return yaml_error(err, node, "unknown gene '%s' in 'tie'", name);
}

/* Gives the slot of that name the gene `*gene`, the first of them a new one. */
static ErrCode tie_name(NetSpace *space, const YamlNode *node, const char *name, int *first,
                        Err *err)
{
    Slot *slot = find_slot(space, name);
    if (slot == NULL)
        return unknown_gene(space, node, name, err);
    const int index = (int)(slot - space->slots);
    if (*first < 0)
        *first = index;
    if (slot->gene >= 0)
        return yaml_error(err, node, "gene '%s' is tied twice", name);
    if (slot->n_values != space->slots[*first].n_values)
        return yaml_error(err, node, "'%s' has %d values and cannot be tied to '%s' of %d", name,
                          slot->n_values, space->slots[*first].name, space->slots[*first].n_values);
    slot->gene = *first; /* the first slot, until genes are numbered */
    return ERR_NONE;
}

/* "stages.2.kernel", "stages.0-3.layers" or "resolution". */
static ErrCode tie_item(NetSpace *space, const YamlNode *node, int *first, Err *err)
{
    int from, to, n_read = 0;
    const char *name;
    TRY(yaml_as_string(node, &name, err));
    if (sscanf(name, "stages.%4d-%4d.%n", &from, &to, &n_read) != 2 || n_read == 0)
        return tie_name(space, node, name, first, err);
    if (from < 0 || to < from || to >= space->base.n_stages)
        return unknown_gene(space, node, name, err);
    for (int s = from; s <= to; s++) {
        char one[NETSPACE_GENE_NAME_MAX];
        snprintf(one, sizeof one, "stages.%d.%.24s", s, name + n_read);
        TRY(tie_name(space, node, one, first, err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode read_ties(NetSpace *space, const YamlNode *list, Err *err)
{
    if (yaml_is_null(list))
        return ERR_NONE;
    if (list->kind != YAML_LIST)
        return yaml_error(err, list, "'tie' must be a list of lists of genes");
    for (size_t i = 0; i < list->n_items; i++) {
        int first = -1;
        if (list->items[i]->kind != YAML_LIST)
            return yaml_error(err, list->items[i], "'tie' must be a list of lists of genes");
        for (size_t k = 0; k < list->items[i]->n_items; k++)
            TRY(tie_item(space, list->items[i]->items[k], &first, err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* --- genes --- */

/* Whether the values are numbers that rise, or fall, from one to the next. */
static bool is_monotone(const Slot *slot)
{
    bool rises = true, falls = true;
    for (int v = 0; v < slot->n_values; v++) {
        const SlotValue *value = &slot->values[v];
        if (isnan(value->number) || (slot->kind == SLOT_STAGE && value->keys & (value->keys - 1)))
            return false;
        if (v > 0) {
            rises = rises && value->number >= value[-1].number;
            falls = falls && value->number <= value[-1].number;
        }
    }
    return rises || falls;
}

/* In the order of the slots. */
static ErrCode number_genes(NetSpace *space, Err *err)
{
    int n_choices = 0;
    for (int i = 0; i < space->n_slots; i++) {
        Slot *slot = &space->slots[i];
        if (slot->gene >= 0 && slot->gene < i) {
            slot->gene = space->slots[slot->gene].gene; /* numbered before */
            continue;
        }
        n_choices += slot->n_values;
        if (space->n_genes == NETSPACE_MAX_GENES || n_choices > GENESPACE_MAX_CHOICES)
            return yaml_key_error(err, slot->node, "more than %d genes or %d values of all",
                                  NETSPACE_MAX_GENES, GENESPACE_MAX_CHOICES);
        space->first_slots[space->n_genes] = i;
        space->genes[space->n_genes] =
            (Gene){is_monotone(slot) ? GENE_ORDERED : GENE_CATEGORY, slot->n_values};
        slot->gene = space->n_genes++;
    }
    return ERR_NONE;
}

ErrCode netspace_read_genes(NetSpace *space, const YamlNode *ties, Err *err)
{
    TRY(read_ties(space, ties, err));
    TRY(number_genes(space, err));
fail:
    return err->code;
}
