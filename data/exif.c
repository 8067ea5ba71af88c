/*
 * The tag is looked for in a JPEG's APP1 segment, a PNG's eXIf and a WebP's EXIF chunk; all hold a
 * TIFF block.
 */
#include "data/exif.h"

#include "base/sys.h"

#include <string.h>

enum {
    EXIF_TRANSPOSED = 5, /* from here on height and width change places */
    EXIF_ORIENTATIONS = 8,
    EXIF_TAG_ORIENTATION = 0x0112,
    EXIF_TYPE_SHORT = 3,
    EXIF_ENTRY_BYTES = 12,
    JPEG_MARKER_APP1 = 0xE1,
    JPEG_MARKER_SCAN = 0xDA,
    PNG_MAGIC_BYTES = 8,
    PNG_CHUNK_BYTES = 12, /* of length, type and checksum */
    WEBP_HEADER_BYTES = 12,
    WEBP_CHUNK_BYTES = 8, /* of type and length; what follows is padded to an even number */
};

/* What stands before the TIFF block in a JPEG, and, by some writers, in a WebP. */
static const uint8_t exif_mark[] = {'E', 'x', 'i', 'f', 0, 0};

static uint32_t read_number(const uint8_t *p, int n, bool is_little)
{
    uint32_t value = 0;
    for (int i = 0; i < n; i++)
        value = value << 8 | p[is_little ? n - 1 - i : i];
    return value;
}

int exif_orientation_of(unsigned tag)
{
    return tag >= EXIF_UPRIGHT && tag <= EXIF_ORIENTATIONS ? (int)tag : EXIF_UPRIGHT;
}

/* Orientation in a TIFF block of n bytes, EXIF_UPRIGHT where there is none or it makes no sense. */
static int tiff_orientation(const uint8_t *tiff, size_t n)
{
    if (n < 8 || (memcmp(tiff, "II", 2) != 0 && memcmp(tiff, "MM", 2) != 0))
        return EXIF_UPRIGHT;
    const bool is_little = tiff[0] == 'I';
    const size_t first = read_number(tiff + 4, 4, is_little);
    if (first > n || n - first < 2)
        return EXIF_UPRIGHT;
    const uint32_t n_entries = read_number(tiff + first, 2, is_little);
    for (uint32_t i = 0; i < n_entries; i++) {
        const size_t at = first + 2 + (size_t)i * EXIF_ENTRY_BYTES;
        if (at > n || n - at < EXIF_ENTRY_BYTES)
            return EXIF_UPRIGHT;
        if (read_number(tiff + at, 2, is_little) != EXIF_TAG_ORIENTATION ||
            read_number(tiff + at + 2, 2, is_little) != EXIF_TYPE_SHORT)
            continue;
        return exif_orientation_of(read_number(tiff + at + 8, 2, is_little));
    }
    return EXIF_UPRIGHT;
}

/* Walks the segments of a JPEG up to the first scan. */
int exif_jpeg_orientation(const uint8_t *bytes, size_t n_bytes)
{
    size_t at = 2;
    while (n_bytes - at >= 4 && at < n_bytes && bytes[at] == 0xFF) {
        const uint8_t marker = bytes[at + 1];
        const size_t length = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (marker == JPEG_MARKER_SCAN || length < 2 || length > n_bytes - at - 2)
            return EXIF_UPRIGHT;
        if (marker == JPEG_MARKER_APP1 && length >= 2 + sizeof exif_mark &&
            memcmp(bytes + at + 4, exif_mark, sizeof exif_mark) == 0)
            return tiff_orientation(bytes + at + 4 + sizeof exif_mark,
                                    length - 2 - sizeof exif_mark);
        at += 2 + length;
    }
    return EXIF_UPRIGHT;
}

/* Walks the chunks of a PNG; the chunk may stand before or behind the pixels. */
int exif_png_orientation(const uint8_t *bytes, size_t n_bytes)
{
    size_t at = PNG_MAGIC_BYTES;
    while (at <= n_bytes && n_bytes - at >= PNG_CHUNK_BYTES) {
        const size_t length = read_number(bytes + at, 4, false);
        if (length > n_bytes - at - PNG_CHUNK_BYTES)
            return EXIF_UPRIGHT;
        if (memcmp(bytes + at + 4, "eXIf", 4) == 0)
            return tiff_orientation(bytes + at + 8, length);
        at += PNG_CHUNK_BYTES + length;
    }
    return EXIF_UPRIGHT;
}

/* Walks the chunks of a WebP. */
int exif_webp_orientation(const uint8_t *bytes, size_t n_bytes)
{
    size_t at = WEBP_HEADER_BYTES;
    while (at <= n_bytes && n_bytes - at >= WEBP_CHUNK_BYTES) {
        const uint8_t *block = bytes + at + WEBP_CHUNK_BYTES;
        size_t length = read_number(bytes + at + 4, 4, true);
        if (length > n_bytes - at - WEBP_CHUNK_BYTES)
            return EXIF_UPRIGHT;
        if (memcmp(bytes + at, "EXIF", 4) == 0) {
            const bool is_marked =
                length >= sizeof exif_mark && memcmp(block, exif_mark, sizeof exif_mark) == 0;
            const size_t skip = is_marked ? sizeof exif_mark : 0;
            return tiff_orientation(block + skip, length - skip);
        }
        at += WEBP_CHUNK_BYTES + length + length % 2;
    }
    return EXIF_UPRIGHT;
}

DataSize exif_upright_size(DataSize stored, int orientation)
{
    return orientation >= EXIF_TRANSPOSED ? (DataSize){stored.width, stored.height} : stored;
}

/*
 * Row and column of the stored pixel that goes to (y, x): the table of the EXIF standard, inverted.
 */
void exif_turn_upright(uint8_t *out, const uint8_t *in, DataSize stored, int orientation)
{
    const bool swaps = orientation >= EXIF_TRANSPOSED;
    const DataSize upright = exif_upright_size(stored, orientation);
    const bool from_right =
        orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_bottom =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    for (int y = 0; y < upright.height; y++) {
        for (int x = 0; x < upright.width; x++) {
            const int row = swaps ? x : y, column = swaps ? y : x;
            const int r = from_bottom ? stored.height - 1 - row : row;
            const int c = from_right ? stored.width - 1 - column : column;
            memcpy(out, in + ((size_t)r * (size_t)stored.width + (size_t)c) * DATA_CHANNELS,
                   DATA_CHANNELS);
            out += DATA_CHANNELS;
        }
    }
}
