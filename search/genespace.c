/* search/genespace: points and neighbours, made of what a space says of its points. */
#include "search/genespace.h"

#include <assert.h>
#include <string.h>

enum { MAX_DRAWS = 10000, MAX_MUTATIONS = 64 };

const char genespace_letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";

int genespace_n_choices(const GeneSpace *space)
{
    int n = 0;
    for (int i = 0; i < space->n_genes; i++)
        n += space->genes[i].n_values;
    return n;
}

int genespace_choice(const GeneSpace *space, int choice, int *value)
{
    int gene = 0;
    while (choice >= space->genes[gene].n_values)
        choice -= space->genes[gene++].n_values;
    *value = choice;
    return gene;
}

bool genespace_has_limits(const GeneSpace *space)
{
    return space->max_macs > 0;
}

static bool is_member(const GeneSpace *space, const uint8_t *genes)
{
    return space->is_member == NULL || space->is_member(space->user, genes);
}

static bool is_inside(const GeneSpace *space, const uint8_t *genes)
{
    if (!genespace_has_limits(space))
        return true;
    const int64_t macs = space->macs(space->user, genes);
    return macs >= space->min_macs && macs <= space->max_macs;
}

bool genespace_has(const GeneSpace *space, const uint8_t *genes)
{
    return is_member(space, genes) && is_inside(space, genes);
}

static void make_canonical(const GeneSpace *space, uint8_t *genes)
{
    if (space->canonical != NULL)
        space->canonical(space->user, genes);
}

bool genespace_canonical(const GeneSpace *space, uint8_t *genes)
{
    make_canonical(space, genes);
    return genespace_has(space, genes);
}

bool genespace_draw(const GeneSpace *space, Rng *rng, uint8_t *genes)
{
    if (space->draw != NULL) {
        space->draw(space->user, rng, genes);
        return true;
    }
    for (int i = 0; i < MAX_DRAWS; i++) {
        for (int g = 0; g < space->n_genes; g++)
            genes[g] = (uint8_t)rng_below(rng, (uint32_t)space->genes[g].n_values);
        if (genespace_canonical(space, genes))
            return true;
    }
    return false;
}

/* Sets a gene to the choice's value; false: it had it. */
static bool apply(const GeneSpace *space, int choice, uint8_t *genes)
{
    int value;
    const int gene = genespace_choice(space, choice, &value);
    if (genes[gene] == value)
        return false;
    genes[gene] = (uint8_t)value;
    return true;
}

/* Applies one choice and makes the result canonical; false: nothing changed. */
static bool change(const GeneSpace *space, const uint8_t *genes, int choice, uint8_t *out)
{
    const size_t n = (size_t)space->n_genes;
    memcpy(out, genes, n);
    if (!apply(space, choice, out))
        return false;
    make_canonical(space, out);
    return memcmp(out, genes, n) != 0;
}

bool genespace_neighbour(const GeneSpace *space, const uint8_t *genes, int first, int second,
                         uint8_t *out)
{
    uint8_t between[GENESPACE_MAX_GENES];
    int value;
    if (second < 0)
        return change(space, genes, first, out) && genespace_has(space, out);
    if (!genespace_has_limits(space) ||
        genespace_choice(space, first, &value) == genespace_choice(space, second, &value))
        return false;
    return change(space, genes, first, between) && is_member(space, between) &&
           !is_inside(space, between) && change(space, between, second, out) &&
           genespace_has(space, out) && memcmp(out, genes, (size_t)space->n_genes) != 0;
}

/* A random one of the choices that bring a first change back inside; false: none does. */
static bool compensate(const GeneSpace *space, const uint8_t *genes, int first, Rng *rng,
                       uint8_t *out)
{
    const int n_choices = genespace_n_choices(space);
    uint8_t candidate[GENESPACE_MAX_GENES];
    uint32_t n_found = 0;
    if (!genespace_has_limits(space))
        return false;
    for (int second = 0; second < n_choices; second++)
        if (genespace_neighbour(space, genes, first, second, candidate) &&
            rng_below(rng, ++n_found) == 0)
            memcpy(out, candidate, (size_t)space->n_genes);
    return n_found > 0;
}

bool genespace_mutate(const GeneSpace *space, const uint8_t *genes, Rng *rng, uint8_t *out)
{
    for (int i = 0; i < MAX_MUTATIONS; i++) {
        const uint32_t gene = rng_below(rng, (uint32_t)space->n_genes);
        const int n_values = space->genes[gene].n_values;
        if (n_values < 2)
            continue;
        int first =
            (int)((genes[gene] + 1 + rng_below(rng, (uint32_t)n_values - 1)) % (uint32_t)n_values);
        for (uint32_t g = 0; g < gene; g++)
            first += space->genes[g].n_values;
        if (genespace_neighbour(space, genes, first, -1, out) ||
            compensate(space, genes, first, rng, out))
            return true;
    }
    return false;
}

void genespace_to_text(const GeneSpace *space, const uint8_t *genes, char *text)
{
    for (int g = 0; g < space->n_genes; g++)
        text[g] = genespace_letters[genes[g]];
    text[space->n_genes] = '\0';
}

bool genespace_from_text(const GeneSpace *space, const char *text, uint8_t *genes)
{
    if (strlen(text) != (size_t)space->n_genes)
        return false;
    for (int g = 0; g < space->n_genes; g++) {
        const char *letter = strchr(genespace_letters, text[g]);
        if (letter == NULL || letter - genespace_letters >= space->genes[g].n_values)
            return false;
        genes[g] = (uint8_t)(letter - genespace_letters);
    }
    return true;
}
