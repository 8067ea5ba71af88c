/* harness/study_parts.c: the list `parts`: what the tables cannot express is read here by hand. */
#include "harness/study_keys.h"

#include "harness/study_retrain.h"
#include "harness/study_search.h"
#include "harness/study_sizes.h"
#include "harness/study_transfer.h"
#include "harness/study_tune.h"

#include "models/scaling.h"
#include "results/figure_names.h"
#include "search/simplex.h"

#include <string.h>

enum { MAX_POINTS = 4096, MAX_STRATEGIES = 32 };

/* Reads [[a, b, ...], ...] with n_columns numbers a row into rows of doubles. */
static ErrCode read_rows(YamlDoc *doc, const YamlNode *node, size_t n_columns, double **rows,
                         size_t *n_rows, Err *err)
{
    *rows = NULL;
    *n_rows = 0;
    if (yaml_is_null(node))
        return ERR_NONE;
    if (node->kind != YAML_LIST || node->n_items > MAX_POINTS)
        return yaml_error(err, node, "'%s' must be a list of at most %d lists of %zu numbers",
                          node->key, MAX_POINTS, n_columns);
    double *values = arena_zalloc(yaml_arena(doc), (node->n_items + 1) * n_columns, sizeof *values);
    if (values == NULL)
        return err_memory(err, node->n_items * n_columns * sizeof *values);
    for (size_t i = 0; i < node->n_items; i++) {
        const YamlNode *row = node->items[i];
        if (row->kind != YAML_LIST || row->n_items != n_columns)
            return yaml_error(err, row, "an item of '%s' must be a list of %zu numbers", node->key,
                              n_columns);
        for (size_t k = 0; k < n_columns; k++)
            if (yaml_as_double(row->items[k], 0.01, 64, &values[i * n_columns + k], err) !=
                ERR_NONE)
                return err->code;
    }
    *rows = values;
    *n_rows = node->n_items;
    return ERR_NONE;
}

/* The value of {name: [numbers]} or {name: [[numbers], ...]}. */
static ErrCode read_values(YamlDoc *doc, const YamlNode *value, StudyStrategy *strategy, Err *err)
{
    YamlDoubles numbers = {NULL, 0};
    double *rows = NULL;
    size_t n_rows = 0;
    if (value->kind == YAML_LIST && value->n_items > 0 && value->items[0]->kind == YAML_LIST) {
        TRY(read_rows(doc, value, STUDY_DIMENSIONS, &rows, &n_rows, err));
        strategy->constants = rows;
        strategy->n_constants = n_rows * STUDY_DIMENSIONS;
        return ERR_NONE;
    }
    TRY(yaml_as_doubles(doc, value, &numbers, err));
    if (numbers.n != STUDY_DIMENSIONS)
        return yaml_error(err, value, "'%s' needs 3 %s, not %zu", value->key,
                          strcmp(value->key, "shares") == 0 ? "shares [depth, width, resolution]"
                                                            : "constants [alpha, beta, gamma]",
                          numbers.n);
    strategy->constants = numbers.v;
    strategy->n_constants = numbers.n;
fail:
    return err->code;
}

/* One item of `strategies`: a name, or {name: what it takes}. */
static ErrCode read_strategy(YamlDoc *doc, const YamlNode *node, StudyStrategy *strategy, Err *err)
{
    if (node->kind == YAML_MAP && node->n_items == 1) {
        strategy->name = node->items[0]->key;
        TRY(read_values(doc, node->items[0], strategy, err));
    } else if (node->kind == YAML_SCALAR) {
        strategy->name = node->text;
    } else {
        return yaml_error(
            err, node,
            "a strategy is a name, {compound: [alpha, beta, gamma]}, {shares: [depth, "
            "width, resolution]} or {ladder: [[d, w, r], ...]}");
    }
    /* A compound without constants takes a grid's: only its name can be checked now. */
    if (study_needs_constants(strategy))
        return ERR_NONE;
    Ray ray;
    Err why = {0};
    if (scaling_ray(&ray, strategy->name, strategy->constants, strategy->n_constants, &why) !=
        ERR_NONE)
        return yaml_error(err, node, "%s", why.msg);
fail:
    return err->code;
}

const char *study_chosen_name(int chosen)
{
    static const char *const names[] = {"", "optimum", "corner"};
    return names[chosen];
}

