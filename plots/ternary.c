/* plots/ternary.c: from profiles to places in the picture, panel by panel. */
#include "plots/ternary.h"

#include "plots/contour.h"
#include "plots/labels.h"
#include "plots/ternary_layout.h"

#include "results/profiles.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_LEVELS = 12, N_SHADES = 9, MAX_NAMED = 16 };

#define DISC 18.0 /* diameters */
#define MARK 17.0
#define STAR 22.0
#define STAR_INSIDE 0.4 /* of its radius where it is thinnest */

/* Rules that are drawn: corners are corners already. */
enum { FIRST_RULE = 3 };

typedef struct Spot {
    double x, y;
} Spot;

/* A panel being laid out. */
typedef struct Panel {
    const Profile *profile;
    const TernaryLayout *layout;
    int number; /* from 1 */
    int n_key;  /* lines of the key before the rules */
    double left, top;
    double levels[MAX_LEVELS]; /* of contours, percent */
    int n_levels, decimals;
    bool has_surface;
    Labels labels;
} Panel;

/* All of the figure. */
typedef struct Picture {
    Arena *arena;
    Panel *panels;
    int n_panels;
    TernaryLayout layout;
    FigureBlock *extent, *shape, *area, *line, *frame, *region, *optimum, *rule, *level, *value,
        *word, *head, *note;
} Picture;

/* --- places --- */

static Spot place(const Panel *panel, const Shares *at)
{
    const TernaryLayout *l = panel->layout;
    return (Spot){panel->left + l->left + l->side * (at->x[1] + at->x[2] / 2.0),
                  panel->top + l->top + l->side * TERNARY_HEIGHT_OVER_SIDE * (1.0 - at->x[2])};
}

static LabelBox box_of(Spot spot, double size)
{
    return (LabelBox){spot.x, spot.y, size, size};
}

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
static void find_range(const Panel *panel, double *low, double *high)
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

static void choose_levels(Panel *panel)
{
    const double least_range = 0.1; /* percent; below, contours would draw rounding */
    double low, high;
    find_range(panel, &low, &high);
    const double step = nice_step(fmax(high - low, least_range) / (MAX_LEVELS - 5));
    panel->decimals = step < 0.1 ? 2 : step < 1.0 ? 1 : 0;
    for (double k = ceil(low / step); k * step <= high && panel->n_levels < MAX_LEVELS; k++)
        panel->levels[panel->n_levels++] = k * step;
}

/* 0 is lowest; bands are the spaces between levels. */
static int shade_of_band(const Panel *panel, int band)
{
    return panel->n_levels > 0 ? (band * (N_SHADES - 1) + panel->n_levels / 2) / panel->n_levels
                               : N_SHADES / 2;
}

static int shade_of(const Panel *panel, double top1)
{
    int band = 0;
    while (band < panel->n_levels && top1 >= panel->levels[band])
        band++;
    return shade_of_band(panel, band);
}

/* --- the surface --- */

static const Shares corners[] = {{{1, 0, 0}}, {{0, 1, 0}}, {{0, 0, 1}}};

static void put_spot(FigureBlock *block, const Picture *picture, const char *series, Spot spot)
{
    figure_data_row(block, picture->arena, "%s\t%.2f\t%.2f", series, spot.x, spot.y);
}

/* The triangle in the lowest shade; -1: no surface. */
static void put_base(const Picture *picture, const Panel *panel)
{
    char series[TEXT_NUMBER_BYTES];
    snprintf(series, sizeof series, "%d base %d", panel->number,
             panel->has_surface ? shade_of_band(panel, 0) : -1);
    for (int k = 0; k < 3; k++)
        put_spot(picture->area, picture, series, place(panel, &corners[k]));
    snprintf(series, sizeof series, "%d", panel->number);
    for (int k = 0; k <= 3; k++)
        put_spot(picture->frame, picture, series, place(panel, &corners[k % 3]));
}

static void put_areas(const Picture *picture, const Panel *panel, const Contour *contour, int level,
                      bool hollows)
{
    char series[2 * TEXT_NUMBER_BYTES];
    for (size_t i = 0; i < contour->n; i++) {
        const ContourLoop *loop = &contour->loops[i];
        if (loop->is_hollow != hollows)
            continue;
        snprintf(series, sizeof series, "%d %d.%zu %d", panel->number, level + 1, i + 1,
                 shade_of_band(panel, hollows ? level : level + 1));
        for (int k = 0; k < loop->n; k++)
            put_spot(picture->area, picture, series, place(panel, &loop->points[k].at));
    }
}

/*
 * Outlines without what runs along the triangle's edges, a group a line. A loop is walked from
 * where a line begins, so that none is cut in two.
 */
static void put_lines(const Picture *picture, FigureBlock *block, const Panel *panel,
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
                put_spot(block, picture, series, place(panel, &point->at));
            is_drawn = goes_on;
        }
    }
}

