/*
 * The cache file: pixels image by image, then a table of records, then a fixed footer.
 *
 * The footer stands at the end so that a file is written in one pass; a file cut short has none.
 * Numbers are native; a byte-order mark in the footer refuses a file from another machine.
 */
#include "data/imageset.h"

#include "data/cachefolder.h"
#include "data/imagebuild.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define CACHE_MAGIC "isoflop images\n"

enum {
    CACHE_VERSION = 1,
    CACHE_BYTE_ORDER = 0x01020304,
    MAGIC_BYTES = 16,
    ALIGN_BYTES = 8,
};

/* Files above this are checked by their table and footer alone: hashing them would take seconds. */
static const uint64_t full_check_bytes = (uint64_t)1 << 30;

/* What the whole file hangs on. Written and read as it lies in memory; no padding. */
typedef struct Footer {
    char magic[MAGIC_BYTES];
    uint32_t byte_order;
    uint32_t version;
    uint32_t resolution;
    uint32_t n_classes;
    uint32_t count[N_PARTS];
    uint32_t reserved;
    uint64_t table_offset;
    uint64_t file_bytes;
    uint64_t pixel_hash[2]; /* XXH3-128 of everything before the table */
    uint64_t table_hash;
    char digest[DATA_DIGEST_CHARS + 7]; /* what the file is of */
    uint64_t footer_hash;               /* of the bytes before it */
} Footer;

_Static_assert(sizeof(Footer) == 136, "the footer has no padding");

struct ImageSet {
    FileMap map;
    const Footer *footer;
    const ImageRecord *records; /* train, val, test */
    char digest[DATA_DIGEST_CHARS];
};

static uint64_t footer_hash(const Footer *footer)
{
    return hash_64(footer, offsetof(Footer, footer_hash));
}

static uint64_t n_records(const Footer *footer)
{
    return (uint64_t)footer->count[PART_TRAIN] + footer->count[PART_VAL] + footer->count[PART_TEST];
}

/* True if the mapped bytes are an intact file of that digest. */
static bool is_intact(const FileMap *map, const char *digest)
{
    if (map->n_bytes < sizeof(Footer) || map->n_bytes % ALIGN_BYTES != 0)
        return false;
    const Footer *footer = (const Footer *)(map->data + map->n_bytes - sizeof *footer);
    if (memcmp(footer->magic, CACHE_MAGIC, MAGIC_BYTES) != 0 ||
        footer->byte_order != CACHE_BYTE_ORDER || footer->version != CACHE_VERSION ||
        footer->footer_hash != footer_hash(footer) || footer->file_bytes != map->n_bytes ||
        memcmp(footer->digest, digest, DATA_DIGEST_CHARS) != 0)
        return false;
    const uint64_t table_bytes = n_records(footer) * sizeof(ImageRecord);
    if (footer->table_offset > map->n_bytes ||
        table_bytes != map->n_bytes - sizeof *footer - footer->table_offset ||
        hash_64(map->data + footer->table_offset, table_bytes) != footer->table_hash)
        return false;
    if (map->n_bytes > full_check_bytes)
        return true;
    const Hash128 hash = hash_128(map->data, footer->table_offset);
    return hash.low == footer->pixel_hash[0] && hash.high == footer->pixel_hash[1];
}

/* The digest that names the file: of data, subsets, resolution, crop and the format's version. */
static ErrCode digest_set(char *digest, const Split *split, const ImageSetSettings *settings,
                          Err *err)
{
    Text text = {0};
    text_printf(&text, "%s resolution %d source %d version %d", split->contents,
                settings->resolution, settings->keep_train_source, CACHE_VERSION);
    if (settings->center_crop < 1.0)
        text_printf(&text, " crop %.17g", settings->center_crop);
    if (text_ok(&text, err) == ERR_NONE)
        hash_hex(hash_128(text.data, text.n_bytes), digest);
    text_release(&text);
    return err->code;
}

static ErrCode cache_path(char **path, const char *digest, const Dataset *data,
                          const ImageSetSettings *settings, Err *err)
{
    Text name = {0};
    char *folder = NULL;
    *path = NULL;
    TRY(cachefolder_make(&folder, settings->fallback_dir != NULL ? settings->fallback_dir : ".",
                         err));
    text_append_file_name(&name, dataset_name(data));
    text_printf(&name, "-%d-%s.images", settings->resolution, digest);
    TRY(text_ok(&name, err));
    *path = file_join(folder, name.data);
    if (!*path)
        err_memory(err, name.n_bytes);
fail:
    text_release(&name);
    mem_free(folder);
    return *path ? ERR_NONE : err->code;
}

