/* plots/report_network.c: YAML to blocks, blocks to cells of a table. */
#include "plots/report_network.h"

#include "plots/html.h"

#include "base/yaml.h"

#include <math.h>
#include <string.h>

enum {
    MAX_BLOCKS = 32, /* stem, stages, head */
    MAX_BARS = 12,   /* more layers are drawn as so many */
    LOWEST = 6,      /* pixels on the page of the lowest bar */
    HIGHEST = 56,    /* of one with as many pixels as any network has */
    NARROWEST = 3,   /* of the narrowest */
    WIDEST = 18,     /* of one with as many channels */
};

/* One column of a network. */
typedef struct Block {
    const char *lines[4]; /* NULL: none */
    int64_t channels, n_layers, pixels;
    bool is_wide_kernel, has_se, is_block;
} Block;

typedef struct Row {
    Block blocks[MAX_BLOCKS];
    size_t n;
    const char *problem; /* why there are no blocks, or NULL */
} Row;

static const char *word(const YamlNode *map, const char *key, const char *otherwise)
{
    const YamlNode *node = yaml_find(map, key);
    return node != NULL && node->kind == YAML_SCALAR && node->text[0] != '\0' ? node->text
                                                                              : otherwise;
}

/* A whole number between 0 and a million, else `otherwise`. */
static int64_t number(const YamlNode *map, const char *key, int64_t otherwise)
{
    const int64_t most = 1000000;
    int64_t value = 0;
    return text_to_int64(word(map, key, ""), &value) && value >= 0 && value <= most ? value
                                                                                    : otherwise;
}

/* Pixels behind a stride. */
static int64_t shrink(int64_t pixels, const YamlNode *map)
{
    const int64_t stride = number(map, "stride", 1);
    return stride > 1 ? (pixels + stride - 1) / stride : pixels;
}

static Block *add_block(Row *row, int64_t pixels, int64_t channels, int64_t n_layers)
{
    Block *block = &row->blocks[row->n++];
    *block = (Block){.channels = channels, .n_layers = n_layers, .pixels = pixels};
    return block;
}

static const char *kernel_text(const YamlNode *map, Arena *arena)
{
    const char *kernel = word(map, "kernel", "3");
    return arena_printf(arena, "%s×%s", kernel, kernel);
}

static void add_stage(Row *row, const YamlNode *stage, int64_t pixels, Arena *arena)
{
    Block *b = add_block(row, pixels, number(stage, "channels", 0), number(stage, "layers", 1));
    const char *op = word(stage, "op", "mbconv"), *se = word(stage, "se", "0");
    const char *expand = word(stage, "expand", ""), *skip = word(stage, "skip", "true");
    double share = 0.0;
    const bool is_plain = strcmp(skip, "true") == 0 || strcmp(skip, "identity") == 0;
    b->is_block = strcmp(op, "identity") != 0;
    b->has_se = text_to_double(se, &share) && share > 0.0;
    b->is_wide_kernel = number(stage, "kernel", 3) > 3;
    if (!b->is_block) {
        b->n_layers = 0;
        b->lines[0] = "identity";
        return;
    }
    b->lines[0] = arena_printf(arena, "%s %s", op, kernel_text(stage, arena));
    b->lines[1] = arena_printf(arena, "%s channels × %s", word(stage, "channels", "?"),
                               word(stage, "layers", "1"));
    b->lines[2] = strcmp(op, "mbconv") == 0 || strcmp(op, "fused") == 0
                      ? arena_printf(arena, "expand %s", expand[0] ? expand : "1")
                      : NULL;
    b->lines[3] = arena_printf(arena, "%s%s%s%s%s", b->has_se ? "SE " : "", b->has_se ? se : "",
                               b->has_se && !is_plain ? ", " : "", is_plain ? "" : "skip ",
                               is_plain ? "" : skip);
}

static void read_row(const YamlNode *root, int resolution, Arena *arena, Row *row)
{
    const YamlNode *stem = yaml_find(root, "stem"), *stages = yaml_find(root, "stages");
    const YamlNode *head = yaml_find(root, "head");
    int64_t pixels = resolution;
    if (stem == NULL || head == NULL || stages == NULL || stages->kind != YAML_LIST ||
        stages->n_items + 2 > MAX_BLOCKS) {
        row->problem = "its specification has no stages that could be drawn";
        return;
    }
    pixels = shrink(pixels, stem);
    Block *b = add_block(row, pixels, number(stem, "channels", 0), 1);
    b->is_block = true;
    b->is_wide_kernel = number(stem, "kernel", 3) > 3;
    b->lines[0] = arena_printf(arena, "conv %s", kernel_text(stem, arena));
    b->lines[1] = arena_printf(arena, "%s channels", word(stem, "channels", "?"));
    for (size_t i = 0; i < stages->n_items; i++) {
        if (strcmp(word(stages->items[i], "op", "mbconv"), "identity") != 0)
            pixels = shrink(pixels, stages->items[i]);
        add_stage(row, stages->items[i], pixels, arena);
    }
    b = add_block(row, pixels, number(head, "channels", 0), 1);
    b->is_block = true;
    b->lines[0] = "conv 1×1";
    b->lines[1] = arena_printf(arena, "%s channels", word(head, "channels", "?"));
}

