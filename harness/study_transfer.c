/* harness/study_transfer.c: keys of a transfer and its data sets. */
#include "harness/study_transfer.h"

#include "harness/study_datakeys.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { MAX_DATA = 16, MAX_RECIPE_KEYS = 64 };

#define MAX_EPOCHS 100000.0

static const char *const way_names[] = {[STUDY_SCRATCH] = "scratch",
                                        [STUDY_SCRATCH_TOTAL] = "scratch-total",
                                        [STUDY_FINETUNE] = "finetune",
                                        [STUDY_N_WAYS] = NULL};

#define KEY(field) offsetof(StudyPart, field)
static const YamlKey keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "what --only calls it; default: the part's name"},
    {"figure", YAML_STRING, KEY(figure), "fig6", 0, 0, NULL, NULL, "figure it is drawn in"},
    {"from", YAML_STRING, KEY(from), YAML_REQUIRED, 0, 0, NULL, NULL,
     "part whose networks are carried: a family, compare, curves, lines, grid or profile"},
    {"data", YAML_RAW, KEY(transfer.data_node), YAML_REQUIRED, 0, 0, NULL, NULL,
     "data sets to carry them to, a list of names or of maps with the keys of `data`"},
    {"ways", YAML_STRINGS, KEY(transfer.way_names), "[scratch, finetune]", 0, 0, way_names, NULL,
     "scratch: from initial weights; scratch-total: the same for the training MACs of pretraining "
     "and fine-tuning together; finetune: from the weights of the other part's trial of the seed"},
    {"seeds", YAML_INTS, KEY(transfer.seeds), YAML_OPTIONAL, 0, STUDY_MAX_SEED, NULL, NULL,
     "of the other part's, those that are carried; default: all"},
    {"epochs", YAML_INT64, KEY(epochs), "0", 0, MAX_EPOCHS, NULL, NULL,
     "passes its trials make (scratch-total: more), with a whole schedule of their own; 0: "
     "recipe.epochs"},
    {"recipe", YAML_RAW, KEY(transfer.recipe), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "keys that are others here than in the study's recipe, e.g. {lr: 0.01}"},
    {"init", YAML_RAW, KEY(transfer.init_node), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "finetune: {head: new, freeze: [stem], lr_factor: {stages: 0.1}, bn: train}, as in "
     "recipe.init"},
};
#undef KEY
const YamlTable study_transfer_table = {"transfer", keys, ARRAY_LEN(keys)};

const char *study_way_name(int way)
{
    return way_names[way];
}

static const YamlNode *place(const YamlNode *body, const char *key)
{
    const YamlNode *value = yaml_find(body, key);
    return value != NULL ? value : body;
}

/* --- reading --- */

static ErrCode read_set(YamlDoc *doc, const YamlNode *node, StudyData *data, Err *err)
{
    if (node->kind != YAML_SCALAR && node->kind != YAML_MAP)
        return yaml_wrong_type(node, "a data set's name, or a map like {name: flowers5}", err);
    TRY(yaml_read(doc, &study_data_table, node->kind == YAML_MAP ? node : NULL, data, err));
    if (node->kind == YAML_SCALAR)
        TRY(yaml_as_string(node, &data->name, err));
fail:
    return err->code;
}

static ErrCode read_data(YamlDoc *doc, StudyTransfer *transfer, Err *err)
{
    const YamlNode *node = transfer->data_node;
    if (node->kind != YAML_LIST || node->n_items == 0 || node->n_items > MAX_DATA)
        return yaml_error(err, node, "'data' must be a list of 1 to %d data sets", MAX_DATA);
    transfer->data = arena_zalloc(yaml_arena(doc), node->n_items, sizeof *transfer->data);
    if (transfer->data == NULL)
        return err_memory(err, node->n_items * sizeof *transfer->data);
    for (size_t i = 0; i < node->n_items; i++) {
        TRY(read_set(doc, node->items[i], &transfer->data[i], err));
        for (size_t k = 0; k < i; k++)
            if (strcmp(transfer->data[k].name, transfer->data[i].name) == 0)
                return yaml_error(err, node->items[i], "data set '%s' stands twice in 'data'",
                                  transfer->data[i].name);
    }
    transfer->n_data = node->n_items;
fail:
    return err->code;
}

static ErrCode read_ways(const YamlNode *body, StudyTransfer *transfer, Err *err)
{
    if (transfer->way_names.n == 0)
        return yaml_error(err, place(body, "ways"), "'ways' is empty: nothing would be trained");
    for (size_t i = 0; i < transfer->way_names.n; i++) {
        const char *name = transfer->way_names.v[i];
        int way = 0;
        while (way + 1 < STUDY_N_WAYS && strcmp(way_names[way], name) != 0)
            way++;
        for (size_t k = 0; k < i; k++)
            if (transfer->ways[k] == way)
                return yaml_error(err, place(body, "ways"), "'%s' stands twice in 'ways'", name);
        transfer->ways[i] = way; /* at most as many as there are: none stands twice */
    }
    return ERR_NONE;
}

