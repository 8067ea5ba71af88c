/*
 * plots/labels.h: texts beside what they name, where they cover least; private to plots/.
 *
 * Boxes are in the picture's points, y downwards. Whoever comes first has the best places.
 */
#ifndef PLOTS_LABELS_H
#define PLOTS_LABELS_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct LabelBox {
    double x, y;          /* middle */
    double width, height; /* of the whole */
} LabelBox;

#define LABELS_LINE 1.1 /* height of a line of text over the font's size */

/* What is in the way. */
typedef struct Labels {
    Arena *arena;
    LabelBox *boxes;
    size_t n;
} Labels;

/* A box that later labels keep off. Failure shows in the arena. */
void labels_occupy(Labels *labels, LabelBox box);

/* The area that a box would cover of others. */
double labels_covered(const Labels *labels, LabelBox box);

/*
 * The middle of a text of that size beside a round mark: of eight places around it the one that
 * covers least, earlier ones first; it is occupied then.
 */
LabelBox labels_place(Labels *labels, LabelBox mark, double width, double height);

/* What a text takes, roughly, by the font's size. */
double labels_width(const char *text, double font);

#endif
