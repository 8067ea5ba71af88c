/* plots/ternary_words.c: heads, key, rules. */
#include "plots/ternary_words.h"

#include <stdio.h>
#include <string.h>

static void put_words(FigureBlock *block, const TernaryPicture *picture, const TernaryPanel *panel,
                      double x, double y, const char *text)
{
    figure_data_row(block, picture->arena, "%d\t%.2f\t%.2f\t%s", panel->number, panel->left + x,
                    panel->top + y, text != NULL ? text : "");
}

/* In as many lines as they need; how many. */
static int put_remark(const TernaryPicture *picture, const TernaryPanel *panel, double x, double y,
                      double row, const char *text)
{
    int n = 0;
    const char *line;
    while ((line = ternary_layout_line(panel->layout, x, &text, picture->arena)) != NULL)
        put_words(picture->note, picture, panel, x, y + row * n++, line);
    return n;
}

void ternary_put_heads(const TernaryPicture *picture, const TernaryPanel *panel)
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

void ternary_put_key(const TernaryPicture *picture, TernaryPanel *panel)
{
    const Profile *p = panel->profile;
    const TernaryLayout *l = panel->layout;
    const double *x = p->top1.optimum.x;
    char series[TEXT_NUMBER_BYTES];
    snprintf(series, sizeof series, "%d key", panel->number);
    ternary_put_star(picture, series,
                     (TernarySpot){panel->left + l->key_mark, panel->top + l->key_top});
    panel->n_key = put_remark(
        picture, panel, l->key_text, l->key_top, l->key_row,
        arena_printf(picture->arena, "optimum %.1f %%: depth %.2f, width %.2f, resolution %.2f",
                     profiles_top1(p, &p->top1.optimum), x[0], x[1], x[2]));
    const double row = l->key_top + l->key_row * panel->n_key;
    for (int k = -1; k <= 1; k += 2)
        ternary_put_spot(picture->region, picture, series,
                         (TernarySpot){panel->left + l->key_mark + 9 * k, panel->top + row});
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

void ternary_put_rule(const TernaryPicture *picture, const TernaryPanel *panel, int r)
{
    const Profile *p = panel->profile;
    const ShapeRule *rule = &p->rules[r];
    const bool has_optimum = p->top1.has_optimum;
    const TernaryLayout *l = panel->layout;
    const int place_in_key = r - TERNARY_FIRST_RULE,
              row = place_in_key / l->key_columns + panel->n_key;
    const double x = place_in_key % l->key_columns ? l->panel_width / 2.0 - 20 : 0.0;
    const double y = l->key_top + l->key_row * row;
    const char *series = r < SHAPERULES_N ? rule->name : "before";
    ternary_put_spot(picture->rule, picture, series, ternary_place(panel, &rule->shares));
    ternary_put_spot(picture->rule, picture, series,
                     (TernarySpot){panel->left + x + l->key_mark, panel->top + y});
    put_words(picture->note, picture, panel, x + l->key_text, y,
              has_optimum ? arena_printf(picture->arena, "%s: %.1f below (%.1f to %.1f)",
                                         title_of(rule->name), rule->below.effect, rule->below.low,
                                         rule->below.high)
                          : title_of(rule->name));
}
