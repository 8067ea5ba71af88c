/*
 * plots/ternary_picture.h: the figure `ternary` while it is laid out: its panels, the blocks that
 * its rows go to, places and marks; private to plots/.
 */
#ifndef PLOTS_TERNARY_PICTURE_H
#define PLOTS_TERNARY_PICTURE_H

#include "plots/figure_data.h"
#include "plots/labels.h"
#include "plots/ternary_layout.h"

#include "base/arena.h"
#include "results/profiles.h"

#include <stdbool.h>

enum {
    TERNARY_MAX_LEVELS = 12,
    TERNARY_FIRST_RULE = 3,    /* of those that are drawn: corners are corners already */
    TERNARY_MOST_SHAPES = 2000 /* of all panels; of more an even choice is drawn */
};

#define TERNARY_STAR 22.0 /* diameters */
#define TERNARY_DISC 18.0

typedef struct TernarySpot {
    double x, y;
} TernarySpot;

/* A panel being laid out. */
typedef struct TernaryPanel {
    const Profile *profile;
    const TernaryLayout *layout;
    int number; /* from 1 */
    int n_key;  /* lines of the key before the rules */
    int n_most; /* shapes that are drawn */
    double left, top;
    double levels[TERNARY_MAX_LEVELS]; /* of contours, percent */
    int n_levels, decimals;
    bool has_surface;
    Labels labels;
} TernaryPanel;

/* All of the figure. */
typedef struct TernaryPicture {
    Arena *arena;
    TernaryPanel *panels;
    int n_panels;
    TernaryLayout layout;
    FigureBlock *seed, *extent, *shape, *area, *line, *frame, *region, *optimum, *rule, *level,
        *value, *word, *head, *note;
} TernaryPicture;

/* Where shares lie in the picture. */
TernarySpot ternary_place(const TernaryPanel *panel, const Shares *at);

/* What a mark covers. */
LabelBox ternary_box(TernarySpot spot, double size);

/* Appends a row of a block "series x y". */
void ternary_put_spot(FigureBlock *block, const TernaryPicture *picture, const char *series,
                      TernarySpot spot);

/* A star of five points, as an outline in block `optimum`. */
void ternary_put_star(const TernaryPicture *picture, const char *series, TernarySpot spot);

#endif
