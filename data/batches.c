/* The order of one epoch is kept; everything else is computed from the place in it. */
#include "data/batches.h"

#include "base/arena.h"
#include "base/rng.h"
#include "base/sys.h"

#include <assert.h>
#include <omp.h>

struct Batches {
    const ImageSet *set;
    DataStats stats;
    BatchSettings settings;
    uint32_t n_images;
    uint32_t epoch;
    uint32_t *order; /* position in the epoch to position in the part */
    size_t
        scratch_bytes; /* of one thread, a multiple of ARENA_ALIGN: a partner's pixels come first */
    size_t partner_bytes; /* 0 without mixup */
    unsigned char *scratch;
    Arena arena;
};

/* The same carving measures and hands out. */
static void carve(Batches *batches, Arena *arena)
{
    batches->order = arena_alloc(arena, batches->n_images, sizeof *batches->order);
    batches->scratch =
        arena_alloc(arena, (size_t)batches->settings.max_threads, batches->scratch_bytes);
}

static size_t aligned(size_t n_bytes)
{
    return (n_bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
}

static size_t values_per_image(const Batches *batches)
{
    const size_t side = (size_t)imageset_resolution(batches->set);
    return side * side * DATA_CHANNELS;
}

ErrCode batches_create(Batches **out, const ImageSet *set, const DataStats *stats,
                       const BatchSettings *settings, Err *err)
{
    assert(settings->batch >= 1 && settings->max_threads >= 1);
    *out = NULL;
    Batches *batches = mem_calloc(1, sizeof *batches);
    if (batches == NULL)
        return err_memory(err, sizeof *batches);
    batches->set = set;
    batches->stats = *stats;
    batches->settings = *settings;
    batches->n_images = imageset_count(set, settings->part);
    if (batches_count(batches) == 0) {
        err_set(err, ERR_USAGE, "%s has %u images, too few for one batch of %d",
                data_part_name(settings->part), batches->n_images, settings->batch);
        goto fail;
    }
    const size_t bytes = augment_scratch_bytes(settings->augment, imageset_resolution(set),
                                               imageset_max_size(set, settings->part));
    if (settings->augment & AUGMENT_MIXUP)
        batches->partner_bytes = aligned(values_per_image(batches) * sizeof(float));
    batches->scratch_bytes = bytes == SIZE_MAX ? SIZE_MAX : batches->partner_bytes + aligned(bytes);
    Arena measuring = arena_measuring();
    carve(batches, &measuring);
    TRY(arena_reserve(&batches->arena, arena_bytes(&measuring), err));
    carve(batches, &batches->arena);
    TRY(arena_ok(&batches->arena, err));
    batches_begin_epoch(batches, 0);
    *out = batches;
    return ERR_NONE;
fail:
    batches_destroy(&batches);
    return err->code;
}

uint32_t batches_count(const Batches *batches)
{
    const uint32_t batch = (uint32_t)batches->settings.batch;
    const uint32_t full = batches->n_images / batch;
    return full + (!batches->settings.drop_last && batches->n_images % batch != 0);
}

int batches_size(const Batches *batches, uint32_t batch)
{
    assert(batch < batches_count(batches));
    const uint32_t left = batches->n_images - batch * (uint32_t)batches->settings.batch;
    return left < (uint32_t)batches->settings.batch ? (int)left : batches->settings.batch;
}

void batches_begin_epoch(Batches *batches, uint32_t epoch)
{
    batches->epoch = epoch;
    if (batches->settings.shuffle) {
        Rng rng = rng_start(batches->settings.seed, RNG_SHUFFLE, epoch, 0);
        rng_permutation(&rng, batches->order, batches->n_images);
        return;
    }
    for (uint32_t i = 0; i < batches->n_images; i++)
        batches->order[i] = i;
}

/* The image at that position of the present epoch, augmented. */
static ImageView fill_one(const Batches *batches, uint32_t position, float *x,
                          unsigned char *scratch)
{
    const BatchSettings *settings = &batches->settings;
    const ImageView view = imageset_view(batches->set, settings->part, batches->order[position]);
    const AugmentKey key = {settings->seed, batches->epoch};
    augment_image(x, &view, imageset_resolution(batches->set), settings->augment, key,
                  &batches->stats, scratch);
    return view;
}

static double fifth_power(double u)
{
    return u * u * u * u * u;
}

/*
 * Beta(1/5, 1/5): u^5 / (u^5 + v^5) of uniform u, v whose sum of fifth powers is at most 1. Both
 * being 0 (2^-106) counts as half and half.
 */
static float draw_share(Rng *rng)
{
    for (;;) {
        const double a = fifth_power(rng_double(rng)), b = fifth_power(rng_double(rng));
        if (a + b <= 1.0)
            return a + b > 0.0 ? (float)(a / (a + b)) : 0.5f;
    }
}

static void mix(const Batches *batches, uint32_t position, const ImageView *view, int i,
                const Batch *into, unsigned char *scratch)
{
    const size_t n_values = values_per_image(batches);
    const uint32_t next = position + 1 < batches->n_images ? position + 1 : 0;
    float *x = into->x + (size_t)i * n_values, *partner = (float *)(void *)scratch;
    const ImageView other = fill_one(batches, next, partner, scratch + batches->partner_bytes);
    Rng rng = rng_start(batches->settings.seed, RNG_MIXUP, batches->epoch, view->index);
    const float share = draw_share(&rng), rest = 1.0f - share;
    for (size_t k = 0; k < n_values; k++)
        x[k] = share * x[k] + rest * partner[k];
    into->mixed_label[i] = other.label;
    into->share[i] = share;
}

void batches_fill_image(Batches *batches, uint32_t batch, int i, const Batch *into, int thread)
{
    assert(i >= 0 && i < batches_size(batches, batch) && thread < batches->settings.max_threads);
    const uint32_t position = batch * (uint32_t)batches->settings.batch + (uint32_t)i;
    unsigned char *scratch = batches->scratch + (size_t)thread * batches->scratch_bytes;
    const ImageView view =
        fill_one(batches, position, into->x + (size_t)i * values_per_image(batches),
                 scratch + batches->partner_bytes);
    into->label[i] = view.label;
    if (batches->settings.augment & AUGMENT_MIXUP)
        mix(batches, position, &view, i, into, scratch);
}

void batches_fill(Batches *batches, uint32_t batch, const Batch *into, int threads)
{
    assert(threads >= 1 && threads <= batches->settings.max_threads);
    const int n = batches_size(batches, batch);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < n; i++)
        batches_fill_image(batches, batch, i, into, omp_get_thread_num());
}

void batches_destroy(Batches **batches)
{
    if (!*batches)
        return;
    arena_release(&(*batches)->arena);
    mem_free(*batches);
    *batches = NULL;
}