static void parse_row(const StoreNetwork *network, Arena *arena, Row *row)
{
    YamlDoc *doc = NULL;
    Err why = {0};
    *row = (Row){0};
    if (yaml_parse(&doc, "a network", network->yaml, strlen(network->yaml), &why) == ERR_NONE)
        read_row(yaml_root(doc), network->resolution, arena, row);
    else
        row->problem = arena_text(arena, why.msg);
    /* Lines are in the arena, or constant. */
    yaml_destroy(&doc);
}

/* --- cells --- */

static bool is_same_text(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool differs(const Row *row, const Row *first, size_t column)
{
    if (first->problem != NULL || column >= first->n ||
        row->blocks[column].pixels != first->blocks[column].pixels)
        return first->problem == NULL;
    for (size_t i = 0; i < ARRAY_LEN(row->blocks[0].lines); i++)
        if (!is_same_text(row->blocks[column].lines[i], first->blocks[column].lines[i]))
            return true;
    return false;
}

/* The most of all networks that are drawn: what bars are measured by. */
typedef struct Scale {
    int64_t pixels, channels;
} Scale;

static void extend(Scale *scale, const Row *row)
{
    for (size_t c = 0; c < row->n; c++) {
        const Block *b = &row->blocks[c];
        scale->pixels = b->pixels > scale->pixels ? b->pixels : scale->pixels;
        scale->channels = b->channels > scale->channels ? b->channels : scale->channels;
    }
}

/* A bar for each layer: the drawing says nothing that the text below does not. */
static void put_bars(Text *page, const Block *b, const Scale *scale)
{
    const double high = scale->pixels > 0 ? (double)b->pixels / (double)scale->pixels : 0.0;
    const double wide = scale->channels > 0 ? (double)b->channels / (double)scale->channels : 0.0;
    const int height = LOWEST + (int)((HIGHEST - LOWEST) * high + 0.5);
    const int width = NARROWEST + (int)((WIDEST - NARROWEST) * sqrt(wide) + 0.5);
    html_markup(page, "<div class=\"bars\" aria-hidden=\"true\">");
    for (int64_t i = 0; i < b->n_layers && i < MAX_BARS; i++)
        text_printf(page, "<i class=\"%s%s\" style=\"width:%dpx;height:%dpx\"></i>",
                    b->is_wide_kernel ? "k5" : "k3", b->has_se ? " se" : "", width, height);
    html_markup(page, "</div>");
}

static void put_block(Text *page, const Block *b, const Scale *scale, bool is_different)
{
    html_markup(page, is_different ? "<td class=\"l d\">" : "<td class=\"l\">");
    put_bars(page, b, scale);
    for (size_t i = 0; i < ARRAY_LEN(b->lines); i++)
        if (b->lines[i] != NULL && b->lines[i][0] != '\0') {
            html_text(page, b->lines[i]);
            html_markup(page, "<br>");
        }
    html_markup(page, "<small>");
    html_printf(page, "%d px", (int)b->pixels);
    html_markup(page, "</small></td>");
}

static void put_name(Text *page, const ReportNetwork *n)
{
    char macs[TEXT_NUMBER_BYTES], params[TEXT_NUMBER_BYTES];
    html_markup(page, "<th class=\"l\" scope=\"row\">");
    html_text(page, n->what);
    html_markup(page, "<br><small>");
    html_text(page, n->network.name);
    html_markup(page, "<br>");
    html_printf(page, "%s MACs, %s params, %d px", text_human(macs, (double)n->network.macs),
                text_human(params, (double)n->network.params), n->network.resolution);
    html_markup(page, "</small></th>");
}

static void put_heading(Text *page, size_t n_columns)
{
    html_markup(page, "<thead><tr><th></th>");
    for (size_t c = 0; c < n_columns; c++)
        if (c == 0)
            html_element(page, "th class=\"l\"", "stem");
        else if (c + 1 == n_columns)
            html_element(page, "th class=\"l\"", "head");
        else {
            html_markup(page, "<th class=\"l\">");
            html_printf(page, "stage %zu", c - 1);
            html_markup(page, "</th>");
        }
    html_markup(page, "</tr></thead>");
}

void report_networks(Text *page, const ReportNetwork *networks, size_t n, Arena *arena)
{
    Row *rows = arena_zalloc(arena, n, sizeof(*rows));
    size_t n_columns = 0;
    Scale scale = {0};
    for (size_t i = 0; rows != NULL && i < n; i++) {
        parse_row(&networks[i].network, arena, &rows[i]);
        extend(&scale, &rows[i]);
        n_columns = rows[i].n > n_columns ? rows[i].n : n_columns;
    }
    if (rows == NULL || n == 0)
        return;
    html_markup(page, "<div class=\"scroll\"><table class=\"net\">");
    put_heading(page, n_columns);
    html_markup(page, "<tbody>\n");
    for (size_t i = 0; i < n; i++) {
        html_markup(page, "<tr>");
        put_name(page, &networks[i]);
        for (size_t c = 0; c < rows[i].n; c++)
            put_block(page, &rows[i].blocks[c], &scale, i > 0 && differs(&rows[i], &rows[0], c));
        if (rows[i].problem != NULL)
            html_element(page, "td class=\"l w\"", rows[i].problem);
        html_markup(page, "</tr>\n");
    }
    html_markup(page, "</tbody></table></div>\n");
}