/* Values are judged with the rest of the recipe (study_derive). */
static ErrCode check_recipe(const YamlNode *node, Err *err)
{
    const char *names[MAX_RECIPE_KEYS] = {NULL};
    if (yaml_is_null(node))
        return ERR_NONE;
    assert(recipe_table.n_keys < MAX_RECIPE_KEYS);
    if (node->kind != YAML_MAP)
        return yaml_wrong_type(node, "a map of a recipe's keys like {lr: 0.01}", err);
    for (size_t i = 0; i < node->n_items; i++) {
        const YamlNode *item = node->items[i];
        if (strcmp(item->key, "epochs") == 0 || strcmp(item->key, "init") == 0)
            return yaml_error(err, item, "'%s' is a key of the part, beside 'recipe'", item->key);
        bool is_known = false;
        for (size_t k = 0; k < recipe_table.n_keys; k++) {
            names[k] = recipe_table.keys[k].name;
            is_known |= strcmp(names[k], item->key) == 0;
        }
        if (!is_known)
            return yaml_unknown_key(item, "recipe", names, err);
    }
    return ERR_NONE;
}

ErrCode study_transfer_read(YamlDoc *doc, const YamlNode *body, StudyPart *part, Err *err)
{
    StudyTransfer *transfer = &part->transfer;
    TRY(read_data(doc, transfer, err));
    TRY(read_ways(body, transfer, err));
    TRY(check_recipe(transfer->recipe, err));
    TRY(finetune_read_rest(&transfer->init, transfer->init_node, err));
    const int64_t *repeated = yaml_repeated_int(&transfer->seeds);
    if (repeated != NULL)
        return yaml_error(err, place(body, "seeds"), "seed %" PRId64 " stands twice in 'seeds'",
                          *repeated);
fail:
    return err->code;
}

/* --- paths --- */

/* [mnist, {name: flowers5, path: /data/flowers5}]: as written, but for the paths. */
static void put_data(const StudyTransfer *transfer, Text *out)
{
    text_append_char(out, '[');
    for (size_t i = 0; i < transfer->n_data; i++) {
        const YamlNode *node = transfer->data_node->items[i];
        text_append(out, i > 0 ? ", " : "");
        if (node->kind != YAML_MAP) {
            yaml_emit_string(transfer->data[i].name, out);
            continue;
        }
        for (size_t k = 0; k < node->n_items; k++) {
            text_printf(out, "%s%s: ", k > 0 ? ", " : "{", node->items[k]->key);
            if (strcmp(node->items[k]->key, "path") == 0)
                yaml_emit_string(transfer->data[i].path, out);
            else
                yaml_emit_node(node->items[k], out);
        }
        text_append(out, node->n_items > 0 ? "}" : "{}");
    }
    text_append_char(out, ']');
}

static ErrCode anchor_part(Study *study, size_t index, Err *err)
{
    StudyTransfer *transfer = &study->parts[index].transfer;
    YamlNode *whole = NULL;
    Text text = {0}, path = {0};
    bool has_path = false;
    for (size_t i = 0; i < transfer->n_data; i++) {
        const YamlNode *node = yaml_find(transfer->data_node->items[i], "path");
        if (node == NULL)
            continue;
        has_path = true;
        TRY(study_anchor(study, node, &transfer->data[i].path, err));
    }
    if (has_path) {
        put_data(transfer, &text);
        text_printf(&path, "parts.%zu.transfer.data", index);
        TRY(text_ok(&text, err));
        TRY(text_ok(&path, err));
        TRY(yaml_value(study->doc, text_string(&path), text_string(&text), &whole, err));
        transfer->data_node = whole;
    }
fail:
    text_release(&text);
    text_release(&path);
    return err->code;
}

ErrCode study_transfer_anchor(Study *study, Err *err)
{
    for (size_t i = 0; i < study->n_parts; i++)
        if (study->parts[i].kind == STUDY_TRANSFER)
            TRY(anchor_part(study, i, err));
fail:
    return err->code;
}

/* --- checks --- */

/* The seeds of the part whose networks are carried. */
static const YamlInts *seeds_of(const Study *study, const StudyPart *part)
{
    return study->parts[part->carried_part].kind == STUDY_COMPARE && study->judge_seeds.n > 0
               ? &study->judge_seeds
               : &study->seeds;
}

static ErrCode check_seeds(const Study *study, Err *err)
{
    for (size_t i = 0; i < study->n_parts; i++) {
        const StudyPart *part = &study->parts[i];
        for (size_t k = 0; part->kind == STUDY_TRANSFER && k < part->transfer.seeds.n; k++)
            if (!yaml_has_int(seeds_of(study, part), part->transfer.seeds.v[k]))
                return yaml_error(err, place(study->parts_node->items[i]->items[0], "seeds"),
                                  "seed %" PRId64 " cannot be carried: part '%s' is not trained "
                                  "with it",
                                  part->transfer.seeds.v[k], part->from);
    }
    return ERR_NONE;
}

ErrCode study_transfer_check(const Study *study, Err *err)
{
    int transfer = STUDY_NONE, tune = STUDY_NONE;
    for (size_t i = 0; i < study->n_parts; i++) {
        transfer = study->parts[i].kind == STUDY_TRANSFER ? (int)i : transfer;
        tune = study->parts[i].kind == STUDY_TUNE ? (int)i : tune;
    }
    if (transfer == STUDY_NONE || tune == STUDY_NONE)
        return check_seeds(study, err);
    return yaml_error(err, study->parts_node->items[transfer]->items[0],
                      "a transfer trains by its own recipe: it cannot stand beside part '%s', "
                      "whose rates are the study's",
                      study->parts[tune].id);
}
