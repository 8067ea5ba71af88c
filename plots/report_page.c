/* plots/report_page.c: names in braces are looked up in the page's own sections, then among files.
 */
#include "plots/report_page.h"

#include "plots/html.h"
#include "plots/plots_files.h"

#include "base/sys.h"

#include <string.h>

/* Markup of ours that all pages share. */
static const struct {
    const char *name, *file;
} shared[] = {{"style", "report.css"}, {"script", "report.js"}};

static bool is_called(const char *name, const char *text, size_t n_text)
{
    return strlen(name) == n_text && strncmp(name, text, n_text) == 0;
}

/* What stands for a name; false: nothing does. */
static bool put_named(const char *name, size_t n_name, const ReportSection *sections, size_t n,
                      void *report, Text *page)
{
    for (size_t i = 0; i < n; i++)
        if (is_called(sections[i].name, name, n_name)) {
            sections[i].put(report, page);
            return true;
        }
    for (size_t i = 0; i < ARRAY_LEN(shared); i++)
        if (is_called(shared[i].name, name, n_name)) {
            html_markup(page, (const char *)embed_find(plots_files, shared[i].file)->data);
            return true;
        }
    return false;
}

static ErrCode fill(const char *template_name, const ReportSection *sections, size_t n,
                    void *report, Text *page, Err *err)
{
    const EmbeddedFile *file = embed_find(plots_files, template_name);
    const char *rest = file != NULL ? (const char *)file->data : NULL;
    while (rest != NULL) {
        const char *open = strstr(rest, "{{");
        const char *close = open != NULL ? strstr(open, "}}") : NULL;
        if (close == NULL)
            break;
        text_append_bytes(page, rest, (size_t)(open - rest));
        if (!put_named(open + 2, (size_t)(close - open) - 2, sections, n, report, page))
            return err_set(err, ERR_INTERNAL, "template '%s' has an unknown section",
                           template_name);
        rest = close + 2;
    }
    text_append(page, rest != NULL ? rest : "");
    return text_ok(page, err);
}

ErrCode report_page_fill(const char *template_name, const ReportSection *sections, size_t n,
                         void *report, Text *page, Err *err)
{
    const char *const files[] = {"page_head.html", template_name, "page_tail.html"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        TRY(fill(files[i], sections, n, report, page, err));
fail:
    return err->code;
}
