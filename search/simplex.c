/* search/simplex.c: the designs, written out. */
#include "search/simplex.h"

/* The first seven are a design of their own. */
static const double centroid[][3] = {{1, 0, 0},
                                     {0, 1, 0},
                                     {0, 0, 1},
                                     {0.5, 0.5, 0},
                                     {0.5, 0, 0.5},
                                     {0, 0.5, 0.5},
                                     {1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0},
                                     {2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0},
                                     {1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0},
                                     {1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0}};

static const double lattice[][3] = {
    {1, 0, 0},       {0, 1, 0},       {0, 0, 1},         {0.75, 0.25, 0},   {0.5, 0.5, 0},
    {0.25, 0.75, 0}, {0.75, 0, 0.25}, {0.5, 0, 0.5},     {0.25, 0, 0.75},   {0, 0.75, 0.25},
    {0, 0.5, 0.5},   {0, 0.25, 0.75}, {0.5, 0.25, 0.25}, {0.25, 0.5, 0.25}, {0.25, 0.25, 0.5}};

const double (*simplex_design(size_t n))[3]
{
    enum { BARE = 7, USUAL = sizeof centroid / sizeof centroid[0] };
    if (n == sizeof lattice / sizeof lattice[0])
        return lattice;
    return n == BARE || n == USUAL ? centroid : NULL;
}