static ErrCode write_file(const char *path, const char *digest, const Dataset *data,
                          const Split *split, const ImageSetSettings *settings, Err *err)
{
    Footer footer = {.magic = CACHE_MAGIC,
                     .byte_order = CACHE_BYTE_ORDER,
                     .version = CACHE_VERSION,
                     .resolution = (uint32_t)settings->resolution,
                     .n_classes = (uint32_t)dataset_n_classes(data)};
    FileWriter *writer = NULL;
    ImageTable table = {0};
    Hash128 hash;
    memcpy(footer.count, split->count, sizeof footer.count);
    memcpy(footer.digest, digest, DATA_DIGEST_CHARS);
    TRY(image_table_init(&table, data, split, settings, err));
    TRY(file_writer_begin(&writer, path, err));
    TRY(image_table_write(&table, data, settings, writer, &hash, err));
    /* image_table_write has padded the pixels; the table's records are whole multiples of it. */
    footer.table_offset = file_writer_bytes(writer);
    footer.pixel_hash[0] = hash.low;
    footer.pixel_hash[1] = hash.high;
    const size_t table_bytes = table.n_records * sizeof *table.records;
    footer.table_hash = hash_64(table.records, table_bytes);
    footer.file_bytes = footer.table_offset + table_bytes + sizeof footer;
    footer.footer_hash = footer_hash(&footer);
    TRY(file_writer_put(writer, table.records, table_bytes, err));
    TRY(file_writer_put(writer, &footer, sizeof footer, err));
    TRY(file_writer_commit(&writer, err));
    image_table_release(&table);
    return ERR_NONE;
fail:
    file_writer_abort(&writer);
    image_table_release(&table);
    return err->code;
}

/* Maps the file if it is there and intact; leaves map->data NULL otherwise. */
static void map_if_intact(FileMap *map, const char *path, const char *digest, bool *was_damaged)
{
    Err ignored = {0};
    *map = (FileMap){0};
    if (!file_exists(path))
        return;
    if (file_map(path, map, &ignored) == ERR_NONE && is_intact(map, digest))
        return;
    file_unmap(map);
    *map = (FileMap){0};
    *was_damaged = true;
}

static ErrCode build(ImageSet *set, const char *path, const Dataset *data, const Split *split,
                     const ImageSetSettings *settings, ImageSetReport *report, Err *err)
{
    const int64_t begin = clock_now_ns();
    bool is_bad = false;
    char *folder = file_folder(path);
    if (folder == NULL)
        return err_memory(err, strlen(path));
    /*
     * What crashed writers left behind is only untidy: whether it can be removed does not matter.
     */
    Err ignored = {0};
    (void)!file_sweep_temporaries(folder, &ignored);
    mem_free(folder);
    if (write_file(path, set->digest, data, split, settings, err) != ERR_NONE)
        return err_wrap(err, "preparing the images of '%s' at %d px", dataset_name(data),
                        settings->resolution);
    report->was_built = true;
    report->seconds = clock_seconds(begin, clock_now_ns());
    map_if_intact(&set->map, path, set->digest, &is_bad);
    if (set->map.data == NULL)
        return err_set(err, ERR_IO, "cannot read back '%s': its bytes are not those written", path);
    return ERR_NONE;
}

ErrCode imageset_open(ImageSet **out, const Dataset *data, const Split *split,
                      const ImageSetSettings *wanted, ImageSetReport *report, Err *err)
{
    assert(wanted->resolution >= 1 && wanted->threads >= 1);
    ImageSetSettings settings = *wanted;
    settings.center_crop = wanted->center_crop > 0.0 ? wanted->center_crop : 1.0;
    char *path = NULL;
    *out = NULL;
    *report = (ImageSetReport){0};
    if (settings.center_crop < 1.0 && dataset_is_rendered(data))
        return err_set(err, ERR_USAGE,
                       "cannot crop '%s': its images are drawn, center_crop must be 1",
                       dataset_name(data));
    ImageSet *set = mem_calloc(1, sizeof *set);
    if (set == NULL)
        return err_memory(err, sizeof *set);
    TRY(digest_set(set->digest, split, &settings, err));
    TRY(cache_path(&path, set->digest, data, &settings, err));
    snprintf(report->path, sizeof report->path, "%s", path);
    map_if_intact(&set->map, path, set->digest, &report->was_damaged);
    if (set->map.data == NULL)
        TRY(build(set, path, data, split, &settings, report, err));
    assert(set->map.data);
    set->footer = (const Footer *)(set->map.data + set->map.n_bytes - sizeof *set->footer);
    set->records = (const ImageRecord *)(set->map.data + set->footer->table_offset);
    report->n_images = (uint32_t)n_records(set->footer);
    report->file_bytes = set->map.n_bytes;
    mem_free(path);
    *out = set;
    return ERR_NONE;
fail:
    mem_free(path);
    imageset_close(&set);
    return err->code;
}

uint32_t imageset_count(const ImageSet *set, DataPart part)
{
    return set->footer->count[part];
}

int imageset_resolution(const ImageSet *set)
{
    return (int)set->footer->resolution;
}

const char *imageset_digest(const ImageSet *set)
{
    return set->digest;
}

int imageset_n_classes(const ImageSet *set)
{
    return (int)set->footer->n_classes;
}

ImageView imageset_view(const ImageSet *set, DataPart part, uint32_t position)
{
    assert(position < set->footer->count[part]);
    size_t at = position;
    for (int p = 0; p < (int)part; p++)
        at += set->footer->count[p];
    const ImageRecord *record = &set->records[at];
    return (ImageView){.rgb = set->map.data + record->offset,
                       .height = (int)record->height,
                       .width = (int)record->width,
                       .label = (int)record->label,
                       .index = record->index};
}

DataSize imageset_max_size(const ImageSet *set, DataPart part)
{
    DataSize max = {0, 0};
    for (uint32_t i = 0; i < set->footer->count[part]; i++) {
        const ImageView view = imageset_view(set, part, i);
        max.height = view.height > max.height ? view.height : max.height;
        max.width = view.width > max.width ? view.width : max.width;
    }
    return max;
}

void imageset_close(ImageSet **set)
{
    if (!*set)
        return;
    file_unmap(&(*set)->map);
    mem_free(*set);
    *set = NULL;
}
