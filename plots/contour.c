/* plots/contour.c: directed pieces of outline, one or none a small triangle, joined end to end. */
#include "plots/contour.h"

#include <string.h>

enum {
    N_NODES = (CONTOUR_STEPS + 1) * (CONTOUR_STEPS + 2) / 2,
    MAX_PIECES = CONTOUR_STEPS * (CONTOUR_STEPS + 3), /* small triangles, border edges */
};

/* An end of a piece lies on an edge between two nodes, or is a node (both the same). */
typedef struct End {
    int low, high; /* low <= high */
    Shares at;
} End;

typedef struct Piece {
    End from, to;
    bool is_border, is_used;
} Piece;

typedef struct Tracer {
    double heights[N_NODES];
    Shares nodes[N_NODES];
    double level;
    Piece *pieces; /* [n_pieces] */
    int n_pieces;
} Tracer;

/* --- nodes --- */

/* Row by row: depth falls from 1 by rows, within a row resolution rises. */
static int node(int row, int column)
{
    return row * (row + 1) / 2 + column;
}

static void fill_nodes(Tracer *t, ContourHeight height, const void *surface)
{
    for (int row = 0; row <= CONTOUR_STEPS; row++)
        for (int c = 0; c <= row; c++) {
            const int at = node(row, c);
            t->nodes[at] = (Shares){{(double)(CONTOUR_STEPS - row) / CONTOUR_STEPS,
                                     (double)(row - c) / CONTOUR_STEPS, (double)c / CONTOUR_STEPS}};
            t->heights[at] = height(surface, &t->nodes[at]);
        }
}

static bool is_inside(const Tracer *t, int at)
{
    return t->heights[at] >= t->level;
}

/* Both on one edge of the whole triangle. */
static bool is_border(const Tracer *t, int a, int b)
{
    for (int k = 0; k < 3; k++)
        if (t->nodes[a].x[k] <= 0.0 && t->nodes[b].x[k] <= 0.0)
            return true;
    return false;
}

/* --- pieces --- */

static End end_at(const Tracer *t, int at)
{
    return (End){at, at, t->nodes[at]};
}

/* Where the surface crosses the level between two nodes on different sides. */
static End end_between(const Tracer *t, int a, int b)
{
    const int low = a < b ? a : b, high = a < b ? b : a;
    const double part = (t->level - t->heights[low]) / (t->heights[high] - t->heights[low]);
    End end = {.low = low, .high = high};
    for (int k = 0; k < 3; k++)
        end.at.x[k] = t->nodes[low].x[k] + part * (t->nodes[high].x[k] - t->nodes[low].x[k]);
    return end;
}

static void add_piece(Tracer *t, End from, End to, bool is_border_piece)
{
    t->pieces[t->n_pieces++] = (Piece){.from = from, .to = to, .is_border = is_border_piece};
}

static void add_border(Tracer *t, int a, int b)
{
    const bool first = is_inside(t, a), second = is_inside(t, b);
    if (first || second)
        add_piece(t, first ? end_at(t, a) : end_between(t, a, b),
                  second ? end_at(t, b) : end_between(t, a, b), true);
}

/* Nodes counterclockwise: from where the outline leaves the triangle's part above to where it comes
 * back. */
static void add_triangle(Tracer *t, const int nodes[3])
{
    int leaves = -1, enters = -1;
    for (int k = 0; k < 3; k++) {
        const int a = nodes[k], b = nodes[(k + 1) % 3];
        if (is_inside(t, a) && !is_inside(t, b))
            leaves = k;
        if (!is_inside(t, a) && is_inside(t, b))
            enters = k;
        if (is_border(t, a, b))
            add_border(t, a, b);
    }
    if (leaves >= 0)
        add_piece(t, end_between(t, nodes[leaves], nodes[(leaves + 1) % 3]),
                  end_between(t, nodes[enters], nodes[(enters + 1) % 3]), false);
}

static void fill_pieces(Tracer *t)
{
    for (int row = 0; row < CONTOUR_STEPS; row++)
        for (int c = 0; c <= row; c++) {
            const int up[] = {node(row, c), node(row + 1, c), node(row + 1, c + 1)};
            const int down[] = {node(row, c), node(row + 1, c + 1), node(row, c + 1)};
            add_triangle(t, up);
            if (c < row)
                add_triangle(t, down);
        }
}

/* --- outlines --- */

static bool is_joined(const Piece *before, const Piece *after)
{
    return before->to.low == after->from.low && before->to.high == after->from.high;
}

static Piece *find_next(Tracer *t, const Piece *piece)
{
    for (int i = 0; i < t->n_pieces; i++)
        if (!t->pieces[i].is_used && is_joined(piece, &t->pieces[i]))
            return &t->pieces[i];
    return NULL;
}

/* Twice the area, by shares of width and resolution, whose axes turn as the picture's do. */
static double area(const ContourLoop *loop)
{
    double sum = 0.0;
    for (int i = 0; i < loop->n; i++) {
        const double *a = loop->points[i].at.x, *b = loop->points[(i + 1) % loop->n].at.x;
        sum += a[1] * b[2] - a[2] * b[1];
    }
    return sum;
}

static ContourLoop walk(Tracer *t, Piece *first, ContourPoint *points)
{
    ContourLoop loop = {.points = points};
    for (Piece *piece = first; piece != NULL; piece = find_next(t, piece)) {
        piece->is_used = true;
        points[loop.n++] = (ContourPoint){piece->from.at, piece->is_border};
    }
    loop.is_hollow = area(&loop) < 0.0;
    return loop;
}

ErrCode contour_trace(Contour *out, ContourHeight height, const void *surface, double level,
                      Arena *arena, Err *err)
{
    Tracer *t = arena_zalloc(arena, 1, sizeof *t);
    *out = (Contour){0};
    TRY(arena_ok(arena, err));
    t->level = level;
    t->pieces = arena_alloc(arena, MAX_PIECES, sizeof *t->pieces);
    TRY(arena_ok(arena, err));
    fill_nodes(t, height, surface);
    fill_pieces(t);
    ContourPoint *points = arena_alloc(arena, (size_t)t->n_pieces, sizeof *points);
    TRY(arena_ok(arena, err));
    for (int i = 0, used = 0; i < t->n_pieces; i++) {
        if (t->pieces[i].is_used)
            continue;
        out->loops = arena_add_item(arena, out->loops, &out->n, sizeof *out->loops);
        TRY(arena_ok(arena, err));
        out->loops[out->n - 1] = walk(t, &t->pieces[i], points + used);
        used += out->loops[out->n - 1].n;
    }
fail:
    return err->code;
}
