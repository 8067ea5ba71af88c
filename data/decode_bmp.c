/*
 * BMP, read here: 24 and 32 bits a pixel, palettes of 1, 4 and 8 bits, uncompressed, rows upward or
 * downward. Run-length and 16-bit files, which hardly anybody writes, are refused by name.
 *
 * Layout: file header (14 bytes: 'BM', ..., offset of the pixels), information header (its size
 * first: 40 bytes or a later version's 52, 56, 108, 124), masks, palette of B G R x, rows padded to
 * four bytes. Where a 32-bit file names an alpha mask, transparency is laid over white; without
 * one, the fourth byte means nothing. Source: Microsoft, BITMAPINFOHEADER and BITMAPV5HEADER.
 */
#include "data/decode_format.h"

#include "base/sys.h"

#include <inttypes.h>
#include <string.h>

enum {
    BMP_FILE_HEADER_BYTES = 14,
    BMP_INFO_BYTES = 40,
    BMP_MASKS = 4,
    BMP_RGB = 0,       /* the values of `compression` that are read */
    BMP_BITFIELDS = 3, /* 32 bits with a mask for each colour */
    BMP_PALETTE_ENTRY_BYTES = 4,
    BMP_MAX_PALETTE = 256,
    BMP_ROW_ALIGN = 4,
    RGBA_CHANNELS = 4,
};

typedef struct BmpHeader {
    DataSize size;
    bool is_top_down;
    int bits; /* a pixel: 1, 4, 8, 24, 32 */
    const uint8_t *palette;
    uint32_t n_colours;
    const uint8_t *pixels;
    size_t row_bytes;
    int channel[RGBA_CHANNELS]; /* byte of red, green, blue, alpha in a pixel; -1: no alpha */
} BmpHeader;

static uint32_t read_u16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t read_u32(const uint8_t *p)
{
    return read_u16(p) | read_u16(p + 2) << 16;
}

static bool is_bmp(const uint8_t *bytes, size_t n_bytes)
{
    return n_bytes >= 2 && bytes[0] == 'B' && bytes[1] == 'M';
}

/* The byte that a mask of eight bits selects, -1 for none, -2 for any other mask. */
static int byte_of_mask(uint32_t mask)
{
    for (int i = 0; i < BMP_MASKS; i++) {
        if (mask == (uint32_t)0xFF << (8 * i))
            return i;
    }
    return mask == 0 ? -1 : -2;
}

/* Where the colours of a pixel lie; masks stand behind the first 40 bytes, whatever the version. */
static ErrCode read_channels(BmpHeader *header, const char *path, const uint8_t *info,
                             uint32_t info_bytes, size_t n_left, uint32_t compression, Err *err)
{
    static const int usual[RGBA_CHANNELS] = {2, 1, 0, -1};
    memcpy(header->channel, usual, sizeof usual);
    if (compression != BMP_BITFIELDS)
        return ERR_NONE;
    const int n_masks = info_bytes >= BMP_INFO_BYTES + 4 * BMP_MASKS ? BMP_MASKS : BMP_MASKS - 1;
    if (n_left < BMP_INFO_BYTES + 4 * (size_t)n_masks)
        return err_set(err, ERR_DATA, "BMP '%s' ends before its colour masks", path);
    for (int i = 0; i < n_masks; i++) {
        header->channel[i] = byte_of_mask(read_u32(info + BMP_INFO_BYTES + 4 * i));
        if (header->channel[i] == -2 || (i < DATA_CHANNELS && header->channel[i] == -1))
            return err_set(err, ERR_DATA, "BMP '%s' has colours that are no whole bytes", path);
    }
    return ERR_NONE;
}

static ErrCode read_palette(BmpHeader *header, const char *path, const uint8_t *bytes,
                            size_t n_bytes, uint32_t info_bytes, Err *err)
{
    const uint8_t *info = bytes + BMP_FILE_HEADER_BYTES;
    const size_t at = BMP_FILE_HEADER_BYTES + (size_t)info_bytes;
    const uint32_t all = (uint32_t)1 << header->bits, used = read_u32(info + 32);
    header->n_colours = used > 0 && used < all ? used : all;
    header->palette = bytes + at;
    if (at > n_bytes || (n_bytes - at) / BMP_PALETTE_ENTRY_BYTES < header->n_colours)
        return err_set(err, ERR_DATA, "BMP '%s' ends in its palette of %" PRIu32 " colours", path,
                       header->n_colours);
    return ERR_NONE;
}