/* A level's number on its line where it covers nothing, furthest from the triangle's edges. */
static void put_level(const Picture *picture, Panel *panel, const Contour *contour, int level)
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
            const Spot spot = place(panel, &point->at);
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

static ErrCode put_surface(const Picture *picture, Panel *panel, Err *err)
{
    Contour contours[MAX_LEVELS] = {{0}};
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
        put_lines(picture, picture->line, panel, &contours[i], name);
        put_level(picture, panel, &contours[i], i);
    }
fail:
    return err->code;
}

/* --- networks, optimum, rules --- */

/* Marks and the triangle's edges come first in what labels keep off. */
static void occupy_marks(Panel *panel)
{
    const Profile *p = panel->profile;
    const double thickness = 6.0;
    const int n = (int)(panel->layout->side / thickness);
    for (int k = 0; k < 3; k++)
        for (int i = 0; i <= n; i++) {
            Shares at = {{0}};
            at.x[k] = (double)i / n;
            at.x[(k + 1) % 3] = 1.0 - at.x[k];
            labels_occupy(&panel->labels, box_of(place(panel, &at), thickness));
        }
    for (int i = 0; i < p->n_shapes; i++)
        labels_occupy(&panel->labels, box_of(place(panel, &p->shapes[i].shares), DISC));
    if (p->why_not != NULL)
        return;
    for (int r = FIRST_RULE; r < p->n_rules; r++)
        labels_occupy(&panel->labels, box_of(place(panel, &p->rules[r].shares), MARK));
    if (p->top1.has_optimum)
        labels_occupy(&panel->labels, box_of(place(panel, &p->top1.optimum), STAR));
}

static void put_shapes(const Picture *picture, Panel *panel)
{
    const Profile *p = panel->profile;
    const double font = panel->layout->value_font;
    for (int i = 0; i < p->n_shapes; i++) {
        const ProfileShape *s = &p->shapes[i];
        const Spot spot = place(panel, &s->shares);
        const double *x = s->shares.x, *built = s->point->built;
        char text[TEXT_NUMBER_BYTES];
        if (s->n == 0)
            continue;
        figure_data_row(
            picture->shape, picture->arena,
            "%s %g\t%.4f\t%.4f\t%.4f\t%.4g\t%.4g\t%.4g\t%d\t%lld\t%.4f\t%.4f\t%.5f\t%d\t"
            "%.2f\t%.2f\t%d",
            p->part, p->budget, x[0], x[1], x[2], built[0], built[1], built[2],
            s->point->resolution, (long long)s->point->macs, s->top1,
            s->n > 1 ? s->sd : (double)NAN, s->loss, s->n, spot.x, spot.y,
            shade_of(panel, s->top1));
        if (p->n_shapes > MAX_NAMED)
            continue;
        snprintf(text, sizeof text, s->n < p->n_high ? "%.1f (%d)" : "%.1f", s->top1, s->n);
        const LabelBox box = labels_place(&panel->labels, box_of(spot, DISC),
                                          labels_width(text, font), font * LABELS_LINE);
        figure_data_row(picture->value, picture->arena, "%d\t%.2f\t%.2f\t%s", panel->number, box.x,
                        box.y, text);
    }
}

/* How near lattice points lie, those nearer than a step or two counting. */
static double nearness(const Shares *a, const Shares *b)
{
    double squares = 0.0;
    for (int k = 0; k < 3; k++)
        squares += (a->x[k] - b->x[k]) * (a->x[k] - b->x[k]);
    return exp(-0.5 * squares * SCHEFFE_STEPS * SCHEFFE_STEPS);
}

/* The share of the lattice around a point that is in the region: its outline without the steps. */
static double share_in_region(const void *fit, const Shares *at)
{
    const ShapeFit *f = fit;
    double inside = 0.0, all = 0.0;
    for (int i = 0; i < f->n_region; i++)
        inside += nearness(at, &f->region[i]);
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        const Shares point = scheffe_lattice(i);
        all += nearness(at, &point);
    }
    return inside / all;
}

/* Five points, as an outline. */
static void put_star(const Picture *picture, const char *series, Spot spot)
{
    enum { N = 10 };
    const double turn = 2.0 * acos(-1.0) / N;
    for (int i = 0; i <= N; i++) {
        const double radius = STAR / 2.0 * (i % 2 ? STAR_INSIDE : 1.0);
        put_spot(picture->optimum, picture, series,
                 (Spot){spot.x + radius * sin(turn * i), spot.y - radius * cos(turn * i)});
    }
}

