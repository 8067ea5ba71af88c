/* plots/report_query.c: names as headings, numbers to the right, texts to the left. */
#include "plots/report_query.h"

#include "plots/embedded_sql.h"
#include "plots/html.h"

bool report_ask(Text *page, Store *store, const char *sql, Arena *arena, StoreTable *answer)
{
    Err err = {0};
    if (store_query(store, sql, NULL, arena, answer, &err) == ERR_NONE)
        return true;
    html_element(page, "p class=\"note\"", err.msg);
    return false;
}

bool report_ask_file(Text *page, Store *store, const char *file, Arena *arena, StoreTable *answer)
{
    const char *sql = NULL;
    Err err = {0};
    if (embedded_sql_read(file, arena, &sql, &err) == ERR_NONE)
        return report_ask(page, store, sql, arena, answer);
    html_element(page, "p class=\"note\"", err.msg);
    return false;
}

void report_rows(Text *page, const StoreTable *t)
{
    html_markup(page, "<div class=\"scroll\"><table><thead><tr>");
    for (size_t c = 0; c < t->n_columns; c++)
        html_element(page, t->n_rows > 0 && t->is_number[c] ? "th" : "th class=\"l\"", t->names[c]);
    html_markup(page, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < t->n_rows; i++) {
        html_markup(page, "<tr>");
        for (size_t c = 0; c < t->n_columns; c++) {
            const size_t at = i * t->n_columns + c;
            html_element(page, t->is_number[at] ? "td" : "td class=\"l w\"", t->cells[at]);
        }
        html_markup(page, "</tr>\n");
    }
    html_markup(page, "</tbody></table></div>\n");
}

void report_columns(Text *page, const StoreTable *t)
{
    html_markup(page, "<div class=\"scroll\"><table><tbody>\n");
    for (size_t c = 0; c < t->n_columns; c++) {
        html_markup(page, "<tr>");
        html_element(page, "th class=\"l\"", t->names[c]);
        for (size_t i = 0; i < t->n_rows; i++)
            html_element(page, "td class=\"l w\"", t->cells[i * t->n_columns + c]);
        html_markup(page, "</tr>\n");
    }
    html_markup(page, "</tbody></table></div>\n");
}
