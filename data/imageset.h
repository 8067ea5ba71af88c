/*
 * The images of one study at one resolution: uint8, read-only, in one mapped cache file.
 *
 * Decoding, rendering and resizing happen once. The file is named by the digest of data, subsets,
 * resolution and crop, is written beside its place and renamed, is checked on opening (magic,
 * sizes, digests of table and footer, and of the pixels up to 1 GiB), and is shared by all
 * processes that map it. A damaged or foreign file of that name is written anew, and the report
 * says so.
 *
 * It lies in the folder of data/cachefolder.h, `fallback_dir` being its last resort.
 */
#ifndef DATA_IMAGESET_H
#define DATA_IMAGESET_H

#include "data/imagesettings.h"
#include "data/split.h"

/* What opening did. */
typedef struct ImageSetReport {
    bool was_built;    /* false: found in the cache */
    bool was_damaged;  /* a file of that name was there, but not usable */
    double seconds;    /* of building */
    uint32_t n_images; /* built */
    uint64_t file_bytes;
    char path[4096];
} ImageSetReport;

/* One image: rgb[height][width][3]. */
typedef struct ImageView {
    const uint8_t *rgb;
    int height;
    int width;
    int label;
    uint32_t index; /* in its split of the source: what randomness is keyed by */
} ImageView;

typedef struct ImageSet ImageSet;

/*
 * Maps the set's file, building it first if it is not there. Two processes that build at once write
 * the same bytes; the last rename wins. Errors: ERR_DATA, ERR_IO (with path, errno), ERR_MEMORY,
 * ERR_INTERRUPTED (progress said so; nothing is left behind), ERR_USAGE (a crop of a rendered set).
 */
ErrCode imageset_open(ImageSet **out, const Dataset *data, const Split *split,
                      const ImageSetSettings *wanted, ImageSetReport *report, Err *err) ERR_CHECKED;

uint32_t imageset_count(const ImageSet *set, DataPart part);
int imageset_resolution(const ImageSet *set);
/* Of all that decides its pixels, labels and their order: what further caches go by. */
const char *imageset_digest(const ImageSet *set);
int imageset_n_classes(const ImageSet *set);
/* Largest height and largest width among a part's images. */
DataSize imageset_max_size(const ImageSet *set, DataPart part);

ImageView imageset_view(const ImageSet *set, DataPart part, uint32_t position);

void imageset_close(ImageSet **set);

#endif
