/* plots/ternary_surface.c: levels and shades, then contours. */
#include "plots/ternary_surface.h"

#include <math.h>
#include <stdio.h>

enum { N_SHADES = 9 };

/* --- levels and shades --- */

/* The least of 1, 2, 5, 10, ... times a power of ten that is not below x. */
static double nice_step(double x)
{
    const double power = pow(10.0, floor(log10(x)));
    const double share = x / power;
    return power * (share <= 1.0 ? 1.0 : share <= 2.0 ? 2.0 : share <= 5.0 ? 5.0 : 10.0);
}

static double height_of(const void *profile, const Shares *at)
{
    return profiles_top1(profile, at);
}

/* What the surface reaches, or the networks where there is none. */
static void find_range(const TernaryPanel *panel, double *low, double *high)
{
    const Profile *p = panel->profile;
    *low = (double)INFINITY;
    *high = -(double)INFINITY;
    for (int i = 0; panel->has_surface && i < SCHEFFE_N_LATTICE; i++) {
        const Shares at = scheffe_lattice(i);
        *low = fmin(*low, profiles_top1(p, &at));
        *high = fmax(*high, profiles_top1(p, &at));
    }
    for (int i = 0; !panel->has_surface && i < p->n_shapes; i++)
        if (p->shapes[i].n > 0) {
            *low = fmin(*low, p->shapes[i].top1);
            *high = fmax(*high, p->shapes[i].top1);
        }
}

void ternary_choose_levels(TernaryPanel *panel)
{
    const double least_range = 0.1; /* percent; below, contours would draw rounding */
    double low, high;
    find_range(panel, &low, &high);
    const double step = nice_step(fmax(high - low, least_range) / (TERNARY_MAX_LEVELS - 5));
    panel->decimals = step < 0.1 ? 2 : step < 1.0 ? 1 : 0;
    for (double k = ceil(low / step); k * step <= high && panel->n_levels < TERNARY_MAX_LEVELS; k++)
        panel->levels[panel->n_levels++] = k * step;
}

/* 0 is lowest; bands are the spaces between levels. */
static int shade_of_band(const TernaryPanel *panel, int band)
{
    return panel->n_levels > 0 ? (band * (N_SHADES - 1) + panel->n_levels / 2) / panel->n_levels
                               : N_SHADES / 2;
}

int ternary_shade_of(const TernaryPanel *panel, double top1)
{
    int band = 0;
    while (band < panel->n_levels && top1 >= panel->levels[band])
        band++;
    return shade_of_band(panel, band);
}

/* --- the surface --- */

static const Shares corners[] = {{{1, 0, 0}}, {{0, 1, 0}}, {{0, 0, 1}}};

/* The triangle in the lowest shade; -1: no surface. */
static void put_base(const TernaryPicture *picture, const TernaryPanel *panel)
{
    char series[TEXT_NUMBER_BYTES];
    snprintf(series, sizeof series, "%d base %d", panel->number,
             panel->has_surface ? shade_of_band(panel, 0) : -1);
    for (int k = 0; k < 3; k++)
        ternary_put_spot(picture->area, picture, series, ternary_place(panel, &corners[k]));
    snprintf(series, sizeof series, "%d", panel->number);
    for (int k = 0; k <= 3; k++)
        ternary_put_spot(picture->frame, picture, series, ternary_place(panel, &corners[k % 3]));
}

static void put_areas(const TernaryPicture *picture, const TernaryPanel *panel,
                      const Contour *contour, int level, bool hollows)
{
    char series[2 * TEXT_NUMBER_BYTES];
    for (size_t i = 0; i < contour->n; i++) {
        const ContourLoop *loop = &contour->loops[i];
        if (loop->is_hollow != hollows)
            continue;
        snprintf(series, sizeof series, "%d %d.%zu %d", panel->number, level + 1, i + 1,
                 shade_of_band(panel, hollows ? level : level + 1));
        for (int k = 0; k < loop->n; k++)
            ternary_put_spot(picture->area, picture, series,
                             ternary_place(panel, &loop->points[k].at));
    }
}

void ternary_put_lines(const TernaryPicture *picture, FigureBlock *block, const TernaryPanel *panel,
                       const Contour *contour, const char *name)
{
    char series[2 * TEXT_NUMBER_BYTES];
    for (size_t i = 0; i < contour->n; i++) {
        const ContourLoop *loop = &contour->loops[i];
        int first = 0, n_lines = 0;
        while (first < loop->n && !loop->points[first].is_border)
            first++;
        const bool is_closed = first == loop->n;
        bool is_drawn = false;
        for (int k = 0; loop->n > 0 && k <= loop->n; k++) {
            const ContourPoint *point = &loop->points[(first + k) % loop->n];
            const bool goes_on = !point->is_border && (k < loop->n || is_closed);
            n_lines += goes_on && !is_drawn;
            snprintf(series, sizeof series, "%d %s.%zu.%d", panel->number, name, i + 1, n_lines);
            if (goes_on || is_drawn)
                ternary_put_spot(block, picture, series, ternary_place(panel, &point->at));
            is_drawn = goes_on;
        }
    }
}

/* A level's number on its line where it covers nothing, furthest from the triangle's edges. */
static void put_level(const TernaryPicture *picture, TernaryPanel *panel, const Contour *contour,
                      int level)
{
    const double font = panel->layout->level_font;
    const double most_touched = 4.0; /* square points; what covers more is left out */
    char text[TEXT_NUMBER_BYTES];
    LabelBox best = {0};
    double furthest = 0.0;
    snprintf(text, sizeof text, "%.*f", panel->decimals, panel->levels[level]);
    for (size_t i = 0; i < contour->n; i++)
        for (int k = 0; k < contour->loops[i].n; k++) {
            const ContourPoint *point = &contour->loops[i].points[k];
            const double *x = point->at.x, edge = fmin(fmin(x[0], x[1]), x[2]);
            const TernarySpot spot = ternary_place(panel, &point->at);
            const LabelBox box = {spot.x, spot.y, labels_width(text, font), font * LABELS_LINE};
            if (!point->is_border && edge > furthest &&
                labels_covered(&panel->labels, box) <= most_touched) {
                furthest = edge;
                best = box;
            }
        }
    if (furthest <= 0.0)
        return;
    labels_occupy(&panel->labels, best);
    figure_data_row(picture->level, picture->arena, "%d\t%.2f\t%.2f\t%s", panel->number, best.x,
                    best.y, text);
}

ErrCode ternary_put_surface(const TernaryPicture *picture, TernaryPanel *panel, Err *err)
{
    Contour contours[TERNARY_MAX_LEVELS] = {{0}};
    char name[TEXT_NUMBER_BYTES];
    put_base(picture, panel);
    for (int i = 0; panel->has_surface && i < panel->n_levels; i++) {
        TRY(contour_trace(&contours[i], height_of, panel->profile, panel->levels[i], picture->arena,
                          err));
        put_areas(picture, panel, &contours[i], i, false);
    }
    for (int i = panel->n_levels - 1; panel->has_surface && i >= 0; i--)
        put_areas(picture, panel, &contours[i], i, true);
    for (int i = 0; panel->has_surface && i < panel->n_levels; i++) {
        snprintf(name, sizeof name, "%d", i + 1);
        ternary_put_lines(picture, picture->line, panel, &contours[i], name);
        put_level(picture, panel, &contours[i], i);
    }
fail:
    return err->code;
}
