/* results/varied.c: one key of the study's text. */
#include "results/varied.h"

#include <string.h>

enum { INIT = 1, ORDER = 2, SPLIT = 4, USUAL = INIT | ORDER };

static const char *const sets[][4] = {
    [0] = {NULL},
    [INIT] = {"init"},
    [ORDER] = {"order"},
    [INIT | ORDER] = {"init", "order"},
    [SPLIT] = {"split"},
    [INIT | SPLIT] = {"init", "split"},
    [ORDER | SPLIT] = {"order", "split"},
    [INIT | ORDER | SPLIT] = {"init", "order", "split"},
};

static int bit_of(const char *name)
{
    for (int bit = INIT; bit <= SPLIT; bit *= 2)
        if (strcmp(name, sets[bit][0]) == 0)
            return bit;
    return 0;
}

/* The bits that `recipe.vary` names; 0: it is not there. */
static int read_bits(YamlDoc *doc)
{
    const YamlNode *node = yaml_find(yaml_find(yaml_root(doc), "recipe"), "vary");
    YamlStrings names = {0};
    Err ignored = {0};
    int bits = 0;
    if (node == NULL || yaml_as_strings(doc, node, &names, &ignored) != ERR_NONE)
        return 0;
    for (size_t i = 0; i < names.n; i++)
        bits |= bit_of(names.v[i]);
    return bits;
}

YamlStrings varied_sources(const StoreResults *results)
{
    const char *text = results->revision.yaml;
    YamlDoc *doc = NULL;
    Err ignored = {0};
    int bits = 0;
    if (text != NULL && yaml_parse(&doc, "study", text, strlen(text), &ignored) == ERR_NONE)
        bits = read_bits(doc);
    yaml_destroy(&doc);
    YamlStrings sources = {sets[bits != 0 ? bits : USUAL], 0};
    while (sources.n < ARRAY_LEN(sets[0]) && sources.v[sources.n] != NULL)
        sources.n++;
    return sources;
}

bool varied_is_usual(const YamlStrings *sources)
{
    return sources->v == sets[USUAL];
}
