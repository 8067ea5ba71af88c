/* plots/tabular.c: what is text in one form is escaped in another; cells know of none. */
#include "plots/tabular.h"

#include "plots/html.h"

#include "base/sys.h"
#include "results/export.h"

#include <string.h>

static const void *row_at(const Tabular *tab, size_t i)
{
    return (const unsigned char *)tab->rows + i * tab->row_bytes;
}

/* A cell's text, in `buffer` until the next. */
static const char *cell_text(TabularCell *cell, const void *row, Text *buffer)
{
    text_clear(buffer);
    cell(buffer, row);
    return text_string(buffer);
}

/* --- CSV --- */

void tabular_csv(Text *out, const Tabular *tab)
{
    Text cell = {0};
    const char *between = "";
    for (size_t c = 0; c < tab->n_columns; c++)
        if (tab->columns[c].name != NULL) {
            text_printf(out, "%s%s", between, tab->columns[c].name);
            between = ",";
        }
    text_append(out, "\r\n");
    for (size_t i = 0; i < tab->n_rows; i++) {
        between = "";
        for (size_t c = 0; c < tab->n_columns; c++) {
            const TabularColumn *column = &tab->columns[c];
            if (column->name == NULL)
                continue;
            TabularCell *const put = column->raw != NULL ? column->raw : column->shown;
            text_append(out, between);
            export_csv_field(out, cell_text(put, row_at(tab, i), &cell));
            between = ",";
        }
        text_append(out, "\r\n");
    }
    out->failed |= cell.failed;
    text_release(&cell);
}

/* --- LaTeX --- */

/* What stands for some characters: those TeX acts upon, and signs it has no key for. */
static const struct {
    const char *plain, *tex;
} tex_signs[] = {{"\\", "\\textbackslash{}"},
                 {"&", "\\&"},
                 {"%", "\\%"},
                 {"$", "\\$"},
                 {"#", "\\#"},
                 {"_", "\\_"},
                 {"{", "\\{"},
                 {"}", "\\}"},
                 {"~", "\\textasciitilde{}"},
                 {"^", "\\^{}"},
                 {"×", "$\\times$"},
                 {"±", "$\\pm$"},
                 {"φ", "$\\varphi$"},
                 {"−", "$-$"},
                 {"<", "$<$"},
                 {">", "$>$"},
                 {"|", "\\textbar{}"},
                 {"\n", " "},
                 {"\x01", ""}};

void tabular_append_tex(Text *out, const char *text)
{
    while (*text) {
        size_t n = 0;
        for (size_t i = 0; n == 0 && i < ARRAY_LEN(tex_signs); i++)
            if (text_starts_with(text, tex_signs[i].plain)) {
                text_append(out, tex_signs[i].tex);
                n = strlen(tex_signs[i].plain);
            }
        if (n == 0) {
            n = 1;
            text_append_char(out, *text);
        }
        text += n;
    }
}

/* Whether the line's end before it, or a rule, would take it for its argument, blanks or not. */
static bool is_taken(const char *cell)
{
    const char first = cell[strspn(cell, " \t\n\x01")];
    return first == '[' || first == '*';
}

static void latex_row(Text *out, const Tabular *tab, const void *row, Text *cell)
{
    const char *between = "";
    bool is_first = true;
    for (size_t c = 0; c < tab->n_columns; c++) {
        const TabularColumn *column = &tab->columns[c];
        if (column->shown == NULL || column->heading == NULL)
            continue;
        const char *text = row != NULL ? cell_text(column->shown, row, cell) : column->heading;
        text_append(out, between);
        if (is_first && is_taken(text))
            text_append(out, "{}");
        tabular_append_tex(out, text);
        is_first = false;
        between = " & ";
    }
    text_append(out, " \\\\\n");
}

static void latex_rows(Text *out, const Tabular *tab, Text *cell)
{
    for (size_t i = 0; i < tab->n_rows; i++)
        latex_row(out, tab, row_at(tab, i), cell);
}

static void latex_columns(Text *out, const Tabular *tab)
{
    for (size_t c = 0; c < tab->n_columns; c++)
        if (tab->columns[c].shown != NULL && tab->columns[c].heading != NULL)
            text_append_char(out, tab->columns[c].is_text ? 'l' : 'r');
    text_append(out, "}\n");
}

