/* plots/ternary.c: from profiles to places in the picture, panel by panel. */
#include "plots/ternary.h"

#include "plots/contour.h"
#include "plots/figure_thin.h"
#include "plots/labels.h"
#include "plots/ternary_layout.h"
#include "plots/ternary_picture.h"
#include "plots/ternary_rows.h"
#include "plots/ternary_surface.h"
#include "plots/ternary_words.h"

#include "results/profiles.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MARK 17.0 /* diameter */

/* --- networks, optimum, rules --- */

/* Marks and the triangle's edges come first in what labels keep off. */
static void occupy_marks(TernaryPanel *panel)
{
    const Profile *p = panel->profile;
    const double thickness = 6.0;
    const int n = (int)(panel->layout->side / thickness);
    for (int k = 0; k < 3; k++)
        for (int i = 0; i <= n; i++) {
            Shares at = {{0}};
            at.x[k] = (double)i / n;
            at.x[(k + 1) % 3] = 1.0 - at.x[k];
            labels_occupy(&panel->labels, ternary_box(ternary_place(panel, &at), thickness));
        }
    for (int i = 0; i < p->n_shapes; i++)
        if (ternary_draws(panel, i))
            labels_occupy(&panel->labels,
                          ternary_box(ternary_place(panel, &p->shapes[i].shares), TERNARY_DISC));
    if (p->why_not != NULL)
        return;
    for (int r = TERNARY_FIRST_RULE; r < p->n_rules; r++)
        labels_occupy(&panel->labels, ternary_box(ternary_place(panel, &p->rules[r].shares), MARK));
    if (p->top1.has_optimum)
        labels_occupy(&panel->labels,
                      ternary_box(ternary_place(panel, &p->top1.optimum), TERNARY_STAR));
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

static ErrCode put_optimum(const TernaryPicture *picture, const TernaryPanel *panel, Err *err)
{
    Contour outline = {0};
    char series[TEXT_NUMBER_BYTES];
    if (panel->profile->why_not != NULL || !panel->profile->top1.has_optimum)
        return ERR_NONE;
    TRY(contour_trace(&outline, share_in_region, &panel->profile->top1, 0.5, picture->arena, err));
    ternary_put_lines(picture, picture->region, panel, &outline, "region");
    snprintf(series, sizeof series, "%d", panel->number);
    ternary_put_star(picture, series, ternary_place(panel, &panel->profile->top1.optimum));
fail:
    return err->code;
}

/* --- the figure --- */

static ErrCode add_blocks(TernaryPicture *picture, FigureData *data, Err *err)
{
    static const char spot[] = "series\tx\ty", words[] = "series\tx\ty\ttext";
    const struct {
        FigureBlock **block;
        const char *name, *names;
    } blocks[] = {
        {&picture->seed, "seed",
         "series\tbudget\tbuilt_d\tbuilt_w\tbuilt_r\tresolution\tmacs\tseed\ttrial\tstatus\t"
         "test_top1\ttest_loss"},
        {&picture->extent, "extent", "series"},
        {&picture->shape, "shape",
         "series\tdepth\twidth\tresolution\tbuilt_d\tbuilt_w\tbuilt_r\tpx\tmacs\ttest_top1\tsd\t"
         "test_loss\tn\tx\ty\tshade\ttrials"},
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
    picture->shape->is_drawing = picture->seed->is_drawing = false;
    picture->seed->is_hidden = true;
    return ERR_NONE;
}

static ErrCode put_panel(const TernaryPicture *picture, TernaryPanel *panel, Err *err)
{
    const Profile *p = panel->profile;
    panel->has_surface = p->why_not == NULL && p->top1.has_optimum;
    ternary_choose_levels(panel);
    occupy_marks(panel);
    ternary_put_shapes(picture, panel);
    TRY(ternary_put_surface(picture, panel, err));
    TRY(put_optimum(picture, panel, err));
    ternary_put_heads(picture, panel);
    if (panel->has_surface)
        ternary_put_key(picture, panel);
fail:
    return err->code;
}

static bool is_of_grid(const Profile *profile)
{
    return profile->n_shapes > 0 && store_is_part(profile->shapes[0].point, "grid");
}

/* A panel for each profile with a result; grids are drawn where the study has nothing made for it.
 */
static void choose_panels(TernaryPicture *picture, const Profile *profiles, size_t n)
{
    bool has_own = false;
    for (size_t i = 0; i < n; i++)
        has_own |= profiles[i].n_high > 0 && !is_of_grid(&profiles[i]);
    for (size_t i = 0; i < n; i++) {
        if (profiles[i].n_high == 0 || (has_own && is_of_grid(&profiles[i])))
            continue;
        TernaryPanel *panel = &picture->panels[picture->n_panels++];
        *panel = (TernaryPanel){.profile = &profiles[i],
                                .layout = &picture->layout,
                                .number = picture->n_panels,
                                .labels = {.arena = picture->arena}};
    }
    for (int i = 0; i < picture->n_panels; i++)
        picture->panels[i].n_most = TERNARY_MOST_SHAPES / picture->n_panels;
}

static void lay_out(TernaryPicture *picture, const FigureStyle *style)
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

/* How many networks there are, and how many of them are drawn. */
static ErrCode tell_thinned(const TernaryPicture *picture, FigureData *data, Err *err)
{
    size_t n_drawn = 0, n_all = 0;
    for (int i = 0; i < picture->n_panels; i++) {
        const TernaryPanel *panel = &picture->panels[i];
        n_all += (size_t)panel->profile->n_shapes;
        for (int k = 0; k < panel->profile->n_shapes; k++)
            n_drawn += ternary_draws(panel, k);
    }
    return figure_thin_tell(data, n_drawn, n_all, "networks", picture->arena, err);
}

static void put_rules(const TernaryPicture *picture)
{
    for (int r = TERNARY_FIRST_RULE; r <= SHAPERULES_N; r++) /* by rule: a group has one mark */
        for (int i = 0; i < picture->n_panels; i++)
            if (picture->panels[i].profile->why_not == NULL &&
                r < picture->panels[i].profile->n_rules)
                ternary_put_rule(picture, &picture->panels[i], r);
}

ErrCode ternary_add(Store *store, const FigureStyle *style, FigureData *data, Arena *arena,
                    Err *err)
{
    TernaryPicture picture = {.arena = arena};
    StoreResults results;
    Profile *profiles;
    size_t n = 0;
    Arena read = {0}; /* all of the study, of which little is drawn */
    TRY(store_results(store, &read, &results, err));
    TRY(profiles_find(&results, &read, &profiles, &n, err));
    picture.panels = arena_zalloc(&read, n + 1, sizeof *picture.panels);
    TRY(arena_ok(&read, err));
    TRY(add_blocks(&picture, data, err));
    choose_panels(&picture, profiles, n);
    lay_out(&picture, style);
    for (int i = 0; i < picture.n_panels; i++)
        TRY(put_panel(&picture, &picture.panels[i], err));
    put_rules(&picture);
    TRY(tell_thinned(&picture, data, err));
    TRY(arena_ok(arena, err));
fail:
    arena_release(&read);
    return err->code;
}
