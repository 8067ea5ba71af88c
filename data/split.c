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

DataSplit data_part_split(DataPart part)
{
    return part == PART_TEST ? DATA_TEST : DATA_TRAIN;
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

/* The sizes in force, checked against what there is. */
static ErrCode resolve_sizes(uint32_t count[N_PARTS], const Dataset *data, const SplitSizes *sizes,
                             Err *err)
{
    const DatasetKind *kind = dataset_kind(data);
    const uint32_t defaults[N_PARTS] = {kind->default_train, kind->default_val, kind->default_test};
    const int64_t pool[DATA_N_SPLITS] = {dataset_count(data, DATA_TRAIN),
                                         dataset_count(data, DATA_TEST)};
    int64_t wanted[N_PARTS];
    for (int part = 0; part < N_PARTS; part++) {
        wanted[part] = sizes->count[part] == SPLIT_DEFAULT ? defaults[part] : sizes->count[part];
        if (wanted[part] < 0 || wanted[part] > UINT32_MAX)
            return err_set(err, ERR_USAGE, "data.%s is %" PRId64 ", not a number of images",
                           part_names[part], wanted[part]);
    }
    if (wanted[PART_VAL] == 0 && sizes->count[PART_VAL] == SPLIT_DEFAULT) {
        const int64_t tenth = pool[DATA_TRAIN] / DEFAULT_VAL_DIVISOR;
        wanted[PART_VAL] = tenth < DEFAULT_VAL_MAX ? tenth : DEFAULT_VAL_MAX;
    }
    if (wanted[PART_TRAIN] == 0 && sizes->count[PART_TRAIN] == SPLIT_DEFAULT)
        wanted[PART_TRAIN] = pool[DATA_TRAIN] - wanted[PART_VAL];
    if (wanted[PART_TEST] == 0 && sizes->count[PART_TEST] == SPLIT_DEFAULT)
        wanted[PART_TEST] = pool[DATA_TEST];
    if (wanted[PART_TRAIN] < 1 || wanted[PART_TRAIN] + wanted[PART_VAL] > pool[DATA_TRAIN])
        return err_set(err, ERR_USAGE,
                       "data.train %" PRId64 " and data.val %" PRId64
                       " do not fit: '%s' has %" PRId64 " training images",
                       wanted[PART_TRAIN], wanted[PART_VAL], dataset_name(data), pool[DATA_TRAIN]);
    if (wanted[PART_TEST] > pool[DATA_TEST])
        return err_set(err, ERR_USAGE,
                       "data.test %" PRId64 " does not fit: '%s' has %" PRId64 " test images",
                       wanted[PART_TEST], dataset_name(data), pool[DATA_TEST]);
    for (int part = 0; part < N_PARTS; part++)
        count[part] = (uint32_t)wanted[part];
    return ERR_NONE;
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
    split->index[part] = list;
    return ERR_NONE;
}

static ErrCode split_pool(Split *split, const Dataset *data, DataSplit pool, Err *err)
{
    const size_t n = dataset_count(data, pool);
    Keyed *keyed = mem_calloc(n + 1, sizeof *keyed);
    if (keyed == NULL)
        return err_memory(err, n * sizeof *keyed);
    for (uint32_t i = 0; i < n; i++)
        keyed[i] = (Keyed){dataset_key(data, pool, i), i};
    qsort(keyed, n, sizeof *keyed, compare_keyed);
    if (pool == DATA_TEST) {
        TRY(take(split, PART_TEST, keyed, 0, err));
    } else {
        TRY(take(split, PART_VAL, keyed, 0, err));
        TRY(take(split, PART_TRAIN, keyed, n - split->count[PART_TRAIN], err));
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

static ErrCode digest_split(Split *split, const Dataset *data, Err *err)
{
    Hasher *hasher = hash_create();
    if (hasher == NULL)
        return err_memory(err, DATA_DIGEST_CHARS);
    hash_update(hasher, dataset_digest(data), DATA_DIGEST_CHARS);
    for (int part = 0; part < N_PARTS; part++) {
        put_u32(hasher, split->count[part]);
        for (uint32_t i = 0; i < split->count[part]; i++)
            put_u32(hasher, split->index[part][i]);
    }
    hash_hex(hash_digest(hasher), split->digest);
    hash_destroy(&hasher);
    return ERR_NONE;
}

ErrCode split_init(Split *split, const Dataset *data, const SplitSizes *sizes, Err *err)
{
    memset(split, 0, sizeof *split);
    TRY(resolve_sizes(split->count, data, sizes, err));
    TRY(split_pool(split, data, DATA_TRAIN, err));
    TRY(split_pool(split, data, DATA_TEST, err));
    TRY(digest_split(split, data, err));
    return ERR_NONE;
fail:
    split_release(split);
    return err->code;
}

void split_release(Split *split)
{
    for (int part = 0; part < N_PARTS; part++)
        mem_free(split->index[part]);
    memset(split, 0, sizeof *split);
}
