/* plots/figure_hits.c: elements of gnuplot's SVG and groups of rows, side by side. */
#include "plots/figure_hits.h"

#include "plots/figure_script.h"
#include "plots/hit_words.h"

#include <stdio.h>
#include <string.h>

enum { MAX_LISTED = 12, LEAST_RADIUS = 6 };

#define AROUND 2.5 /* pixels around a mark that are still its own */

static const char element_start[] = "<g id=\"gnuplot_plot_",
                  mark_start[] = "<use xlink:href='#gpPt";

/* A block as the head line lists it. */
typedef struct Listed {
    const FigureBlock *block;
    bool is_whole, is_pointed_at;
} Listed;

/* The rows of the next element. */
typedef struct Rows {
    const Listed *of; /* NULL: there are no more */
    size_t begin, end;
} Rows;

/* Goes through a picture and its rows. */
typedef struct Walk {
    const FigureData *data;
    Arena *arena;
    Listed listed[MAX_LISTED];
    size_t next[MAX_LISTED]; /* row of each */
    size_t n_listed, at;
    bool in_turn;
    FigureHit *hits;
    size_t n_hits;
} Walk;

/* --- rows --- */

static void list_blocks(Walk *walk, const char *words)
{
    char name[32];
    while (*words != '\0' && walk->n_listed < MAX_LISTED) {
        const size_t n = strcspn(words, " ");
        const bool is_shown = words[0] != '-', is_whole = words[n - 1] == '*';
        snprintf(name, sizeof name, "%.*s", (int)(n - !is_shown - is_whole), words + !is_shown);
        const FigureBlock *block = figure_data_block(walk->data, name);
        if (block != NULL)
            walk->listed[walk->n_listed++] = (Listed){block, is_whole, is_shown};
        words += n + strspn(words + n, " ");
    }
}

static Rows take_rows(Walk *walk, size_t i)
{
    const Listed *of = &walk->listed[i];
    const StoreTable *t = &of->block->table;
    Rows rows = {of, walk->next[i], walk->next[i]};
    while (rows.end < t->n_rows &&
           (of->is_whole || rows.end == rows.begin || !figure_data_begins_group(t, rows.end)))
        rows.end++;
    walk->next[i] = rows.end;
    return rows;
}

static Rows next_rows(Walk *walk)
{
    for (size_t tried = 0; tried <= walk->n_listed && walk->n_listed > 0; tried++) {
        const size_t i = walk->at % walk->n_listed;
        const bool is_left = walk->next[i] < walk->listed[i].block->table.n_rows;
        walk->at += walk->in_turn || !is_left;
        if (is_left)
            return take_rows(walk, i);
    }
    return (Rows){0};
}

/* --- marks --- */

/* Reads the mark that begins at `at`; false: it is the background's, or a definition of one. */
static bool read_mark(const char *at, FigureHit *hit)
{
    static const char place[] = " transform='translate(", back[] = "' color='#FFFFFF'";
    const char *end = strchr(at, '>');
    const char *found = strstr(at, place);
    double x = 0, y = 0, scale = 0;
    int n_read = 0;
    if (end == NULL || found == NULL || found > end ||
        sscanf(found + strlen(place), "%lf,%lf) scale(%lf)%n", &x, &y, &scale, &n_read) != 3)
        return false;
    const double radius = scale + AROUND;
    *hit = (FigureHit){.x = x, .y = y, .radius = radius > LEAST_RADIUS ? radius : LEAST_RADIUS};
    return strncmp(found + strlen(place) + n_read, back, strlen(back)) != 0;
}

static size_t count_marks(const char *at, const char *end)
{
    FigureHit hit;
    size_t n = 0;
    while ((at = strstr(at, mark_start)) != NULL && at < end) {
        n += read_mark(at, &hit);
        at++;
    }
    return n;
}

/* Marks of the element from `at` to `end` are those of the rows; a key's sample comes behind them.
 */
static void point_at(Walk *walk, const Rows *rows, const char *at)
{
    for (size_t r = rows->begin; rows->of->is_pointed_at && r < rows->end; at++) {
        FigureHit hit;
        at = strstr(at, mark_start);
        if (!read_mark(at, &hit))
            continue;
        hit.words = hit_words(walk->data, rows->of->block, r, walk->arena);
        hit.trials = hit_words_trials(rows->of->block, r);
        r++;
        FigureHit *hits = arena_add_item(walk->arena, walk->hits, &walk->n_hits, sizeof *hits);
        if (hits == NULL)
            return;
        walk->hits = hits;
        walk->hits[walk->n_hits - 1] = hit;
    }
}

/* One element; false: it has not as many marks as its rows are. */
static bool take_element(Walk *walk, const char *at, const char *end)
{
    const size_t n_marks = count_marks(at, end);
    if (n_marks == 0)
        return true;
    const Rows rows = next_rows(walk);
    const size_t n_rows = rows.end - rows.begin;
    if (rows.of == NULL || (n_marks != n_rows && n_marks != n_rows + 1))
        return false;
    point_at(walk, &rows, at);
    return true;
}

FigureHits figure_hits_find(const char *svg, const char *body, const FigureData *data, Arena *arena)
{
    FigureHits found = {0};
    Walk walk = {.data = data, .arena = arena};
    const char *words = figure_script_head(body, "points", arena);
    const char *in_turn = figure_script_head(body, "points in turn", arena);
    const char *size = strstr(svg, "viewBox=\"0 0 ");
    walk.in_turn = *in_turn != '\0';
    list_blocks(&walk, walk.in_turn ? in_turn : words);
    if (size == NULL || sscanf(size, "viewBox=\"0 0 %lf %lf\"", &found.width, &found.height) != 2)
        return (FigureHits){0};
    for (const char *at = strstr(svg, element_start); at != NULL;) {
        const char *next = strstr(at + 1, element_start);
        if (!take_element(&walk, at, next != NULL ? next : at + strlen(at)))
            return found;
        at = next;
    }
    if (next_rows(&walk).of != NULL)
        return found;
    found.n = walk.n_hits < FIGURE_MOST_HITS ? walk.n_hits : FIGURE_MOST_HITS;
    found.items = walk.n_hits > 0 ? walk.hits + (walk.n_hits - found.n) : NULL;
    return found;
}
