/* tests/data/folderfixture.c: pictures of one colour, in a folder of the test's own. */
#include "tests/data/folderfixture.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/sys.h"
#include "data/imageset.h"

#include <png.h>
#include <string.h>

/* A PNG of one colour, w x h. */
void folderfixture_png(const char *name, int w, int h, uint8_t grey)
{
    uint8_t pixels[64 * 64], file[1 << 14];
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)w,
                       .height = (png_uint_32)h,
                       .format = PNG_FORMAT_GRAY};
    png_alloc_size_t n = sizeof file;
    memset(pixels, grey, sizeof pixels);
    assert_true(png_image_write_to_memory(&image, file, &n, 0, pixels, 0, NULL));
    fixture_write(name, file, n);
}

/* Other contents of the same size. */
void folderfixture_flip(const char *name)
{
    Err err = {0};
    char *bytes;
    size_t n_bytes;
    assert_ok(file_read(fixture_path(name), 1 << 14, &bytes, &n_bytes, &err), &err);
    bytes[n_bytes - 1] ^= 1;
    fixture_write(name, bytes, n_bytes);
    mem_free(bytes);
}

void folderfixture_make(void)
{
    Err err = {0};
    assert_ok(dir_remove_tree(NULL, fixture_path("set"), &err), &err);
    folderfixture_png("set/train/b/2.png", 20, 30, 1);
    folderfixture_png("set/train/b/10.PNG", 20, 30, 2);
    folderfixture_png("set/train/a/x.png", 9, 9, 3);
    folderfixture_png("set/train/a/y.png", 40, 10, 4);
    folderfixture_png("set/val/b/t.png", 16, 16, 5);
    folderfixture_png("set/val/a/u.png", 16, 16, 6);
    fixture_write("set/train/a/.hidden.png", "x", 1);
    fixture_write("set/train/a/notes.txt", "x", 1);
    fixture_write("set/train/readme", "x", 1);
}

ErrCode folderfixture_open(Dataset **data, BadImage bad_image, int threads, Err *err)
{
    const DatasetSettings settings = {.name = "pictures",
                                      .path = fixture_path("set"),
                                      .bad_image = bad_image,
                                      .threads = threads};
    *err = (Err){0};
    return dataset_open(data, &settings, err);
}

/* The set under other settings; `settings` gets name, path and threads. */
ErrCode folderfixture_open_with(Dataset **data, DatasetSettings settings, Err *err)
{
    settings.name = "pictures";
    settings.path = fixture_path("set");
    settings.threads = 1;
    *err = (Err){0};
    return dataset_open(data, &settings, err);
}

/* True if a note contains both texts. */
bool folderfixture_has_note(const Dataset *data, const char *text, const char *also)
{
    for (uint32_t i = 0; i < dataset_n_notes(data); i++) {
        if (strstr(dataset_note(data, i), text) != NULL &&
            strstr(dataset_note(data, i), also) != NULL)
            return true;
    }
    return false;
}

ErrCode folderfixture_build(const Dataset *data, int threads, Err *err)
{
    Split split;
    ImageSet *set = NULL;
    ImageSetReport report;
    const SplitSizes sizes = {{SPLIT_DEFAULT, 1, SPLIT_DEFAULT}};
    const ImageSetSettings settings = {.resolution = 8, .threads = threads};
    *err = (Err){0};
    TRY(split_init(&split, data, &sizes, err));
    TRY(imageset_open(&set, data, &split, &settings, &report, err));
fail:
    imageset_close(&set);
    split_release(&split);
    return err->code;
}