static ErrCode put_optimum(const Picture *picture, const Panel *panel, Err *err)
{
    Contour outline = {0};
    char series[TEXT_NUMBER_BYTES];
    if (panel->profile->why_not != NULL || !panel->profile->top1.has_optimum)
        return ERR_NONE;
    TRY(contour_trace(&outline, share_in_region, &panel->profile->top1, 0.5, picture->arena, err));
    put_lines(picture, picture->region, panel, &outline, "region");
    snprintf(series, sizeof series, "%d", panel->number);
    put_star(picture, series, place(panel, &panel->profile->top1.optimum));
fail:
    return err->code;
}

/* --- words --- */

static void put_words(FigureBlock *block, const Picture *picture, const Panel *panel, double x,
                      double y, const char *text)
{
    figure_data_row(block, picture->arena, "%d\t%.2f\t%.2f\t%s", panel->number, panel->left + x,
                    panel->top + y, text != NULL ? text : "");
}

/* In as many lines as they need; how many. */
static int put_remark(const Picture *picture, const Panel *panel, double x, double y, double row,
                      const char *text)
{
    int n = 0;
    const char *line;
    while ((line = ternary_layout_line(panel->layout, x, &text, picture->arena)) != NULL)
        put_words(picture->note, picture, panel, x, y + row * n++, line);
    return n;
}

static void put_heads(const Picture *picture, const Panel *panel)
{
    const Profile *p = panel->profile;
    const TernaryLayout *l = panel->layout;
    const double base = l->top + l->side * TERNARY_HEIGHT_OVER_SIDE;
    const char *part = strcmp(p->part, "profile") == 0 ? "" : p->part;
    const char *kind =
        p->why_not != NULL
            ? arena_printf(picture->arena, "no fit: %s", p->why_not)
            : arena_printf(picture->arena, "%s: %s", shapefit_kind_name(p->top1.kind),
                           p->top1.kind == SHAPE_OPEN
                               ? "whether a blend is better cannot be told yet"
                               : shapefit_kind_text(p->top1.kind));
    put_words(picture->head, picture, panel, l->head_left, l->head,
              arena_printf(picture->arena, "%s%s%.4g × the baseline's MACs", part,
                           *part ? ": " : "", p->budget));
    (void)put_remark(picture, panel, l->head_left, l->head + l->head_row, l->head_row, kind);
    put_words(picture->word, picture, panel, l->left, base + 38, "depth alone");
    put_words(picture->word, picture, panel, l->left + l->side, base + 38, "width alone");
    put_words(picture->word, picture, panel, l->left + l->side / 2.0, l->top - 36,
              "resolution alone");
}

/* The optimum's lines of the key. */
static void put_key(const Picture *picture, Panel *panel)
{
    const Profile *p = panel->profile;
    const TernaryLayout *l = panel->layout;
    const double *x = p->top1.optimum.x;
    char series[TEXT_NUMBER_BYTES];
    snprintf(series, sizeof series, "%d key", panel->number);
    put_star(picture, series, (Spot){panel->left + l->key_mark, panel->top + l->key_top});
    panel->n_key = put_remark(
        picture, panel, l->key_text, l->key_top, l->key_row,
        arena_printf(picture->arena, "optimum %.1f %%: depth %.2f, width %.2f, resolution %.2f",
                     profiles_top1(p, &p->top1.optimum), x[0], x[1], x[2]));
    const double row = l->key_top + l->key_row * panel->n_key;
    for (int k = -1; k <= 1; k += 2)
        put_spot(picture->region, picture, series,
                 (Spot){panel->left + l->key_mark + 9 * k, panel->top + row});
    panel->n_key += put_remark(
        picture, panel, l->key_text, row, l->key_row,
        arena_printf(picture->arena,
                     "90 %% region; %.1f points above the best single dimension (%.1f to %.1f)",
                     p->gain.effect, p->gain.low, p->gain.high));
}

static const char *title_of(const char *rule)
{
    static const char *const titles[][2] = {
        {"tan-le", "Tan and Le"}, {"fast", "fast (Dollár)"}, {"resnet-rs", "ResNet-RS"}};
    for (size_t i = 0; i < ARRAY_LEN(titles); i++)
        if (strcmp(titles[i][0], rule) == 0)
            return titles[i][1];
    return rule;
}

/* A rule's mark in the triangle, and its line of the key, below the optimum's. */
static void put_rule(const Picture *picture, const Panel *panel, int r)
{
    const Profile *p = panel->profile;
    const ShapeRule *rule = &p->rules[r];
    const bool has_optimum = p->top1.has_optimum;
    const TernaryLayout *l = panel->layout;
    const int place_in_key = r - FIRST_RULE, row = place_in_key / l->key_columns + panel->n_key;
    const double x = place_in_key % l->key_columns ? l->panel_width / 2.0 - 20 : 0.0;
    const double y = l->key_top + l->key_row * row;
    const char *series = r < SHAPERULES_N ? rule->name : "before";
    put_spot(picture->rule, picture, series, place(panel, &rule->shares));
    put_spot(picture->rule, picture, series, (Spot){panel->left + x + l->key_mark, panel->top + y});
    put_words(picture->note, picture, panel, x + l->key_text, y,
              has_optimum ? arena_printf(picture->arena, "%s: %.1f below (%.1f to %.1f)",
                                         title_of(rule->name), rule->below.effect, rule->below.low,
                                         rule->below.high)
                          : title_of(rule->name));
}