/* Whether an item names a point of a profile's surface, whose shares follow. */
static bool read_chosen(const YamlNode *node, StudyStrategy *strategy)
{
    int chosen = STUDY_OPTIMUM;
    if (node->kind != YAML_SCALAR)
        return false;
    while (chosen < STUDY_N_CHOSEN && strcmp(node->text, study_chosen_name(chosen)) != 0)
        chosen++;
    if (chosen < STUDY_N_CHOSEN)
        *strategy = (StudyStrategy){.name = "shares", .chosen = chosen};
    return chosen < STUDY_N_CHOSEN;
}

static ErrCode read_strategies(YamlDoc *doc, StudyPart *part, Err *err)
{
    const YamlNode *node = part->strategies_node;
    if (node->kind != YAML_LIST || node->n_items == 0 || node->n_items > MAX_STRATEGIES)
        return yaml_error(err, node, "'strategies' must be a list of 1 to %d strategies",
                          MAX_STRATEGIES);
    part->strategies = arena_zalloc(yaml_arena(doc), node->n_items, sizeof *part->strategies);
    if (part->strategies == NULL)
        return err_memory(err, node->n_items * sizeof *part->strategies);
    for (size_t i = 0; i < node->n_items; i++)
        if (!read_chosen(node->items[i], &part->strategies[i]) &&
            read_strategy(doc, node->items[i], &part->strategies[i], err) != ERR_NONE)
            return err->code;
    part->n_strategies = node->n_items;
    return ERR_NONE;
}

static ErrCode read_compare(YamlDoc *doc, StudyPart *part, Err *err)
{
    if (!yaml_is_null(part->with_node))
        TRY(yaml_as_bool(part->with_node, &part->with_baseline, err));
    TRY(read_strategies(doc, part, err));
fail:
    return err->code;
}

/* The shapes of a profile, each a strategy by its shares. */
static ErrCode read_shapes(YamlDoc *doc, const YamlNode *body, StudyPart *part, Err *err)
{
    const double(*design)[STUDY_DIMENSIONS] = simplex_design((size_t)part->shapes);
    const YamlNode *node = yaml_find(body, "shapes");
    if (design == NULL)
        return yaml_error(err, node, "'shapes' must be 7, 10 or 15, not %d", part->shapes);
    part->n_strategies = (size_t)part->shapes;
    part->strategies = arena_zalloc(yaml_arena(doc), part->n_strategies, sizeof *part->strategies);
    if (part->strategies == NULL)
        return err_memory(err, part->n_strategies * sizeof *part->strategies);
    for (size_t i = 0; i < part->n_strategies; i++)
        part->strategies[i] = (StudyStrategy){
            .name = "shares", .constants = design[i], .n_constants = STUDY_DIMENSIONS};
    return ERR_NONE;
}

/* The one rule of a part `sizes`; without the key a compound (harness/study_links.c). */
static ErrCode read_rule(YamlDoc *doc, const YamlNode *body, StudyPart *part, Err *err)
{
    TRY(study_sizes_check(part, body, err));
    part->strategies = arena_zalloc(yaml_arena(doc), 1, sizeof *part->strategies);
    if (part->strategies == NULL)
        return err_memory(err, sizeof *part->strategies);
    part->n_strategies = 1;
    part->strategies->name = "compound";
    if (!yaml_is_null(part->strategies_node))
        TRY(read_strategy(doc, part->strategies_node, part->strategies, err));
fail:
    return err->code;
}

/* `constants` of a family: three numbers, or a part's id. */
static ErrCode read_constants(YamlDoc *doc, StudyPart *part, Err *err)
{
    const YamlNode *node = part->constants_node;
    YamlDoubles numbers;
    Ray ray;
    Err why = {0};
    if (yaml_is_null(node))
        return ERR_NONE;
    if (node->kind == YAML_SCALAR) {
        part->constants = node->text;
        return ERR_NONE;
    }
    if (yaml_as_doubles(doc, node, &numbers, err) != ERR_NONE)
        return err->code;
    if (scaling_ray(&ray, "compound", numbers.v, numbers.n, &why) != ERR_NONE)
        return yaml_error(err, node, "%s", why.msg);
    part->has_constants = true;
    memcpy(part->own_constants, numbers.v, sizeof part->own_constants);
    return ERR_NONE;
}

