/* Maps of conv: where pixels, windows and their pieces lie. */
#include "kernels/conv/conv.h"

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* --- maps --- */

ConvMap conv_input_map(const ConvShape *shape, long ld)
{
    const ConvShape *s = shape;
    return (ConvMap){
        .H = s->H,
        .W = s->W,
        .top = s->pad_top,
        .left = s->pad_left,
        .spacing = 1,
        .height = larger(s->pad_top + s->H, (s->OH - 1) * s->stride + s->k),
        .width = larger(s->pad_left + s->W, (s->OW - 1) * s->stride + s->k),
        .ld = ld,
    };
}

/* Window (y, x) holds the outputs that input pixel (y, x) went into: the last tap comes first. */
ConvMap conv_gradient_map(const ConvShape *shape, long ld)
{
    const ConvShape *s = shape;
    const int top = s->k - 1 - s->pad_top, left = s->k - 1 - s->pad_left;
    return (ConvMap){
        .H = s->OH,
        .W = s->OW,
        .top = top,
        .left = left,
        .spacing = s->stride,
        .height = larger(s->H - 1 + s->k, top + (s->OH - 1) * s->stride + 1),
        .width = larger(s->W - 1 + s->k, left + (s->OW - 1) * s->stride + 1),
        .ld = ld,
    };
}

ConvMap conv_plain_map(int H, int W, long ld)
{
    return (ConvMap){.H = H, .W = W, .spacing = 1, .height = H, .width = W, .ld = ld};
}

bool conv_map_is_plain(const ConvMap *map)
{
    return map->height == map->H && map->width == map->W;
}

long conv_map_floats(const ConvMap *map)
{
    return (long)map->height * map->width * map->ld;
}

long conv_map_pixel(const ConvMap *map, int y, int x)
{
    const long row = map->top + (long)y * map->spacing, column = map->left + (long)x * map->spacing;
    return (row * map->width + column) * map->ld;
}

/* --- rows and pieces --- */

static void list_rows(const ConvMap *map, int n, int side_y, int side_x, int step, long first,
                      long *rows)
{
    for (int i = 0; i < n; i++)
        for (int y = 0; y < side_y; y++)
            for (int x = 0; x < side_x; x++)
                *rows++ =
                    i * conv_map_floats(map) + first + ((long)y * map->width + x) * step * map->ld;
}

void conv_map_pixels(const ConvMap *map, int n, long *rows)
{
    list_rows(map, n, map->H, map->W, map->spacing, conv_map_pixel(map, 0, 0), rows);
}

void conv_map_windows(const ConvMap *map, int n, int side_y, int side_x, int step, long *rows)
{
    list_rows(map, n, side_y, side_x, step, 0, rows);
}

int conv_input_pieces(const ConvShape *shape, const ConvMap *map, long *starts)
{
    const int k = shape->k;
    const bool are_joined = map->ld == shape->C; /* the pixels of a row of taps, without a gap */
    for (int kh = 0; kh < k; kh++)
        for (int kw = 0; kw < (are_joined ? 1 : k); kw++)
            *starts++ = ((long)kh * map->width + kw) * map->ld;
    return are_joined ? k * shape->C : shape->C;
}

int conv_gradient_pieces(const ConvShape *shape, const ConvMap *map, long *starts)
{
    const int last = shape->k - 1;
    for (int kh = 0; kh <= last; kh++)
        for (int kw = 0; kw <= last; kw++)
            *starts++ = ((long)(last - kh) * map->width + last - kw) * map->ld;
    return shape->OC;
}