/* A table on one page, shrunk where it is wider than the text. */
static void latex_short(Text *out, const Tabular *tab, Text *cell)
{
    text_append(out, "% needs \\usepackage{booktabs,graphicx}, and UTF-8\n\\begin{table}\n"
                     "\\centering\n\\caption{");
    tabular_append_tex(out, tab->caption);
    text_append(out, "}\n\\small\n\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width"
                     "\\fi}{!}{%\n\\begin{tabular}{");
    latex_columns(out, tab);
    text_append(out, "\\toprule\n");
    latex_row(out, tab, NULL, cell);
    text_append(out, "\\midrule\n");
    latex_rows(out, tab, cell);
    text_append(out, "\\bottomrule\n\\end{tabular}}\n\\end{table}\n");
}

/* A table on as many pages as it takes: small, for nothing shrinks it. */
static void latex_long(Text *out, const Tabular *tab, Text *cell)
{
    text_append(out, "% needs \\usepackage{booktabs,longtable}, and UTF-8\n{\\tiny\n"
                     "\\setlength{\\tabcolsep}{2pt}\n\\begin{longtable}{");
    latex_columns(out, tab);
    text_append(out, "\\caption{");
    tabular_append_tex(out, tab->caption);
    text_append(out, "}\\\\\n\\toprule\n");
    latex_row(out, tab, NULL, cell);
    text_append(out, "\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n");
    latex_rows(out, tab, cell);
    text_append(out, "\\end{longtable}}\n");
}

void tabular_latex(Text *out, const Tabular *tab)
{
    enum { MOST_ROWS_A_PAGE = 50 };
    Text cell = {0};
    (tab->n_rows > MOST_ROWS_A_PAGE ? latex_long : latex_short)(out, tab, &cell);
    out->failed |= cell.failed;
    text_release(&cell);
}

/* --- the page --- */

static bool is_in_page(const TabularColumn *column)
{
    return column->heading != NULL && (column->shown != NULL || column->markup != NULL);
}

static void html_heading(Text *page, const TabularColumn *column)
{
    html_markup(page, column->is_text ? "<th scope=\"col\" class=\"l\"" : "<th scope=\"col\"");
    if (column->hint != NULL) {
        html_markup(page, " title=\"");
        html_text(page, column->hint);
        html_markup(page, "\"");
    }
    html_markup(page, ">");
    html_text(page, column->heading);
    html_markup(page, "</th>");
}

static void html_cell(Text *page, const TabularColumn *column, const void *row, Text *cell)
{
    html_markup(page, column->is_prose  ? "<td class=\"l w\""
                      : column->is_text ? "<td class=\"l\""
                                        : "<td");
    if (column->raw != NULL) {
        html_markup(page, " data-v=\"");
        html_text(page, cell_text(column->raw, row, cell));
        html_markup(page, "\"");
    }
    html_markup(page, ">");
    if (column->markup != NULL)
        column->markup(page, row);
    else if (column->is_text)
        html_text(page, cell_text(column->shown, row, cell));
    else
        html_words(page, cell_text(column->shown, row, cell));
    html_markup(page, "</td>");
}

static void put_link(Text *page, const Tabular *tab, const char *end, const char *type,
                     void (*form)(Text *, const Tabular *), const char *name)
{
    Text file = {0};
    form(&file, tab);
    html_markup(page, "<a download=\"");
    html_text(page, tab->file);
    html_text(page, ".");
    html_text(page, end);
    html_markup(page, "\" href=\"data:");
    html_printf(page, "%s;charset=utf-8;base64,", type);
    html_base64(page, file.data, file.n_bytes);
    html_markup(page, "\">");
    html_text(page, name);
    html_markup(page, "</a>");
    page->failed |= file.failed;
    text_release(&file);
}

void tabular_html(Text *page, const Tabular *tab)
{
    Text cell = {0};
    html_markup(page, "<div class=\"scroll\"><table class=\"sheet\"><thead><tr>");
    for (size_t c = 0; c < tab->n_columns; c++)
        if (is_in_page(&tab->columns[c]))
            html_heading(page, &tab->columns[c]);
    html_markup(page, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < tab->n_rows; i++) {
        const void *row = row_at(tab, i);
        html_markup(page, "<tr");
        if (tab->attributes != NULL)
            tab->attributes(page, row);
        html_markup(page, ">");
        for (size_t c = 0; c < tab->n_columns; c++)
            if (is_in_page(&tab->columns[c]))
                html_cell(page, &tab->columns[c], row, &cell);
        html_markup(page, "</tr>\n");
    }
    html_markup(page, "</tbody></table></div>\n<p class=\"save\">Save as ");
    put_link(page, tab, "csv", "text/csv", tabular_csv, "CSV");
    html_markup(page, " or ");
    put_link(page, tab, "tex", "application/x-tex", tabular_latex, "LaTeX");
    html_markup(page, "</p>\n");
    page->failed |= cell.failed;
    text_release(&cell);
}
