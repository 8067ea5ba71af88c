/* plots/figure_style.c: lengths with units. */
#include "plots/figure_style.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { MAX_NUMBER = 32, N_UNIT = 2 };

static const struct {
    const char *name;
    double points;
} units[] = {{"in", 72.0}, {"cm", 72.0 / 2.54}, {"mm", 7.2 / 2.54}, {"pt", 1.0}, {"px", 0.75}};

/* Points of "3.3in"; 0 if it is no length. */
static double points_of(const char *text)
{
    char number[MAX_NUMBER];
    double value = 0.0;
    const size_t n = strlen(text);
    if (n <= N_UNIT || n - N_UNIT >= sizeof(number))
        return 0.0;
    snprintf(number, sizeof(number), "%.*s", (int)(n - N_UNIT), text);
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (strcmp(text + n - N_UNIT, units[i].name) == 0)
            return text_to_double(number, &value) ? value * units[i].points : 0.0;
    return 0.0;
}

static ErrCode read_length(const char *what, const char *text, double *points, Err *err)
{
    if (text == NULL)
        return ERR_NONE;
    const double value = points_of(text);
    if (!(value >= FIGURE_STYLE_MIN_POINTS && value <= FIGURE_STYLE_MAX_POINTS))
        return err_set(err, ERR_USAGE,
                       "%s '%s' is no length of 1 to 50 inches: a number and in, cm, mm, pt or px, "
                       "as in 3.3in",
                       what, text);
    *points = value;
    return ERR_NONE;
}

ErrCode figure_style_read(FigureStyle *style, const char *width, const char *height, Err *err)
{
    TRY(read_length("width", width, &style->width, err));
    TRY(read_length("height", height, &style->height, err));
    if (height != NULL && width == NULL)
        return err_set(err, ERR_USAGE, "a height needs a width: text is 8 pt where both are known");
fail:
    return err->code;
}