static ErrCode unknown_part(const YamlNode *item, Err *err)
{
    const char *names[STUDY_N_KINDS + 1] = {NULL};
    for (int kind = 0; kind < STUDY_N_KINDS; kind++)
        names[kind] = study_part_key(kind);
    return yaml_unknown_key(item, "parts", names, err);
}

static ErrCode read_part(const Study *study, const YamlNode *node, StudyPart *part, Err *err)
{
    if (node->kind != YAML_MAP || node->n_items != 1)
        return yaml_error(err, node,
                          "a part is one key with its settings, as in 'grid: {step: 0.1}'");
    YamlDoc *doc = study->doc;
    const YamlNode *body = node->items[0];
    int kind = 0;
    while (kind < STUDY_N_KINDS && strcmp(body->key, study_part_key(kind)) != 0)
        kind++;
    if (kind == STUDY_N_KINDS)
        return unknown_part(body, err);
    part->kind = kind;
    study_search_begin(&part->search);
    if (yaml_read(doc, study_part_table(kind), yaml_is_null(body) ? NULL : body, part, err) !=
        ERR_NONE)
        return err->code;
    if (kind == STUDY_COMPARE)
        return read_compare(doc, part, err);
    if (kind == STUDY_PROFILE)
        return read_shapes(doc, body, part, err);
    if (kind == STUDY_SIZES)
        return read_rule(doc, body, part, err);
    if (kind == STUDY_FAMILY)
        return read_constants(doc, part, err);
    if (kind == STUDY_SEARCH)
        return study_search_read(study, body, part, err);
    if (kind == STUDY_RETRAIN)
        return study_retrain_read(doc, part, err);
    if (kind == STUDY_TUNE)
        return study_tune_read(study, body, part, err);
    if (kind == STUDY_TRANSFER)
        return study_transfer_read(doc, body, part, err);
    double *rows = NULL;
    if (kind == STUDY_GRID) {
        TRY(read_rows(doc, part->also_node, STUDY_DIMENSIONS, &rows, &part->n_also, err));
        part->also = (double(*)[STUDY_DIMENSIONS])rows;
    } else if (kind == STUDY_LINES) {
        TRY(read_rows(doc, part->bases_node, 2, &rows, &part->n_bases, err));
        part->bases = (double(*)[2])rows;
    }
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode study_read_parts(Study *study, Err *err)
{
    const YamlNode *list = study->parts_node;
    study->parts = NULL;
    study->n_parts = 0;
    if (yaml_is_null(list))
        return ERR_NONE;
    if (list->kind != YAML_LIST || list->n_items > STUDY_MAX_PARTS)
        return yaml_error(err, list, "'parts' must be a list of at most %d parts", STUDY_MAX_PARTS);
    study->parts = arena_zalloc(yaml_arena(study->doc), list->n_items + 1, sizeof *study->parts);
    if (study->parts == NULL)
        return err_memory(err, list->n_items * sizeof *study->parts);
    for (size_t i = 0; i < list->n_items; i++)
        if (read_part(study, list->items[i], &study->parts[i], err) != ERR_NONE)
            return err->code;
    study->n_parts = list->n_items;
    TRY(study_link_parts(study, err));
    TRY(study_tune_check(study, err));
fail:
    return err->code;
}

ErrCode study_check_figures(const Study *study, Err *err)
{
    for (size_t i = 0; i < study->n_parts; i++) {
        const YamlNode *part = study->parts_node->items[i];
        const char *figure = study->parts[i].figure;
        const YamlNode *node = yaml_find(part->items[0], "figure");
        if ((figure_names_has(figure) && !figure_names_is_whole(figure)) ||
            study->parts[i].kind == STUDY_TUNE)
            continue;
        if (figure_names_has(figure))
            return yaml_error(err, node, "figure '%s' shows all parts: none is drawn in it",
                              figure);
        Text why = {0};
        figure_names_complain(figure, &why);
        yaml_error(err, node, "%s", text_string(&why));
        text_release(&why);
        return err->code;
    }
    return ERR_NONE;
}

void study_emit_parts(const Study *study, Text *out)
{
    if (study->n_parts == 0)
        return;
    text_append(out, "parts:\n");
    for (size_t i = 0; i < study->n_parts; i++) {
        const StudyPart *part = &study->parts[i];
        text_printf(out, "  - %s:\n", study_part_key(part->kind));
        yaml_emit(study_part_table(part->kind), part, 6, out);
    }
}
