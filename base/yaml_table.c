/* Reading a map into a struct by its table of keys; see yaml.h. */
#include "base/sys.h"
#include "base/yaml.h"

#include <assert.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const YamlKey *find_key(const YamlTable *table, const char *name)
{
    for (size_t i = 0; i < table->n_keys; i++)
        if (strcmp(table->keys[i].name, name) == 0)
            return &table->keys[i];
    return NULL;
}

/* "unknown key 'epohcs' in 'recipe', did you mean 'epochs'?" */
static ErrCode unknown_key(const YamlTable *table, const YamlNode *item, Err *err)
{
    const char **names = mem_calloc(table->n_keys + 1, sizeof *names);
    if (names == NULL)
        return err_memory(err, (table->n_keys + 1) * sizeof *names);
    for (size_t i = 0; i < table->n_keys; i++)
        names[i] = table->keys[i].name;
    yaml_unknown_key(item, table->name, names, err);
    mem_free(names);
    return err->code;
}

/* The bounds of a key: both 0 means none. */
static void bounds(const YamlKey *key, double *min, double *max)
{
    const bool is_bounded = key->min < 0.0 || key->min > 0.0 || key->max < 0.0 || key->max > 0.0;
    *min = is_bounded ? key->min : -DBL_MAX;
    *max = is_bounded ? key->max : DBL_MAX;
}

static int64_t to_int64(double bound, int64_t least, int64_t greatest)
{
    if (bound <= (double)least)
        return least;
    return bound >= (double)greatest ? greatest : (int64_t)bound;
}

