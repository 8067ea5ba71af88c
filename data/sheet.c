/* The sheet is laid out in memory, then written. */
#include "data/sheet.h"

#include "data/pngfile.h"

#include "base/arena.h"

#include <assert.h>
#include <string.h>

enum { GAP = 2, PAPER = 255, WHITE = 255 };

typedef struct Sheet {
    const ImageSet *images;
    const DataStats *stats;
    SheetSettings settings;
    int side; /* of one image */
    DataSize size;
    uint8_t *rgb;     /* [size.height][size.width][3] */
    uint32_t *filled; /* [rows] images placed in each */
    float *x;         /* [side][side][3] */
    void *scratch;
} Sheet;

static int row_count(const Sheet *sheet)
{
    const int n_classes = imageset_n_classes(sheet->images);
    return n_classes < SHEET_MAX_ROWS ? n_classes : SHEET_MAX_ROWS;
}

/* The same carving measures and hands out. */
static void carve(Sheet *sheet, Arena *arena)
{
    const size_t side = (size_t)sheet->side;
    const DataSize source = imageset_max_size(sheet->images, PART_TRAIN);
    sheet->rgb =
        arena_alloc(arena, (size_t)sheet->size.height, (size_t)sheet->size.width * DATA_CHANNELS);
    sheet->filled = arena_alloc(arena, (size_t)row_count(sheet), sizeof *sheet->filled);
    sheet->x = arena_alloc(arena, side * side * DATA_CHANNELS, sizeof *sheet->x);
    sheet->scratch =
        arena_alloc(arena, augment_scratch_bytes(sheet->settings.augment, sheet->side, source), 1);
}

static ErrCode measure(Sheet *sheet, Err *err)
{
    if (sheet->settings.augment & AUGMENT_MIXUP)
        return err_set(err, ERR_USAGE, "a sheet cannot show 'mixup', which is made in batches");
    const int64_t tile = (int64_t)sheet->side + GAP;
    const int64_t height = tile * row_count(sheet) + GAP;
    const int64_t width = tile * sheet->settings.columns + GAP;
    if (height * width > DATA_MAX_PIXELS)
        return err_set(
            err, ERR_USAGE,
            "a sheet of %lld x %lld pixels is too large, at most %d in all; ask for fewer "
            "columns or a lower resolution",
            (long long)width, (long long)height, DATA_MAX_PIXELS);
    sheet->size = (DataSize){(int)height, (int)width};
    return ERR_NONE;
}

static uint8_t to_level(float value, float mean, float std)
{
    const float level = (value * std + mean) * (float)WHITE + 0.5f;
    return level <= 0.0f ? 0 : level >= (float)WHITE ? WHITE : (uint8_t)level;
}

static void place(Sheet *sheet, const ImageView *view, int row, int column)
{
    const DataStats *stats = sheet->stats;
    const size_t tile = (size_t)sheet->side + GAP, side = (size_t)sheet->side;
    augment_image(sheet->x, view, sheet->side, sheet->settings.augment, sheet->settings.key, stats,
                  sheet->scratch);
    const float *x = sheet->x;
    for (size_t y = 0; y < side; y++) {
        const size_t top = (size_t)row * tile + GAP + y, left = (size_t)column * tile + GAP;
        uint8_t *out = sheet->rgb + (top * (size_t)sheet->size.width + left) * DATA_CHANNELS;
        for (size_t i = 0; i < side * DATA_CHANNELS; i++) {
            const size_t c = i % DATA_CHANNELS;
            out[i] = to_level(*x++, stats->mean[c], stats->std[c]);
        }
    }
}

static void lay_out(Sheet *sheet)
{
    const int rows = row_count(sheet);
    memset(sheet->rgb, PAPER,
           (size_t)sheet->size.height * (size_t)sheet->size.width * DATA_CHANNELS);
    memset(sheet->filled, 0, (size_t)rows * sizeof *sheet->filled);
    for (uint32_t i = 0; i < imageset_count(sheet->images, PART_TRAIN); i++) {
        const ImageView view = imageset_view(sheet->images, PART_TRAIN, i);
        if (view.label >= rows || sheet->filled[view.label] >= (uint32_t)sheet->settings.columns)
            continue;
        place(sheet, &view, view.label, (int)sheet->filled[view.label]++);
    }
}

ErrCode sheet_write(const char *path, const ImageSet *images, const DataStats *stats,
                    const SheetSettings *settings, Err *err)
{
    assert(settings->columns >= 1);
    Sheet sheet = {images, stats, *settings, .side = imageset_resolution(images)};
    Arena arena = {0};
    TRY(measure(&sheet, err));
    Arena measuring = arena_measuring();
    carve(&sheet, &measuring);
    TRY(arena_reserve(&arena, arena_bytes(&measuring), err));
    carve(&sheet, &arena);
    TRY(arena_ok(&arena, err));
    lay_out(&sheet);
    TRY(pngfile_write(path, sheet.rgb, sheet.size, err));
fail:
    arena_release(&arena);
    return err->code;
}
