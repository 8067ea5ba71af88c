/*
 * Parsing YAML into a bounded tree; see yaml.h.
 *
 * libyaml's events are turned into our own nodes as they come (its document tree would resolve
 * aliases and hold a bomb before anyone could refuse it). Nodes and strings lie in the document's
 * arena and are freed with it.
 */
#include "base/yaml.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/sys.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>
#include <yaml.h>

struct YamlDoc {
    Arena arena; /* grows; of nodes and strings */
    YamlNode *root;
};

Arena *yaml_arena(YamlDoc *doc)
{
    return &doc->arena;
}

void yaml_destroy(YamlDoc **doc)
{
    if (!*doc)
        return;
    arena_release(&(*doc)->arena);
    mem_free(*doc);
    *doc = NULL;
}

const YamlNode *yaml_root(const YamlDoc *doc)
{
    return doc->root;
}

/* --- building --- */

/* Everything needed while one text becomes a tree. */
typedef struct Builder {
    YamlDoc *doc;
    const char *source;
    bool has_lines;
    size_t n_nodes;
    yaml_parser_t parser;
} Builder;

/* A node of a collection that is still growing. */
typedef struct Link Link;
struct Link {
    YamlNode *node;
    Link *next;
};

/* An error at a place of the text. */
static ErrCode refuse(const Builder *builder, yaml_mark_t mark, const char *problem, Err *err)
{
    const YamlNode place = {.source = builder->source,
                            .line = builder->has_lines ? (int)mark.line + 1 : 0,
                            .column = (int)mark.column + 1};
    return yaml_error(err, &place, "%s", problem);
}

static ErrCode next_event(Builder *builder, yaml_event_t *event, Err *err)
{
    if (yaml_parser_parse(&builder->parser, event))
        return ERR_NONE;
    const yaml_parser_t *p = &builder->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return err_memory(err, 0);
    char problem[ERR_MESSAGE_BYTES / 2];
    snprintf(problem, sizeof problem, "%s%s%s", p->problem != NULL ? p->problem : "cannot be read",
             p->context != NULL ? " " : "", p->context != NULL ? p->context : "");
    return refuse(builder, p->problem_mark, problem, err);
}

/* Anchors and tags, wherever they are written. */
static ErrCode refuse_extras(const Builder *builder, const yaml_event_t *event, Err *err)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    default:
        break;
    }
    if (anchor != NULL || event->type == YAML_ALIAS_EVENT)
        return refuse(builder, event->start_mark, "anchors and aliases are not supported", err);
    if (tag != NULL)
        return refuse(builder, event->start_mark, "tags are not supported", err);
    return ERR_NONE;
}