/* Everything but the pixels, which are found to be all there. */
static ErrCode read_header(BmpHeader *header, const char *path, const uint8_t *bytes,
                           size_t n_bytes, Err *err)
{
    *header = (BmpHeader){0};
    const uint8_t *info = bytes + BMP_FILE_HEADER_BYTES;
    if (n_bytes < BMP_FILE_HEADER_BYTES + BMP_INFO_BYTES)
        return err_set(err, ERR_DATA, "BMP '%s' ends in its header, after %zu bytes", path,
                       n_bytes);
    const uint32_t info_bytes = read_u32(info), compression = read_u32(info + 16);
    const int64_t width = (int32_t)read_u32(info + 4), height = (int32_t)read_u32(info + 8);
    header->bits = (int)read_u16(info + 14);
    if (info_bytes < BMP_INFO_BYTES)
        return err_set(err, ERR_DATA, "BMP '%s' has a header of %" PRIu32 " bytes, not 40 or more",
                       path, info_bytes);
    const bool is_known = header->bits == 1 || header->bits == 4 || header->bits == 8 ||
                          header->bits == 24 || header->bits == 32;
    if (!is_known ||
        (compression != BMP_RGB && !(compression == BMP_BITFIELDS && header->bits == 32)))
        return err_set(err, ERR_DATA,
                       "BMP '%s' has %d bits a pixel under compression %" PRIu32
                       ": only uncompressed files of 1, 4, 8, 24 or 32 bits are read",
                       path, header->bits, compression);
    header->is_top_down = height < 0;
    TRY(decode_check_size(path, (uint64_t)(height < 0 ? -height : height),
                          (uint64_t)(width < 0 ? 0 : width), err));
    header->size = (DataSize){(int)(height < 0 ? -height : height), (int)width};
    TRY(read_channels(header, path, info, info_bytes, n_bytes - BMP_FILE_HEADER_BYTES, compression,
                      err));
    if (header->bits <= 8)
        TRY(read_palette(header, path, bytes, n_bytes, info_bytes, err));
    const size_t row_bits = (size_t)width * (size_t)header->bits;
    header->row_bytes = (row_bits + 8 * BMP_ROW_ALIGN - 1) / (8 * BMP_ROW_ALIGN) * BMP_ROW_ALIGN;
    const size_t offset = read_u32(bytes + 10);
    const size_t n_wanted = header->row_bytes * (size_t)header->size.height;
    if (offset < BMP_FILE_HEADER_BYTES + BMP_INFO_BYTES || offset > n_bytes ||
        n_bytes - offset < n_wanted)
        return err_set(err, ERR_DATA,
                       "BMP '%s' has %zu bytes, not the %zu of its pixels behind byte %zu", path,
                       n_bytes, n_wanted, offset);
    header->pixels = bytes + offset;
fail:
    return err->code;
}

static ErrCode bmp_size(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize *size,
                        Err *err)
{
    BmpHeader header;
    TRY(read_header(&header, path, bytes, n_bytes, err));
    *size = header.size;
fail:
    return err->code;
}

/* A row of palette indices, the first pixel in the highest bits of its byte. */
static ErrCode palette_row(const BmpHeader *header, const char *path, const uint8_t *row,
                           uint8_t *rgb, Err *err)
{
    const int per_byte = 8 / header->bits;
    for (int x = 0; x < header->size.width; x++) {
        const int shift = 8 - header->bits * (x % per_byte + 1);
        const uint32_t index =
            (uint32_t)row[x / per_byte] >> shift & (((uint32_t)1 << header->bits) - 1);
        if (index >= header->n_colours)
            return err_set(err, ERR_DATA,
                           "BMP '%s' has colour %" PRIu32 ", but a palette of %" PRIu32, path,
                           index, header->n_colours);
        const uint8_t *colour = header->palette + (size_t)index * BMP_PALETTE_ENTRY_BYTES;
        for (int c = 0; c < DATA_CHANNELS; c++)
            *rgb++ = colour[DATA_CHANNELS - 1 - c];
    }
    return ERR_NONE;
}

static void colour_row(const BmpHeader *header, const uint8_t *row, uint8_t *rgb)
{
    const int n_bytes = header->bits / 8;
    for (int x = 0; x < header->size.width; x++, row += n_bytes, rgb += DATA_CHANNELS) {
        uint8_t rgba[RGBA_CHANNELS] = {0, 0, 0, UINT8_MAX};
        for (int c = 0; c < RGBA_CHANNELS; c++) {
            if (header->channel[c] >= 0)
                rgba[c] = row[header->channel[c]];
        }
        decode_over_white(rgb, rgba, 1);
    }
}

static ErrCode bmp_rgb(const char *path, const uint8_t *bytes, size_t n_bytes, uint8_t *rgb,
                       Err *err)
{
    BmpHeader header;
    TRY(read_header(&header, path, bytes, n_bytes, err));
    for (int y = 0; y < header.size.height; y++) {
        const int stored = header.is_top_down ? y : header.size.height - 1 - y;
        const uint8_t *row = header.pixels + (size_t)stored * header.row_bytes;
        uint8_t *out = rgb + (size_t)y * (size_t)header.size.width * DATA_CHANNELS;
        if (header.bits <= 8)
            TRY(palette_row(&header, path, row, out, err));
        else
            colour_row(&header, row, out);
    }
fail:
    return err->code;
}

const DecodeFormat decode_bmp = {
    .name = "BMP",
    .endings = {".bmp"},
    .is_mine = is_bmp,
    .size = bmp_size,
    .rgb = bmp_rgb,
};
