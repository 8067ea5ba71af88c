/* plots/ternary_rows.c: a row a network, and one a trial. */
#include "plots/ternary_rows.h"

#include "plots/figure_thin.h"
#include "plots/ternary_surface.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { MAX_NAMED = 16 };

bool ternary_draws(const TernaryPanel *panel, int i)
{
    return figure_thin_keeps((size_t)i, (size_t)panel->profile->n_shapes, (size_t)panel->n_most);
}

/* A number in full, or nothing. */
static void add_number(Text *text, double value)
{
    text_append_char(text, '\t');
    if (!isnan(value))
        text_append_double(text, value);
}

static void put_seeds(const TernaryPicture *picture, const Profile *profile,
                      const StorePointResult *of)
{
    const StorePoint *p = &of->point;
    for (size_t i = 0; i < of->n_seeds; i++) {
        const StoreSeed *s = &of->seeds[i];
        Text row = {0};
        text_printf(&row, "%s", profile->part);
        add_number(&row, profile->budget);
        for (int k = 0; k < 3; k++)
            add_number(&row, p->built[k]);
        text_printf(&row, "\t%d\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%s", p->resolution, p->macs,
                    s->seed, s->trial, store_status_name(s->status));
        add_number(&row, s->test_top1);
        add_number(&row, s->test_loss);
        figure_data_row(picture->seed, picture->arena, "%s", text_string(&row));
        picture->arena->failed |= row.failed;
        text_release(&row);
    }
}

/* "3 14 15": those with a result. */
static void add_trials(Text *text, const StorePointResult *of)
{
    const char *gap = "";
    for (size_t i = 0; i < of->n_seeds; i++)
        if (of->seeds[i].status == STORE_TRIAL_DONE) {
            text_printf(text, "%s%" PRId64, gap, of->seeds[i].trial);
            gap = " ";
        }
}

static void put_shape(const TernaryPicture *picture, const TernaryPanel *panel,
                      const ProfileShape *s, TernarySpot spot)
{
    const Profile *p = panel->profile;
    const double *x = s->shares.x, *built = s->point->built;
    Text trials = {0};
    add_trials(&trials, s->source);
    figure_data_row(picture->shape, picture->arena,
                    "%s %g\t%.4f\t%.4f\t%.4f\t%.4g\t%.4g\t%.4g\t%d\t%" PRId64
                    "\t%.4f\t%.4f\t%.5f\t%d\t%.2f\t%.2f\t%d\t%s",
                    p->part, p->budget, x[0], x[1], x[2], built[0], built[1], built[2],
                    s->point->resolution, s->point->macs, s->top1, s->n > 1 ? s->sd : (double)NAN,
                    s->loss, s->n, spot.x, spot.y, ternary_shade_of(panel, s->top1),
                    text_string(&trials));
    picture->arena->failed |= trials.failed;
    text_release(&trials);
}

/* The value beside a mark, where it covers nothing; in brackets from how many seeds, if not all. */
static void put_value(const TernaryPicture *picture, TernaryPanel *panel, const ProfileShape *s,
                      TernarySpot spot)
{
    const double font = panel->layout->value_font;
    char text[TEXT_NUMBER_BYTES];
    snprintf(text, sizeof text, s->n < panel->profile->n_high ? "%.1f (%d)" : "%.1f", s->top1,
             s->n);
    const LabelBox box = labels_place(&panel->labels, ternary_box(spot, TERNARY_DISC),
                                      labels_width(text, font), font * LABELS_LINE);
    figure_data_row(picture->value, picture->arena, "%d\t%.2f\t%.2f\t%s", panel->number, box.x,
                    box.y, text);
}

void ternary_put_shapes(const TernaryPicture *picture, TernaryPanel *panel)
{
    const Profile *p = panel->profile;
    for (int i = 0; i < p->n_shapes; i++) {
        const ProfileShape *s = &p->shapes[i];
        const TernarySpot spot = ternary_place(panel, &s->shares);
        if (!ternary_draws(panel, i))
            continue;
        put_seeds(picture, p, s->source);
        if (s->n == 0)
            continue;
        put_shape(picture, panel, s, spot);
        if (p->n_shapes <= MAX_NAMED)
            put_value(picture, panel, s, spot);
    }
}