/* A node for the event that begins it. */
static ErrCode make_node(Builder *builder, const yaml_event_t *event, YamlNode **out, Err *err)
{
    TRY(refuse_extras(builder, event, err));
    if (++builder->n_nodes > YAML_MAX_NODES)
        return refuse(builder, event->start_mark, "too many values", err);
    YamlNode *node = arena_zalloc(&builder->doc->arena, 1, sizeof *node);
    if (node == NULL)
        return err_memory(err, sizeof *node);
    node->text = "";
    node->source = builder->source;
    node->line = builder->has_lines ? (int)event->start_mark.line + 1 : 0;
    node->column = (int)event->start_mark.column + 1;
    if (event->type == YAML_SCALAR_EVENT) {
        node->kind = YAML_SCALAR;
        node->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        const size_t n_bytes = event->data.scalar.length;
        const char *value = (const char *)event->data.scalar.value;
        if (memchr(value, '\0', n_bytes) != NULL) /* "\0" in double quotes */
            return refuse(builder, event->start_mark, "a NUL character in a string", err);
        node->text = arena_text(&builder->doc->arena, value);
        if (node->text == NULL)
            return err_memory(err, n_bytes);
    } else {
        node->kind = event->type == YAML_MAPPING_START_EVENT ? YAML_MAP : YAML_LIST;
    }
    *out = node;
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode build_node(Builder *builder, const yaml_event_t *event, const char *label, int depth,
                          YamlNode **out, Err *err);

/* The scalar that is a map's next key and its place, or *key = NULL at the map's end. */
static ErrCode read_key(Builder *builder, const YamlNode *map, const Link *first, const char **key,
                        yaml_mark_t *mark, Err *err)
{
    yaml_event_t event;
    TRY(next_event(builder, &event, err));
    YamlNode *node = NULL;
    *key = NULL;
    *mark = event.start_mark;
    ErrCode code = ERR_NONE;
    if (event.type != YAML_MAPPING_END_EVENT) {
        code = make_node(builder, &event, &node, err);
        if (code == ERR_NONE && node->kind != YAML_SCALAR)
            code = refuse(builder, *mark, "a key must be plain text", err);
    }
    yaml_event_delete(&event);
    if (code != ERR_NONE || node == NULL)
        return code;
    for (const Link *link = first; link != NULL; link = link->next)
        if (strcmp(link->node->key, node->text) == 0) {
            node->key = map->label;
            return yaml_error(err, node, "duplicate key '%s' in '%s', first on line %d", node->text,
                              map->label, link->node->key_line);
        }
    *key = node->text;
    return ERR_NONE;
fail:
    return err->code;
}

/* Reads the next item into *item, or NULL at the collection's end. */
static ErrCode read_item(Builder *builder, const YamlNode *parent, const Link *first, int depth,
                         YamlNode **item, Err *err)
{
    const char *key = NULL;
    yaml_mark_t mark = {0};
    yaml_event_t event;
    *item = NULL;
    if (parent->kind == YAML_MAP) {
        TRY(read_key(builder, parent, first, &key, &mark, err));
        if (key == NULL)
            return ERR_NONE;
    }
    TRY(next_event(builder, &event, err));
    ErrCode code = ERR_NONE;
    if (event.type != YAML_SEQUENCE_END_EVENT)
        code = build_node(builder, &event, key != NULL ? key : parent->label, depth, item, err);
    yaml_event_delete(&event);
    if (code == ERR_NONE && *item && key != NULL) {
        (*item)->key = key;
        (*item)->key_line = builder->has_lines ? (int)mark.line + 1 : 0;
        (*item)->key_column = (int)mark.column + 1;
    }
    return code;
fail:
    return err->code;
}

/* The items of a list or map, up to its end. */
static ErrCode build_items(Builder *builder, YamlNode *parent, int depth, Err *err)
{
    Link *first = NULL, **last = &first;
    for (;;) {
        YamlNode *item;
        TRY(read_item(builder, parent, first, depth, &item, err));
        if (item == NULL)
            break;
        if (parent->kind == YAML_MAP && parent->n_items == YAML_MAX_KEYS)
            return yaml_error(err, item, "too many keys in '%s', at most %d", parent->label,
                              YAML_MAX_KEYS);
        Link *link = arena_zalloc(&builder->doc->arena, 1, sizeof *link);
        if (link == NULL)
            return err_memory(err, sizeof *link);
        link->node = item;
        *last = link;
        last = &link->next;
        parent->n_items++;
    }
    parent->items = arena_zalloc(&builder->doc->arena, parent->n_items, sizeof(YamlNode *));
    if (parent->items == NULL)
        return err_memory(err, parent->n_items * sizeof(YamlNode *));
    size_t i = 0;
    for (const Link *link = first; link != NULL; link = link->next)
        parent->items[i++] = link->node;
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode build_node(Builder *builder, const yaml_event_t *event, const char *label, int depth,
                          YamlNode **out, Err *err)
{
    YamlNode *node = NULL;
    TRY(make_node(builder, event, &node, err));
    assert(node);
    node->label = label;
    if (node->kind != YAML_SCALAR) {
        if (depth >= YAML_MAX_DEPTH)
            return refuse(builder, event->start_mark, "nested too deeply", err);
        TRY(build_items(builder, node, depth + 1, err));
    }
    *out = node;
    return ERR_NONE;
fail:
    return err->code;
}

/* Reads the stream: its one document's root, or *root = NULL if it is empty. */
static ErrCode build_stream(Builder *builder, YamlNode **root, Err *err)
{
    *root = NULL;
    int n_documents = 0;
    for (;;) {
        yaml_event_t event;
        TRY(next_event(builder, &event, err));
        const yaml_event_type_t type = event.type;
        ErrCode code = ERR_NONE;
        if (type == YAML_DOCUMENT_START_EVENT) {
            if (n_documents++ > 0)
                code = refuse(builder, event.start_mark, "more than one document", err);
        } else if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_END_EVENT &&
                   type != YAML_STREAM_END_EVENT) {
            code = build_node(builder, &event, "document", 0, root, err);
        }
        yaml_event_delete(&event);
        if (code != ERR_NONE)
            return code;
        if (type == YAML_STREAM_END_EVENT)
            return ERR_NONE;
    }
fail:
    return err->code;
}

/* What libyaml would accept or repair: NUL bytes, UTF-16, broken UTF-8, sheer size. */
static ErrCode check_bytes(const char *source, const char *data, size_t n_bytes, Err *err)
{
    if (n_bytes > YAML_MAX_BYTES)
        return err_set(err, ERR_USAGE, "%s: too long: %zu bytes, at most %d are read", source,
                       n_bytes, YAML_MAX_BYTES);
    const char *nul = memchr(data, '\0', n_bytes);
    if (nul != NULL)
        return err_set(err, ERR_USAGE, "%s: a NUL byte at offset %zu", source,
                       (size_t)(nul - data));
    if (!text_is_utf8(data, n_bytes))
        return err_set(err, ERR_USAGE, "%s: not valid UTF-8", source);
    return ERR_NONE;
}

/* Bytes of a UTF-8 byte-order mark in front, which some editors write and no key begins with. */
static size_t mark_bytes(const char *data, size_t n_bytes)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const size_t n = sizeof mark - 1;
    return n_bytes >= n && memcmp(data, mark, n) == 0 ? n : 0;
}

