/* plots/report_page.h: a page from an embedded template; private to plots/. */
#ifndef PLOTS_REPORT_PAGE_H
#define PLOTS_REPORT_PAGE_H

#include "base/err.h"
#include "base/text.h"

#include <stddef.h>

/* Appends what stands in the place of {{name}}; `report` is the page's own. */
typedef struct ReportSection {
    const char *name;
    void (*put)(void *report, Text *page);
} ReportSection;

/*
 * Copies page_head.html, the template and page_tail.html, {{name}} replaced by its section; `style`
 * and `script` are every page's, `title` and `foot` each page must have.
 * Errors: ERR_INTERNAL (a section that is not there), ERR_MEMORY.
 */
ErrCode report_page_fill(const char *template_name, const ReportSection *sections, size_t n,
                         void *report, Text *page, Err *err) ERR_CHECKED;

#endif
