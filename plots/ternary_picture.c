/* plots/ternary_picture.c: shares become places, places rows. */
#include "plots/ternary_picture.h"

#include <math.h>

#define STAR_INSIDE 0.4 /* of its radius where it is thinnest */

TernarySpot ternary_place(const TernaryPanel *panel, const Shares *at)
{
    const TernaryLayout *l = panel->layout;
    return (TernarySpot){panel->left + l->left + l->side * (at->x[1] + at->x[2] / 2.0),
                         panel->top + l->top +
                             l->side * TERNARY_HEIGHT_OVER_SIDE * (1.0 - at->x[2])};
}

LabelBox ternary_box(TernarySpot spot, double size)
{
    return (LabelBox){spot.x, spot.y, size, size};
}

void ternary_put_spot(FigureBlock *block, const TernaryPicture *picture, const char *series,
                      TernarySpot spot)
{
    figure_data_row(block, picture->arena, "%s\t%.2f\t%.2f", series, spot.x, spot.y);
}

void ternary_put_star(const TernaryPicture *picture, const char *series, TernarySpot spot)
{
    enum { N = 10 };
    const double turn = 2.0 * acos(-1.0) / N;
    for (int i = 0; i <= N; i++) {
        const double radius = TERNARY_STAR / 2.0 * (i % 2 ? STAR_INSIDE : 1.0);
        ternary_put_spot(
            picture->optimum, picture, series,
            (TernarySpot){spot.x + radius * sin(turn * i), spot.y - radius * cos(turn * i)});
    }
}
