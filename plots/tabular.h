/*
 * plots/tabular.h: one table in three forms: in the page, as CSV and as LaTeX; private to plots/.
 *
 * A column is written once, as functions of a row; the page's table has headings that a script can
 * sort by, and links that save the other two forms, which are data: URLs and need no server.
 */
#ifndef PLOTS_TABULAR_H
#define PLOTS_TABULAR_H

#include "base/text.h"

#include <stddef.h>

/* Appends a cell; what it is of. */
typedef void TabularCell(Text *out, const void *row);

typedef struct TabularColumn {
    const char *heading; /* in the page and in LaTeX; NULL: in CSV alone */
    const char *name;    /* in CSV; NULL: not in it */
    const char *hint;    /* what it is, said by the heading to who points at it; or NULL */
    bool is_text;        /* to the left */
    bool is_prose;       /* a text that may be broken into lines */
    TabularCell *shown;  /* plain text for people, page and LaTeX; NULL: in neither */
    TabularCell *raw;    /* plain text for CSV, also what the page sorts by; NULL: as shown */
    TabularCell *markup; /* HTML that stands in the page in the place of shown; or NULL */
} TabularColumn;

typedef struct Tabular {
    const char *file;    /* name of the files, without their ends: "quickstart-grid" */
    const char *caption; /* of the LaTeX table */
    const TabularColumn *columns;
    size_t n_columns;
    const void *rows; /* [n_rows] of row_bytes each */
    size_t n_rows, row_bytes;
    TabularCell *attributes; /* appends those of a row's <tr>, each with a blank before; or NULL */
} Tabular;

/* Appends the table and the links below it. */
void tabular_html(Text *page, const Tabular *tab);

/* Appends RFC 4180 with a heading line, cells that a spreadsheet would execute as text. */
void tabular_csv(Text *out, const Tabular *tab);

/*
 * Appends a `table` with a `tabular` in the style of the package booktabs, shrunk where it is wider
 * than the text; of more rows than a page holds a `longtable`. The packages it needs are named in
 * its first line.
 */
void tabular_latex(Text *out, const Tabular *tab);

/* Appends a text of ours or of the user's as TeX shows it: its signs escaped. */
void tabular_append_tex(Text *out, const char *text);

#endif
