/* results/figure_names.c: the one list of figures. */
#include "results/figure_names.h"

#include <string.h>

const char *const figure_names[] = {"ternary", "search",    "frontier", "grid", "fig1",   "fig3",
                                    "fig4",    "fig5",      "fig6",     "fig8", "family", "sizes",
                                    "curves",  "residuals", "power",    NULL};

/* Those that show all parts of a study, or all of its families. */
static const char *const whole[] = {"curves", "residuals", "power", "fig1", "fig5"};

bool figure_names_has(const char *name)
{
    for (size_t i = 0; figure_names[i] != NULL; i++)
        if (strcmp(figure_names[i], name) == 0)
            return true;
    return false;
}

bool figure_names_is_whole(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(whole); i++)
        if (strcmp(whole[i], name) == 0)
            return true;
    return false;
}

void figure_names_complain(const char *wrong, Text *out)
{
    const char *near = text_nearest(wrong, figure_names, ARRAY_LEN(figure_names) - 1);
    text_printf(out, "there is no figure '%s'", wrong);
    if (near != NULL) {
        text_printf(out, ", did you mean '%s'?", near);
        return;
    }
    for (size_t i = 0; figure_names[i] != NULL; i++)
        text_printf(out, "%s%s", i ? ", " : ": they are ", figure_names[i]);
}
