/*
 * plots/report_part_columns.c: two lists of all columns; which of them a part has is a mask.
 *
 * CSV has each number in a column of its own, in full; the page and LaTeX have what people read.
 */
#include "plots/report_part_columns.h"

#include "plots/html.h"
#include "plots/report_part_lists.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Whether any row has something to remark. */
static bool has_remarks(const PartTable *table, TabularCell *remarks)
{
    Text all = {0};
    for (size_t i = 0; i < table->n_rows; i++)
        remarks(&all, &table->rows[i]);
    const bool is_there = all.n_bytes > 0 || all.failed;
    text_release(&all);
    return is_there;
}

/* Whether a table has a column of the lists. */
static bool has_column(const PartTable *table, const PartColumn *column)
{
    const unsigned has = (unsigned)table->kind |
                         (table->has_targets ? PART_TARGETS : PART_NO_TARGETS) |
                         (table->has_epochs ? PART_EPOCHS : 0) | PART_REMARKS;
    const unsigned conditions = column->kinds & ~(unsigned)PART_ANY;
    return (column->kinds & (unsigned)table->kind) != 0 && (has & conditions) == conditions &&
           (!(conditions & PART_REMARKS) || has_remarks(table, column->column.shown));
}

static size_t add_columns(const PartTable *table, const PartColumn *list, TabularColumn *columns)
{
    size_t n = 0;
    for (; list->kinds != 0; list++)
        if (has_column(table, list))
            columns[n++] = list->column;
    return n;
}

size_t report_part_columns(const PartTable *table, TabularColumn columns[PART_MOST_COLUMNS])
{
    const size_t n = add_columns(table, report_part_network_list, columns);
    return n + add_columns(table, report_part_result_list, columns + n);
}

void report_part_attributes(Text *page, const void *of)
{
    const PartRow *row = of;
    const char *between = "";
    if (row->ranked != NULL && row->ranked->rank == 1 && !isnan(row->ranked->score))
        html_markup(page, " class=\"best\"");
    else if (row->ranked != NULL && row->ranked->is_indistinct)
        html_markup(page, " class=\"near\"");
    html_markup(page, " data-t=\"");
    for (size_t i = 0; i < row->result->n_seeds; i++) {
        text_printf(page, "%s%" PRId64, between, row->result->seeds[i].trial);
        between = " ";
    }
    html_markup(page, "\"");
}
