/* plots/labels.c: eight places around a mark, the first of those that cover least. */
#include "plots/labels.h"

#include "base/text.h"

#include <math.h>

#define LETTER 0.6 /* width of a digit over the font's size, DejaVu Sans, with some air */
#define GAP 2.0    /* points between a mark and its text */

void labels_occupy(Labels *labels, LabelBox box)
{
    LabelBox *boxes =
        arena_add_item(labels->arena, labels->boxes, &labels->n, sizeof *labels->boxes);
    if (boxes == NULL)
        return;
    labels->boxes = boxes;
    labels->boxes[labels->n - 1] = box;
}

/* How far two ranges of a middle and a length overlap. */
static double overlap(double a, double length_a, double b, double length_b)
{
    return fmax(0.0, fmin(a + length_a / 2, b + length_b / 2) -
                         fmax(a - length_a / 2, b - length_b / 2));
}

double labels_covered(const Labels *labels, LabelBox box)
{
    double sum = 0.0;
    for (size_t i = 0; i < labels->n; i++) {
        const LabelBox *other = &labels->boxes[i];
        sum += overlap(box.x, box.width, other->x, other->width) *
               overlap(box.y, box.height, other->y, other->height);
    }
    return sum;
}

LabelBox labels_place(Labels *labels, LabelBox mark, double width, double height)
{
    /* below, above, right, left, then the diagonals */
    static const double places[][2] = {{0, 1},   {0, -1},   {1, 0},    {-1, 0},
                                       {.8, .8}, {-.8, .8}, {.8, -.8}, {-.8, -.8}};
    LabelBox best = {0};
    double least = (double)INFINITY;
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const LabelBox box = {mark.x + places[i][0] * ((mark.width + width) / 2 + GAP),
                              mark.y + places[i][1] * ((mark.height + height) / 2 + GAP), width,
                              height};
        const double covered = labels_covered(labels, box);
        if (covered < least) {
            least = covered;
            best = box;
        }
    }
    labels_occupy(labels, best);
    return best;
}

double labels_width(const char *text, double font)
{
    int n = 0;
    for (const char *c = text; *c; c++)
        n += ((unsigned char)*c & 0xC0) != 0x80; /* bytes that begin a letter of UTF-8 */
    return n * LETTER * font;
}
