/* plots/report_part_marks.c: a strip of marks, each of which names its trial. */
#include "plots/report_part_marks.h"

#include "plots/html.h"
#include "plots/report_part_rows.h"

#include <inttypes.h>

/* A mark for each seed where its test accuracy lies among all of the table. */
static void put_mark(Text *page, const PartRow *row, const StoreSeed *seed)
{
    enum { LEFT = 6, WIDTH = 108 };
    const PartTable *t = row->table;
    const double range = t->high - t->low;
    const double share = range > 0 ? (seed->test_top1 - t->low) / range : 0.5;
    text_printf(page, "<a href=\"#trial=%" PRId64 "\" data-t=\"%" PRId64 "\"", seed->trial,
                seed->trial);
    if (!t->is_named[seed->trial])
        text_printf(page, " id=\"trial=%" PRId64 "\"", seed->trial);
    t->is_named[seed->trial] = true;
    text_printf(page, "><circle cx=\"%.1f\" cy=\"9\" r=\"4\"><title>", LEFT + WIDTH * share);
    html_printf(page, "trial %" PRId64 ", seed %" PRId64 ": test %.2f %%, validation %.2f %%",
                seed->trial, seed->seed, seed->test_top1, seed->val_top1);
    html_markup(page, "</title></circle></a>");
}

void report_part_marks(Text *page, const void *of)
{
    const PartRow *row = of;
    if (row->n == 0)
        return;
    html_markup(page, "<svg class=\"seeds\" viewBox=\"0 0 120 18\" width=\"120\" height=\"18\">"
                      "<path d=\"M6 9H114\"></path>");
    for (size_t i = 0; i < row->result->n_seeds; i++)
        if (row->result->seeds[i].status == STORE_TRIAL_DONE)
            put_mark(page, row, &row->result->seeds[i]);
    html_markup(page, "</svg>");
}