static ErrCode read_int(const YamlKey *key, const YamlNode *node, void *field, Err *err)
{
    double min, max;
    bounds(key, &min, &max);
    const bool is_narrow = key->type == YAML_INT;
    const int64_t least = is_narrow ? INT_MIN : INT64_MIN;
    const int64_t greatest = is_narrow ? INT_MAX : INT64_MAX;
    int64_t value;
    TRY(yaml_as_int(node, to_int64(min, least, greatest), to_int64(max, least, greatest), &value,
                    err));
    if (is_narrow)
        *(int *)field = (int)value;
    else
        *(int64_t *)field = value;
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode read_ints(YamlDoc *doc, const YamlKey *key, const YamlNode *node, YamlInts *list,
                         Err *err)
{
    double min, max;
    bounds(key, &min, &max);
    TRY(yaml_as_ints(doc, node, list, err));
    for (size_t i = 0; i < list->n; i++) {
        int64_t value;
        const YamlNode *item = node->kind == YAML_LIST ? node->items[i] : node;
        TRY(yaml_as_int(item, to_int64(min, INT64_MIN, INT64_MAX),
                        to_int64(max, INT64_MIN, INT64_MAX), &value, err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode read_doubles(YamlDoc *doc, const YamlKey *key, const YamlNode *node,
                            YamlDoubles *list, Err *err)
{
    double min, max;
    bounds(key, &min, &max);
    TRY(yaml_as_doubles(doc, node, list, err));
    for (size_t i = 0; i < list->n; i++) {
        double value;
        const YamlNode *item = node->kind == YAML_LIST ? node->items[i] : node;
        TRY(yaml_as_double(item, min, max, &value, err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode read_strings(YamlDoc *doc, const YamlKey *key, const YamlNode *node,
                            YamlStrings *list, Err *err)
{
    TRY(yaml_as_strings(doc, node, list, err));
    for (size_t i = 0; key->names != NULL && i < list->n; i++) {
        int index;
        TRY(yaml_as_enum(node->kind == YAML_LIST ? node->items[i] : node, key->names, &index, err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode read_double(const YamlKey *key, const YamlNode *node, double *field, Err *err)
{
    double min, max;
    if (key->names != NULL && node->kind == YAML_SCALAR && !node->is_quoted &&
        strcmp(node->text, key->names[0]) == 0) {
        *field = (double)NAN;
        return ERR_NONE;
    }
    bounds(key, &min, &max);
    const ErrCode code = yaml_as_double(node, min, max, field, err);
    if (code == ERR_NONE || key->names == NULL)
        return code;
    return err_wrap(err, "neither '%s' nor a number", key->names[0]);
}

/* Zeros behind the text make equal names equal bytes. */
static ErrCode read_name(const YamlKey *key, const YamlNode *node, char *field, Err *err)
{
    const char *text;
    TRY(yaml_as_string(node, &text, err));
    const size_t n = strlen(text);
    if (n < (size_t)key->min || n > (size_t)key->max)
        return yaml_error(err, node, "'%s' must be %g to %g bytes, not %zu", key->name, key->min,
                          key->max, n);
    memset(field, 0, (size_t)key->max + 1);
    memcpy(field, text, n);
fail:
    return err->code;
}

static ErrCode read_field(YamlDoc *doc, const YamlKey *key, const YamlNode *node, void *field,
                          Err *err)
{
    switch (key->type) {
    case YAML_BOOL:
        return yaml_as_bool(node, field, err);
    case YAML_INT:
    case YAML_INT64:
        return read_int(key, node, field, err);
    case YAML_DOUBLE:
        return read_double(key, node, field, err);
    case YAML_STRING:
        return yaml_as_string(node, field, err);
    case YAML_NAME:
        return read_name(key, node, field, err);
    case YAML_ENUM:
        return yaml_as_enum(node, key->names, field, err);
    case YAML_INTS:
        return read_ints(doc, key, node, field, err);
    case YAML_DOUBLES:
        return read_doubles(doc, key, node, field, err);
    case YAML_STRINGS:
        return read_strings(doc, key, node, field, err);
    case YAML_SECTION:
        return yaml_read(doc, key->table, node, field, err);
    case YAML_RAW:
        *(const YamlNode **)field = node;
        return ERR_NONE;
    }
    return err_set(err, ERR_INTERNAL, "key '%s' has no type", key->name);
}

static bool is_optional(const YamlKey *key)
{
    return key->fallback != NULL && strcmp(key->fallback, YAML_OPTIONAL) == 0;
}

/* A key that is not given: its default, or an error. `map` may be NULL. */
static ErrCode read_default(YamlDoc *doc, const YamlTable *table, const YamlKey *key,
                            const YamlNode *map, void *field, Err *err)
{
    YamlNode *node;
    if (key->type == YAML_SECTION)
        return yaml_read(doc, key->table, NULL, field, err);
    if (is_optional(key))
        return ERR_NONE;
    if (key->fallback == NULL && map != NULL)
        return yaml_error(err, map, "key '%s' is missing in '%s'", key->name, table->name);
    if (key->fallback == NULL)
        return err_set(err, ERR_USAGE, "key '%s' is missing in '%s'", key->name, table->name);
    TRY(yaml_value(doc, "default", key->fallback, &node, err));
    node->key = key->name;
    node->label = key->name;
    TRY(read_field(doc, key, node, field, err));
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode yaml_read(YamlDoc *doc, const YamlTable *table, const YamlNode *map, void *settings,
                  Err *err)
{
    if (yaml_is_null(map))
        map = NULL;
    if (map != NULL && map->kind != YAML_MAP)
        return yaml_error(err, map, "'%s' must be a section of keys", table->name);
    for (size_t i = 0; map != NULL && i < map->n_items; i++)
        if (find_key(table, map->items[i]->key) == NULL)
            return unknown_key(table, map->items[i], err);
    for (size_t i = 0; i < table->n_keys; i++) {
        const YamlKey *key = &table->keys[i];
        void *field = (char *)settings + key->offset;
        const YamlNode *node = yaml_find(map, key->name);
        const bool is_absent = node == NULL || (yaml_is_null(node) && is_optional(key));
        if (is_absent)
            TRY(read_default(doc, table, key, map, field, err));
        else
            TRY(read_field(doc, key, node, field, err));
    }
    return ERR_NONE;
fail:
    return err->code;
}
