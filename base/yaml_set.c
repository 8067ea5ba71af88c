/* Overriding values of a document from the command line; see yaml_set in yaml.h. */
#include "base/yaml.h"

#include <assert.h>
#include <string.h>

/* One step of a path "a.b.0.c". */
typedef struct Step {
    const char *name;
    size_t n_bytes;
} Step;

typedef struct Assignment {
    const char *source; /* for messages: "--set a.b=3" */
    Step steps[YAML_MAX_DEPTH];
    size_t n_steps;
    const char *value;
} Assignment;

static ErrCode split(YamlDoc *doc, const char *text, Assignment *assignment, Err *err)
{
    *assignment = (Assignment){0};
    const char *source = arena_printf(yaml_arena(doc), "--set %s", text);
    if (source == NULL)
        return err_memory(err, strlen(text));
    assignment->source = source;
    const char *equals = strchr(text, '=');
    if (equals == NULL)
        return err_set(err, ERR_USAGE, "%s: no '=': it must be PATH=VALUE", source);
    assignment->value = equals + 1;
    for (const char *begin = text; begin <= equals;) {
        size_t n = 0;
        while (begin + n < equals && begin[n] != '.')
            n++;
        if (n == 0)
            return err_set(err, ERR_USAGE, "%s: an empty name in the path", source);
        if (assignment->n_steps == YAML_MAX_DEPTH)
            return err_set(err, ERR_USAGE, "%s: nested too deeply", source);
        assignment->steps[assignment->n_steps++] = (Step){begin, n};
        begin += n + 1;
    }
    return ERR_NONE;
}

/* The place of a map's value or list's item among the items; n_items if it is not there. */
static ErrCode find_place(const YamlNode *parent, const Assignment *assignment, Step step,
                          size_t *place, Err *err)
{
    if (parent->kind == YAML_MAP) {
        size_t i = 0;
        for (; i < parent->n_items; i++) {
            const char *key = parent->items[i]->key;
            if (strlen(key) == step.n_bytes && memcmp(key, step.name, step.n_bytes) == 0)
                break;
        }
        *place = i;
        return ERR_NONE;
    }
    size_t index = 0;
    for (size_t i = 0; i < step.n_bytes; i++) {
        if (step.name[i] < '0' || step.name[i] > '9' || index > YAML_MAX_NODES)
            return err_set(err, ERR_USAGE, "%s: '%s' is a list, '%.*s' is no index",
                           assignment->source, parent->label, (int)step.n_bytes, step.name);
        index = index * 10 + (size_t)(step.name[i] - '0');
    }
    if (index >= parent->n_items)
        return err_set(err, ERR_USAGE, "%s: '%s' has %zu items, there is no %zu",
                       assignment->source, parent->label, parent->n_items, index);
    *place = index;
    return ERR_NONE;
}

/* Puts a node at a place of its parent, which may be one past the end of a map's. */
static ErrCode put(YamlDoc *doc, YamlNode *parent, size_t place, Step step, YamlNode *node,
                   Err *err)
{
    if (place == parent->n_items) {
        YamlNode **items = arena_zalloc(yaml_arena(doc), place + 1, sizeof(YamlNode *));
        const char *key = arena_printf(yaml_arena(doc), "%.*s", (int)step.n_bytes, step.name);
        if (items == NULL || key == NULL)
            return err_memory(err, (place + 1) * sizeof(YamlNode *));
        if (place > 0)
            memcpy(items, parent->items, place * sizeof(YamlNode *));
        parent->items = items;
        parent->n_items++;
        node->key = key;
        node->label = key;
    } else {
        assert(parent->items[place]);
        node->key = parent->items[place]->key;
        node->label = parent->items[place]->label;
    }
    parent->items[place] = node;
    /* Items of a list are called after it. */
    for (size_t i = 0; node->kind == YAML_LIST && i < node->n_items; i++)
        node->items[i]->label = node->label;
    return ERR_NONE;
}

ErrCode yaml_set(YamlDoc *doc, const char *assignment_text, Err *err)
{
    Assignment assignment;
    YamlNode *value;
    TRY(split(doc, assignment_text, &assignment, err));
    TRY(yaml_value(doc, assignment.source, assignment.value, &value, err));
    YamlNode *parent = (YamlNode *)(uintptr_t)yaml_root(doc); /* the document is ours to change */
    for (size_t i = 0; i < assignment.n_steps; i++) {
        const Step step = assignment.steps[i];
        const bool is_last = i + 1 == assignment.n_steps;
        if (parent->kind == YAML_SCALAR)
            return err_set(err, ERR_USAGE, "%s: '%s' is no section", assignment.source,
                           parent->label);
        size_t place = 0;
        TRY(find_place(parent, &assignment, step, &place, err));
        YamlNode *child = place < parent->n_items ? parent->items[place] : NULL;
        if (is_last)
            return put(doc, parent, place, step, value, err);
        if (child == NULL || yaml_is_null(child)) {
            TRY(yaml_value(doc, assignment.source, "{}", &child, err));
            TRY(put(doc, parent, place, step, child, err));
        }
        parent = child;
    }
    return ERR_NONE;
fail:
    return err->code;
}
