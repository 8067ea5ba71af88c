/* Lists of numbers and strings, which the document owns; see yaml.h. */
#include "base/yaml.h"

/* The items of a list, or the scalar itself as a list of one; an error for a map. */
static ErrCode list_items(const YamlNode *node, const YamlNode *const **items, size_t *n_items,
                          const YamlNode *const *single, Err *err)
{
    if (node->kind == YAML_MAP || yaml_is_null(node))
        return yaml_wrong_type(node, "a list", err);
    const bool is_list = node->kind == YAML_LIST;
    *items = is_list ? (const YamlNode *const *)node->items : single;
    *n_items = is_list ? node->n_items : 1;
    return ERR_NONE;
}

ErrCode yaml_as_ints(YamlDoc *doc, const YamlNode *node, YamlInts *list, Err *err)
{
    const YamlNode *const *items = NULL;
    size_t n = 0;
    TRY(list_items(node, &items, &n, &node, err));
    int64_t *values = arena_zalloc(yaml_arena(doc), n, sizeof *values);
    if (values == NULL)
        return err_memory(err, n * sizeof *values);
    for (size_t i = 0; i < n; i++)
        TRY(yaml_as_int(items[i], INT64_MIN, INT64_MAX, &values[i], err));
    *list = (YamlInts){values, n};
    return ERR_NONE;
fail:
    return err->code;
}

bool yaml_has_int(const YamlInts *list, int64_t value)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i] == value)
            return true;
    return false;
}

const int64_t *yaml_repeated_int(const YamlInts *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (yaml_has_int(&(YamlInts){list->v, i}, list->v[i]))
            return &list->v[i];
    return NULL;
}

ErrCode yaml_as_doubles(YamlDoc *doc, const YamlNode *node, YamlDoubles *list, Err *err)
{
    const YamlNode *const *items = NULL;
    size_t n = 0;
    TRY(list_items(node, &items, &n, &node, err));
    double *values = arena_zalloc(yaml_arena(doc), n, sizeof *values);
    if (values == NULL)
        return err_memory(err, n * sizeof *values);
    for (size_t i = 0; i < n; i++)
        TRY(yaml_as_double(items[i], -(double)__DBL_MAX__, (double)__DBL_MAX__, &values[i], err));
    *list = (YamlDoubles){values, n};
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode yaml_as_strings(YamlDoc *doc, const YamlNode *node, YamlStrings *list, Err *err)
{
    const YamlNode *const *items = NULL;
    size_t n = 0;
    TRY(list_items(node, &items, &n, &node, err));
    const char **values = arena_zalloc(yaml_arena(doc), n, sizeof *values);
    if (values == NULL)
        return err_memory(err, n * sizeof *values);
    for (size_t i = 0; i < n; i++)
        TRY(yaml_as_string(items[i], &values[i], err));
    *list = (YamlStrings){values, n};
    return ERR_NONE;
fail:
    return err->code;
}
