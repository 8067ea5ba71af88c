/* harness/cli/progress_view.c: rows of the same width, whatever there is room for. */
#include "harness/cli/progress_view.h"

#include <inttypes.h>
#include <math.h>

enum { GAP = 2, LEAST_NAME = 12, MOST_NAME = 40, LEAST_BAR = 8, MOST_BAR = 42, PERCENT = 100 };

#define BAR_COLOR "\033[32m"
#define PLAIN "\033[0m"

/* The facts of a row, in their order; the last goes first where there is no room. */
enum { N_FACTS = 4, FACT_EPOCH = 0, FACT_VAL, FACT_LOSS, FACT_SPEED };
static const int order[N_FACTS] = {FACT_EPOCH, FACT_LOSS, FACT_VAL, FACT_SPEED};

typedef struct Row {
    Text seed; /* " s1" */
    Text facts[N_FACTS];
} Row;

/* "[####----]", `width` in all. */
static void append_bar(double share, size_t width, bool has_color, Text *out)
{
    const double whole = share > 0 ? (share < 1 ? share : 1) : 0;
    const size_t n = width - 2, n_full = (size_t)(whole * (double)n);
    text_append_char(out, '[');
    if (has_color)
        text_append(out, BAR_COLOR);
    text_repeat(out, '#', n_full);
    if (has_color)
        text_append(out, PLAIN);
    text_repeat(out, '-', n - n_full);
    text_append_char(out, ']');
}

/* At most `width` characters; what is cut ends with "..". */
static void append_cut(Text *out, const char *string, size_t width)
{
    Text visible = {0};
    text_append_visible(&visible, string);
    const char *all = text_string(&visible);
    if (text_width(all) <= width) {
        text_append(out, all);
    } else {
        size_t n = 0;
        for (size_t n_chars = 0; n_chars + GAP < width; n_chars++)
            do
                n++;
            while (((unsigned char)all[n] & 0xC0) == 0x80);
        text_append_bytes(out, all, n);
        text_append(out, width > GAP ? ".." : "");
    }
    out->failed |= visible.failed;
    text_release(&visible);
}

static Row row_of(const ProgressTrial *trial)
{
    Row row = {0};
    char number[TEXT_NUMBER_BYTES];
    text_printf(&row.seed, " s%" PRId64, trial->seed);
    text_printf(&row.facts[FACT_EPOCH], "epoch %" PRId64 "/%" PRId64, trial->epoch, trial->epochs);
    if (!isnan(trial->train_loss))
        text_printf(&row.facts[FACT_LOSS], "loss %s", text_digits(number, trial->train_loss));
    if (!isnan(trial->val_top1))
        text_printf(&row.facts[FACT_VAL], "val %.2f %%", trial->val_top1);
    if (isfinite(trial->images_per_second))
        text_printf(&row.facts[FACT_SPEED], "%.0f img/s", trial->images_per_second);
    return row;
}

static void release(Row *row)
{
    text_release(&row->seed);
    for (int i = 0; i < N_FACTS; i++)
        text_release(&row->facts[i]);
}

/* Columns of each fact, as wide as an ordinary one, so that rows stay put while numbers change. */
static void widths_of(const Row *row, size_t widths[N_FACTS])
{
    static const size_t usual[N_FACTS] = {sizeof "epoch 9/10" - 1, sizeof "val 99.99 %" - 1,
                                          sizeof "loss 2.303" - 1, sizeof "9999 img/s" - 1};
    for (int i = 0; i < N_FACTS; i++) {
        const size_t own = text_width(text_string(&row->facts[i]));
        widths[i] = own > usual[i] ? own : usual[i];
    }
}

static void append_padded(Text *out, const char *string, size_t width)
{
    const size_t own = text_width(string);
    text_append(out, string);
    text_repeat(out, ' ', width > own ? width - own : 0);
}

static size_t room_beside(const size_t widths[N_FACTS], int n_facts, size_t columns)
{
    size_t used = 0;
    for (int i = 0; i < n_facts; i++)
        used += widths[i] + GAP;
    return columns > used ? columns - used : 0;
}

void progress_view_trial(const ProgressTrial *trial, size_t columns, bool has_color, Text *out)
{
    Row row = row_of(trial);
    size_t widths[N_FACTS];
    int n_facts = N_FACTS;
    widths_of(&row, widths);
    while (n_facts > 1 && room_beside(widths, n_facts, columns) < LEAST_NAME + GAP + LEAST_BAR)
        n_facts--;
    const size_t room = room_beside(widths, n_facts, columns);
    const bool has_bar = room >= LEAST_NAME + GAP + LEAST_BAR;
    const size_t both = has_bar ? room - GAP : room;
    size_t name = has_bar ? both - LEAST_BAR : both;
    name = name > both / 2 + LEAST_BAR && has_bar ? both / 2 + LEAST_BAR : name;
    name = name > MOST_NAME ? MOST_NAME : name;
    Text cut = {0};
    append_cut(&cut, trial->label, name > row.seed.n_bytes ? name - row.seed.n_bytes : 0);
    append_cut(&cut, text_string(&row.seed), name);
    append_padded(out, text_string(&cut), name);
    for (int i = 0; i < N_FACTS; i++) {
        if (order[i] >= n_facts)
            continue;
        text_repeat(out, ' ', GAP);
        append_padded(out, text_string(&row.facts[order[i]]), widths[order[i]]);
    }
    if (has_bar) {
        text_repeat(out, ' ', GAP);
        append_bar(trial->share, both - name < MOST_BAR ? both - name : MOST_BAR, has_color, out);
    }
    text_append_char(out, '\n');
    out->failed |= cut.failed;
    text_release(&cut);
    release(&row);
}

static void append_whole(const RunProgress *p, size_t columns, bool has_color, Text *out)
{
    char number[TEXT_NUMBER_BYTES];
    Text facts = {0};
    text_printf(&facts, "%3.0f %%  %zu of %zu trials, %zu running", PERCENT * p->share,
                p->n_done + p->n_diverged + p->n_failed, p->n_trials, p->n_running);
    if (p->n_diverged)
        text_printf(&facts, ", %zu diverged", p->n_diverged);
    if (p->n_failed)
        text_printf(&facts, ", %zu failed", p->n_failed);
    if (!isnan(p->elapsed_s))
        text_printf(&facts, ", %s gone", text_duration(number, p->elapsed_s));
    if (!isnan(p->eta_s))
        text_printf(&facts, ", %s left", text_duration(number, p->eta_s));
    const size_t width = text_width(text_string(&facts));
    const size_t room = columns > width + 1 ? columns - width - 1 : 0;
    if (room >= LEAST_BAR) {
        append_bar(p->share, room < MOST_BAR ? room : MOST_BAR, has_color, out);
        text_append_char(out, ' ');
    }
    append_cut(out, text_string(&facts), columns);
    text_append_char(out, '\n');
    out->failed |= facts.failed;
    text_release(&facts);
}

void progress_view(const RunProgress *progress, size_t columns, size_t rows, bool has_color,
                   Text *out)
{
    size_t n = progress->n_shown;
    if (n + 1 > rows)
        n = rows > 2 ? rows - 2 : 0;
    for (size_t i = 0; i < n; i++)
        progress_view_trial(&progress->running[i], columns, has_color, out);
    if (n < progress->n_shown && rows > 1)
        text_printf(out, "and %zu more\n", progress->n_shown - n);
    append_whole(progress, columns, has_color, out);
}
