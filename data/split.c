/* Subsets by hash; see the header for the rule. */
#include "data/split.h"

#include "base/hash.h"
#include "base/sys.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_VAL_DIVISOR 10 /* a tenth of train ... */
#define DEFAULT_VAL_MAX 10000  /* ... but no more than this */

static const char *const part_names[N_PARTS] = {"train", "val", "test"};

const char *data_part_name(DataPart part)
{
    return part_names[part];
}

DataSplit data_part_split(const Dataset *data, DataPart part)
{
    if (part == PART_TEST)
        return DATA_TEST;
    return part == PART_VAL && dataset_count(data, DATA_VAL) > 0 ? DATA_VAL : DATA_TRAIN;
}

typedef struct Keyed {
    uint64_t key;
    uint32_t index;
} Keyed;

static int compare_keyed(const void *a, const void *b)
{
    const Keyed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static int compare_index(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The sizes in force where a study names none. */
static void default_sizes(int64_t wanted[N_PARTS], const int64_t pool[DATA_N_SPLITS],
                          const SplitSizes *sizes)
{
    const bool has_val = pool[DATA_VAL] > 0;
    if (wanted[PART_VAL] == 0 && sizes->count[PART_VAL] == SPLIT_DEFAULT) {
        const int64_t tenth = pool[DATA_TRAIN] / DEFAULT_VAL_DIVISOR;
        wanted[PART_VAL] = has_val                   ? pool[DATA_VAL]
                           : tenth < DEFAULT_VAL_MAX ? tenth
                                                     : DEFAULT_VAL_MAX;
    }
    if (wanted[PART_TRAIN] == 0 && sizes->count[PART_TRAIN] == SPLIT_DEFAULT)
        wanted[PART_TRAIN] = pool[DATA_TRAIN] - (has_val ? 0 : wanted[PART_VAL]);
    if (wanted[PART_TEST] == 0 && sizes->count[PART_TEST] == SPLIT_DEFAULT)
        wanted[PART_TEST] = pool[DATA_TEST];
}

/* What was asked for against what there is. */
static ErrCode check_sizes(const int64_t wanted[N_PARTS], const int64_t pool[DATA_N_SPLITS],
                           const char *name, Err *err)
{
    const bool has_val = pool[DATA_VAL] > 0;
    const int64_t from_train = wanted[PART_TRAIN] + (has_val ? 0 : wanted[PART_VAL]);
    if (has_val && wanted[PART_VAL] > pool[DATA_VAL])
        return err_set(err, ERR_USAGE,
                       "data.val %" PRId64 " does not fit: '%s' has %" PRId64 " validation images",
                       wanted[PART_VAL], name, pool[DATA_VAL]);
    if (wanted[PART_TRAIN] < 1 || from_train > pool[DATA_TRAIN]) {
        if (has_val)
            return err_set(err, ERR_USAGE,
                           "data.train %" PRId64 " does not fit: '%s' has %" PRId64
                           " training images",
                           wanted[PART_TRAIN], name, pool[DATA_TRAIN]);
        return err_set(err, ERR_USAGE,
                       "data.train %" PRId64 " and data.val %" PRId64
                       " do not fit: '%s' has %" PRId64 " training images",
                       wanted[PART_TRAIN], wanted[PART_VAL], name, pool[DATA_TRAIN]);
    }
    if (wanted[PART_TEST] > pool[DATA_TEST])
        return err_set(err, ERR_USAGE,
                       "data.test %" PRId64 " does not fit: '%s' has %" PRId64 " test images",
                       wanted[PART_TEST], name, pool[DATA_TEST]);
    return ERR_NONE;
}

/* The sizes in force, checked. */
static ErrCode resolve_sizes(uint32_t count[N_PARTS], const Dataset *data, const SplitSizes *sizes,
                             Err *err)
{
    const DatasetKind *kind = dataset_kind(data);
    const uint32_t defaults[N_PARTS] = {kind->default_train, kind->default_val, kind->default_test};
    int64_t wanted[N_PARTS], pool[DATA_N_SPLITS];
    for (int split = 0; split < DATA_N_SPLITS; split++)
        pool[split] = dataset_count(data, (DataSplit)split);
    for (int part = 0; part < N_PARTS; part++) {
        wanted[part] = sizes->count[part] == SPLIT_DEFAULT ? defaults[part] : sizes->count[part];
        if (wanted[part] < 0 || wanted[part] > UINT32_MAX)
            return err_set(err, ERR_USAGE, "data.%s is %" PRId64 ", not a number of images",
                           part_names[part], wanted[part]);
    }
    default_sizes(wanted, pool, sizes);
    TRY(check_sizes(wanted, pool, dataset_name(data), err));
    for (int part = 0; part < N_PARTS; part++)
        count[part] = (uint32_t)wanted[part];
fail:
    return err->code;
}

/* list[n] = indices of keyed[first..first+n), ascending. */
static ErrCode take(Split *split, DataPart part, const Keyed *keyed, size_t first, Err *err)
{
    const size_t n = split->count[part];
    uint32_t *list = mem_alloc(n * sizeof *list);
    if (list == NULL)
        return err_memory(err, n * sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = keyed[first + i].index;
    qsort(list, n, sizeof *list, compare_index);
    mem_free(split->index[part]); /* where it is chosen anew */
    split->index[part] = list;
    return ERR_NONE;
}

static void put_u64(uint8_t bytes[8], uint64_t value)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

/* A record's key; with a seed another one for each. */
static uint64_t key_of(const Dataset *data, DataSplit pool, uint32_t index, const uint64_t *seed)
{
    const uint64_t key = dataset_key(data, pool, index);
    uint8_t bytes[16];
    if (seed == NULL)
        return key;
    put_u64(bytes, key);
    put_u64(bytes + 8, *seed);
    return hash_64(bytes, sizeof bytes);
}

/* Chooses the parts that are drawn from a pool. */
static ErrCode split_pool(Split *split, const Dataset *data, DataSplit pool, const uint64_t *seed,
                          Err *err)
{
    const size_t n = dataset_count(data, pool);
    Keyed *keyed = mem_calloc(n + 1, sizeof *keyed);
    if (keyed == NULL)
        return err_memory(err, n * sizeof *keyed);
    for (uint32_t i = 0; i < n; i++)
        keyed[i] = (Keyed){key_of(data, pool, i, seed), i};
    qsort(keyed, n, sizeof *keyed, compare_keyed);
    for (int part = 0; part < N_PARTS; part++) {
        if (data_part_split(data, (DataPart)part) == pool)
            TRY(take(split, (DataPart)part, keyed,
                     part == PART_TRAIN ? n - split->count[PART_TRAIN] : 0, err));
    }
    mem_free(keyed);
    return ERR_NONE;
fail:
    mem_free(keyed);
    return err->code;
}

static void put_u32(Hasher *hasher, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                              (uint8_t)(value >> 24)};
    hash_update(hasher, bytes, sizeof bytes);
}

static ErrCode digest_split(const Split *split, const char *data_digest, char *digest, Err *err)
{
    Hasher *hasher = hash_create();
    if (hasher == NULL)
        return err_memory(err, DATA_DIGEST_CHARS);
    hash_update(hasher, data_digest, DATA_DIGEST_CHARS);
    for (int part = 0; part < N_PARTS; part++) {
        put_u32(hasher, split->count[part]);
        for (uint32_t i = 0; i < split->count[part]; i++)
            put_u32(hasher, split->index[part][i]);
    }
    hash_hex(hash_digest(hasher), digest);
    hash_destroy(&hasher);
    return ERR_NONE;
}

static ErrCode digest_both(Split *split, const Dataset *data, Err *err)
{
    TRY(digest_split(split, dataset_digest(data), split->digest, err));
    TRY(digest_split(split, dataset_contents(data), split->contents, err));
fail:
    return err->code;
}

ErrCode split_init(Split *split, const Dataset *data, const SplitSizes *sizes, Err *err)
{
    memset(split, 0, sizeof *split);
    TRY(resolve_sizes(split->count, data, sizes, err));
    for (int pool = 0; pool < DATA_N_SPLITS; pool++)
        TRY(split_pool(split, data, (DataSplit)pool, NULL, err));
    TRY(digest_both(split, data, err));
    return ERR_NONE;
fail:
    split_release(split);
    return err->code;
}

ErrCode split_vary(Split *split, const Dataset *data, uint64_t seed, Err *err)
{
    for (int pool = 0; pool < DATA_N_SPLITS; pool++)
        if (pool != DATA_TEST)
            TRY(split_pool(split, data, (DataSplit)pool, &seed, err));
    TRY(digest_both(split, data, err));
    return ERR_NONE;
fail:
    split_release(split);
    return err->code;
}

ErrCode split_majority(const Split *split, const Dataset *data, DataPart part,
                       SplitMajority *majority, Err *err)
{
    const size_t n_classes = (size_t)dataset_n_classes(data);
    const uint32_t n_images = split->count[part];
    uint32_t *counts = mem_calloc(n_classes, sizeof *counts);
    *majority = (SplitMajority){0};
    if (counts == NULL)
        return err_memory(err, n_classes * sizeof *counts);
    for (uint32_t i = 0; i < n_images; i++)
        counts[dataset_label(data, data_part_split(data, part), split->index[part][i])]++;
    for (size_t c = 0; c < n_classes; c++) {
        if (counts[c] > majority->n_images) {
            majority->n_images = counts[c];
            majority->label = (int)c;
        }
    }
    if (n_images > 0)
        majority->share = (double)majority->n_images / n_images;
    mem_free(counts);
    return ERR_NONE;
}

void split_release(Split *split)
{
    for (int part = 0; part < N_PARTS; part++)
        mem_free(split->index[part]);
    memset(split, 0, sizeof *split);
}
