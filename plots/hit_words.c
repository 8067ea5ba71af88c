/* plots/hit_words.c: one table says which columns are told, and how. */
#include "plots/hit_words.h"

#include "base/text.h"

#include <string.h>

typedef enum Kind {
    TELL_TEXT,   /* as it is */
    TELL_POINTS, /* percent and points: two decimals */
    TELL_SIGNED, /* the same with a sign */
    TELL_DIGITS, /* four digits */
    TELL_ROUGH,  /* two digits */
    TELL_MACS,   /* 24.10 M */
} Kind;

/* Columns that are told, with what stands around them. */
static const struct {
    const char *column, *before, *after;
    Kind kind;
} told[] = {
    {"panel_name", "", "", TELL_TEXT},
    {"trial", ", trial ", "", TELL_TEXT},
    {"seed", ", seed ", "", TELL_TEXT},
    {"name", ", ", "", TELL_TEXT},
    {"label", ", ", "", TELL_TEXT},
    {"depth", ", depth ", "", TELL_DIGITS},
    {"width", ", width ", "", TELL_DIGITS},
    {"resolution", ", resolution ", "", TELL_DIGITS},
    {"macs", ", ", " MACs", TELL_MACS},
    {"total", ", training ", " MACs", TELL_MACS},
    {"epoch", ", epoch ", "", TELL_TEXT},
    {"spent", ", spent ", "", TELL_DIGITS},
    {"score", ", objective ", " %", TELL_POINTS},
    {"top1", ", top-1 ", " %", TELL_POINTS},
    {"test_top1", ", top-1 ", " %", TELL_POINTS},
    {"mean", ", mean top-1 ", " %", TELL_POINTS},
    {"loss", ", loss ", "", TELL_DIGITS},
    {"half", " ± ", " (90 %)", TELL_ROUGH},
    {"sd", ", deviation of seeds ", "", TELL_POINTS},
    {"residual", ", residual ", " points", TELL_SIGNED},
    {"seeds", ", seeds ", "", TELL_TEXT},
    {"effect", ", detectable ", " points", TELL_POINTS},
    {"n", ", n = ", "", TELL_TEXT},
};

static const char *cell(const FigureBlock *block, size_t row, const char *column)
{
    const StoreTable *t = &block->table;
    for (size_t c = 0; c < t->n_columns; c++)
        if (strcmp(t->names[c], column) == 0)
            return t->cells[row * t->n_columns + c];
    return NULL;
}

/* Cells count in the figure's unit, or are plain and then beyond its axis. */
static void tell_macs(const FigureData *data, double value, Text *out)
{
    char number[TEXT_NUMBER_BYTES];
    double axis = 0.0;
    const double unit = strcmp(figure_data_text(data, "unit"), "billions") == 0 ? 1e9 : 1e6;
    const bool is_in_unit =
        text_to_double(figure_data_text(data, "x_high"), &axis) && value <= axis;
    text_append(out, text_human(number, is_in_unit ? value * unit : value));
}

static void tell(const FigureData *data, size_t i, const char *text, Text *out)
{
    double value = 0.0;
    if (told[i].kind != TELL_TEXT && !text_to_double(text, &value))
        return;
    text_append(out, told[i].before);
    switch (told[i].kind) {
    case TELL_TEXT:
        text_append(out, text);
        break;
    case TELL_POINTS:
        text_printf(out, "%.2f", value);
        break;
    case TELL_SIGNED:
        text_printf(out, "%+.2f", value);
        break;
    case TELL_DIGITS:
        text_printf(out, "%.4g", value);
        break;
    case TELL_ROUGH:
        text_printf(out, "%.2g", value);
        break;
    case TELL_MACS:
        tell_macs(data, value, out);
        break;
    }
    text_append(out, told[i].after);
}

/* "seed 3" is not told twice where that is the group's name. */
static bool is_series(size_t i, const char *text, const char *series)
{
    const char *before = told[i].before + strspn(told[i].before, ", ");
    const size_t n = strlen(before);
    return strncmp(series, before, n) == 0 && strcmp(series + n, text) == 0;
}

const char *hit_words(const FigureData *data, const FigureBlock *block, size_t row, Arena *arena)
{
    Text out = {0};
    const char *series = cell(block, row, "series");
    /* A line of a panel has a number for its name. */
    if (cell(block, row, "panel_name") == NULL)
        text_append(&out, series);
    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        const char *text = cell(block, row, told[i].column);
        if (text != NULL && *text != '\0' && !is_series(i, text, series))
            tell(data, i, text, &out);
    }
    const char *copy = arena_text(arena, text_string(&out));
    arena->failed |= out.failed;
    text_release(&out);
    return copy;
}

const char *hit_words_trials(const FigureBlock *block, size_t row)
{
    const char *trials = cell(block, row, "trials"), *trial = cell(block, row, "trial");
    return trials != NULL ? trials : trial != NULL ? trial : "";
}