/* --- the figure --- */

static ErrCode add_blocks(Picture *picture, FigureData *data, Err *err)
{
    static const char spot[] = "series\tx\ty", words[] = "series\tx\ty\ttext";
    const struct {
        FigureBlock **block;
        const char *name, *names;
    } blocks[] = {
        {&picture->extent, "extent", "series"},
        {&picture->shape, "shape",
         "series\tdepth\twidth\tresolution\tbuilt_d\tbuilt_w\tbuilt_r\tpx\tmacs\ttest_top1\tsd\t"
         "test_loss\tn\tx\ty\tshade"},
        {&picture->area, "area", spot},
        {&picture->line, "line", spot},
        {&picture->frame, "frame", spot},
        {&picture->region, "region", spot},
        {&picture->rule, "rule", spot},
        {&picture->optimum, "optimum", spot},
        {&picture->level, "level", words},
        {&picture->value, "value", words},
        {&picture->word, "corner", words},
        {&picture->head, "head", words},
        {&picture->note, "remark", words},
    };
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        *blocks[i].block =
            figure_data_add(data, blocks[i].name, blocks[i].names, picture->arena, err);
        if (*blocks[i].block == NULL)
            return err->code;
    }
    picture->shape->is_drawing = false;
    return ERR_NONE;
}

static ErrCode put_panel(const Picture *picture, Panel *panel, Err *err)
{
    const Profile *p = panel->profile;
    panel->has_surface = p->why_not == NULL && p->top1.has_optimum;
    choose_levels(panel);
    occupy_marks(panel);
    put_shapes(picture, panel);
    TRY(put_surface(picture, panel, err));
    TRY(put_optimum(picture, panel, err));
    put_heads(picture, panel);
    if (panel->has_surface)
        put_key(picture, panel);
fail:
    return err->code;
}

static bool is_of_grid(const Profile *profile)
{
    return profile->n_shapes > 0 && store_is_part(profile->shapes[0].point, "grid");
}

/* A panel for each profile with a result; grids are drawn where the study has nothing made for it.
 */
static void choose_panels(Picture *picture, const Profile *profiles, size_t n)
{
    bool has_own = false;
    for (size_t i = 0; i < n; i++)
        has_own |= profiles[i].n_high > 0 && !is_of_grid(&profiles[i]);
    for (size_t i = 0; i < n; i++) {
        if (profiles[i].n_high == 0 || (has_own && is_of_grid(&profiles[i])))
            continue;
        Panel *panel = &picture->panels[picture->n_panels++];
        *panel = (Panel){.profile = &profiles[i],
                         .layout = &picture->layout,
                         .number = picture->n_panels,
                         .labels = {.arena = picture->arena}};
    }
}

static void lay_out(Picture *picture, const FigureStyle *style)
{
    const TernaryLayout *l = &picture->layout;
    if (picture->n_panels == 0)
        return;
    picture->layout = ternary_layout(style, picture->n_panels);
    figure_data_row(picture->extent, picture->arena, "%.9g %.9g", l->width, l->height);
    for (int i = 0; i < picture->n_panels; i++) {
        const int column = i % l->columns, row = i / l->columns;
        picture->panels[i].left = l->panel_width * column;
        picture->panels[i].top = l->panel_height * row;
    }
}

ErrCode ternary_add(Store *store, const FigureStyle *style, FigureData *data, Arena *arena,
                    Err *err)
{
    Picture picture = {.arena = arena};
    StoreResults results;
    Profile *profiles;
    size_t n = 0;
    TRY(store_results(store, arena, &results, err));
    TRY(profiles_find(&results, arena, &profiles, &n, err));
    picture.panels = arena_zalloc(arena, n + 1, sizeof *picture.panels);
    TRY(arena_ok(arena, err));
    TRY(add_blocks(&picture, data, err));
    choose_panels(&picture, profiles, n);
    lay_out(&picture, style);
    for (int i = 0; i < picture.n_panels; i++)
        TRY(put_panel(&picture, &picture.panels[i], err));
    for (int r = FIRST_RULE; r <= SHAPERULES_N; r++) /* by rule: a group has one mark */
        for (int i = 0; i < picture.n_panels; i++)
            if (picture.panels[i].profile->why_not == NULL &&
                r < picture.panels[i].profile->n_rules)
                put_rule(&picture, &picture.panels[i], r);
    return arena_ok(arena, err);
fail:
    return err->code;
}
