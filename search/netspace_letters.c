/* search/netspace_letters: a genotype out of one character a gene. */
#include "search/netspace.h"

#include <ctype.h>
#include <string.h>

/* The value that is written by this character: itself, or 1 for a share; -1: there is none. */
static int value_of(const NetSpace *space, int gene, char letter)
{
    for (int v = 0; v < netspace_n_values(space, gene); v++) {
        const char *value = netspace_value(space, gene, v);
        const char own = strncmp(value, "0.", 2) == 0 ? '1' : value[0];
        if (isdigit((unsigned char)own) && own == letter && (value[1] == '\0' || own != value[0]))
            return v;
    }
    return -1;
}

static bool read_values(const NetSpace *space, const char *text, uint8_t *genes)
{
    for (int g = 0; g < netspace_n_genes(space); g++) {
        const int value = value_of(space, g, text[g]);
        if (value < 0)
            return false;
        genes[g] = (uint8_t)value;
    }
    return true;
}

ErrCode netspace_from_text(const NetSpace *space, const char *text, uint8_t *genes, Err *err)
{
    const GeneSpace view = netspace_genespace(space);
    if (strlen(text) != (size_t)view.n_genes)
        return err_set(err, ERR_USAGE, "'%s' are %zu genes; space '%s' has %d", text, strlen(text),
                       netspace_name(space), view.n_genes);
    if (genespace_from_text(&view, text, genes) || read_values(space, text, genes))
        return ERR_NONE;
    int g = 0; /* the first one whose value is none */
    while (memchr(genespace_letters, text[g], (size_t)view.genes[g].n_values) != NULL)
        g++;
    return err_set(err, ERR_USAGE, "gene %d of '%s', '%s', is '%c', not one of 0 to %d", g + 1,
                   text, netspace_gene_name(space, g), text[g], view.genes[g].n_values - 1);
}