/* Parses text into a node of doc; NULL if there is nothing in it. */
static ErrCode parse_text(YamlDoc *doc, const char *source, bool has_lines, const char *data,
                          size_t n_bytes, YamlNode **root, Err *err)
{
    Builder builder = {.doc = doc, .has_lines = has_lines};
    TRY(check_bytes(source, data, n_bytes, err));
    builder.source = arena_text(&doc->arena, source);
    if (builder.source == NULL)
        return err_memory(err, strlen(source));
    if (!yaml_parser_initialize(&builder.parser))
        return err_memory(err, sizeof builder.parser);
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    const size_t n_mark = has_lines ? mark_bytes(data, n_bytes) : 0;
    yaml_parser_set_input_string(&builder.parser, (const unsigned char *)data + n_mark,
                                 n_bytes - n_mark);
    const ErrCode code = build_stream(&builder, root, err);
    yaml_parser_delete(&builder.parser);
    return code;
fail:
    return err->code;
}

/* --- documents --- */

ErrCode yaml_parse(YamlDoc **doc, const char *name, const char *data, size_t n_bytes, Err *err)
{
    YamlDoc *made = mem_calloc(1, sizeof *made);
    *doc = NULL;
    if (made == NULL)
        return err_memory(err, sizeof *made);
    TRY(parse_text(made, name, true, data, n_bytes, &made->root, err));
    if (made->root == NULL) {
        err_set(err, ERR_USAGE, "%s: the document is empty", name);
        goto fail;
    }
    *doc = made;
    return ERR_NONE;
fail:
    yaml_destroy(&made);
    return err->code;
}

ErrCode yaml_load(YamlDoc **doc, const char *path, Err *err)
{
    char *data;
    size_t n_bytes;
    *doc = NULL;
    TRY(file_read(path, YAML_MAX_BYTES, &data, &n_bytes, err));
    const ErrCode code = yaml_parse(doc, path, data, n_bytes, err);
    mem_free(data);
    return code;
fail:
    return err->code;
}

ErrCode yaml_create(YamlDoc **doc, const char *name, Err *err)
{
    static const char empty_map[] = "{}";
    return yaml_parse(doc, name, empty_map, sizeof empty_map - 1, err);
}

ErrCode yaml_value(YamlDoc *doc, const char *source, const char *text, YamlNode **node, Err *err)
{
    YamlNode *made;
    TRY(parse_text(doc, source, false, text, strlen(text), &made, err));
    if (made == NULL) {
        made = arena_zalloc(&doc->arena, 1, sizeof *made);
        char *name = arena_text(&doc->arena, source);
        if (made == NULL || name == NULL)
            return err_memory(err, sizeof *made);
        *made = (YamlNode){.kind = YAML_SCALAR, .text = "", .label = "value", .source = name};
    }
    *node = made;
    return ERR_NONE;
fail:
    return err->code;
}
