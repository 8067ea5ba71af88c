/* harness/features.c: a network that lets features through, and the file that keeps them. */
#include "harness/features.h"

#include "base/clock.h"
#include "base/sys.h"
#include "data/memo.h"
#include "models/resolve.h"
#include "nn/arithmetic.h"
#include "weights/safetensors.h"

#include <math.h>
#include <string.h>

/*
 * Raised when the same key would mean other features: when infer/ computes otherwise. The bits are
 * held to it by tests/harness/test_probe.c.
 */
#define FEATURES_FORM 1
#define KEY_WHAT "features"
#define KEY_DIGEST "digest"

enum { N_METADATA = 2, TENSORS_OF_HIDDEN = 2 /* a matrix and a bias before the last */ };

/* --- the network --- */

int features_size(const Network *network)
{
    const Op *classifier = &network->ops[network->n_ops - 1];
    return classifier->squeeze > 0 ? classifier->squeeze : classifier->in_channels;
}

/* A classifier that lets its input through: its last layer's matrix and bias. */
static ErrCode set_identity(Infer *infer, Err *err)
{
    const Network *network = infer_network(infer);
    const int n = network->classes, last = network->n_ops - 1;
    const int matrix = network->ops[last].squeeze > 0 ? TENSORS_OF_HIDDEN : 0;
    Arena arena = {0};
    float *w = arena_zalloc(&arena, (size_t)n * (size_t)n, sizeof *w);
    float *b = arena_zalloc(&arena, (size_t)n, sizeof *b);
    TRY(arena_ok(&arena, err));
    for (int i = 0; i < n; i++)
        w[(size_t)i * (size_t)n + (size_t)i] = 1.0f;
    infer_write(infer, last, matrix, w);
    infer_write(infer, last, matrix + 1, b);
fail:
    arena_release(&arena);
    return err->code;
}

static ErrCode open_network(Infer **out, Features *features, const FeatureSource *source, Err *err)
{
    const InferSettings settings = {
        .batch = source->batch, .threads = source->threads, .level = source->level};
    WeightSource weights = *source->weights;
    Spec spec = *source->spec;
    Network network = {0};
    WeightOrigin origin = {0};
    weights.head = WEIGHTS_HEAD_NEW;
    TRY(resolve_network(&network, &spec, err));
    features->n_features = spec.classes = features_size(&network);
    TRY(weights_infer(out, &spec, &settings, &weights, &origin, err));
    features->resolution = infer_network(*out)->resolution;
    features->trained_at = origin.is_known ? origin.resolution : 0;
    TRY(set_identity(*out, err));
fail:
    origin_release(&origin);
    network_release(&network);
    return err->code;
}

/* --- the cache --- */

/* All that decides the features, as text, and the file that is named by it (NULL: none). */
static ErrCode make_key(Text *key, char **path, const Features *features, const Infer *infer,
                        const ImageSet *set, const FeatureSource *source, Err *err)
{
    text_printf(key, "isoflop features %d arithmetic %d weights %s names %s network %s images %s",
                FEATURES_FORM, arithmetic_revision(), features->weights,
                source->weights->naming->name, infer_network(infer)->digest, imageset_digest(set));
    for (int c = 0; c < DATA_CHANNELS; c++)
        text_printf(key, " %.9g %.9g", (double)features->stats.mean[c],
                    (double)features->stats.std[c]);
    TRY(text_ok(key, err));
    TRY(memo_path(path, dataset_name(source->images->set), text_string(key), "features", err));
fail:
    return err->code;
}

/* One part as a tensor, its numbers apart. */
static TensorInfo describe(const Features *features, DataPart part)
{
    TensorInfo info = {.name = data_part_name(part),
                       .type = TENSOR_F32,
                       .n_dims = 2,
                       .dims = {features->parts[part].n, features->n_features}};
    safetensors_measure(&info);
    return info;
}

static ErrCode damaged(const TensorFile *file, Err *err)
{
    return err_set(err, ERR_DATA, "'%s' is damaged", safetensors_path(file));
}

static ErrCode read_parts(float *const x[N_PARTS], const Features *features, const TensorFile *file,
                          const char *key, Err *err)
{
    char digest[HASH_HEX_BYTES];
    const char *what = safetensors_metadata(file, KEY_WHAT);
    const char *seal = safetensors_metadata(file, KEY_DIGEST);
    TRY(safetensors_digest(file, KEY_DIGEST, digest, err));
    if (what == NULL || seal == NULL || strcmp(what, key) != 0 || strcmp(seal, digest) != 0)
        return damaged(file, err);
    for (int part = 0; part < N_PARTS; part++) {
        const TensorInfo wanted = describe(features, (DataPart)part);
        const TensorInfo *found = safetensors_find(file, wanted.name);
        if (wanted.n_elements == 0)
            continue;
        if (found == NULL || found->n_elements != wanted.n_elements)
            return damaged(file, err);
        TRY(safetensors_floats(file, found, false, x[part], wanted.n_elements, err));
    }
fail:
    return err->code;
}

/* Sets was_cached or was_damaged, or neither. ERR_MEMORY apart, nothing is an error. */
static ErrCode read_cached(Features *features, float *const x[N_PARTS], const char *path,
                           const char *key, Err *err)
{
    TensorFile *file = NULL;
    Err refused = {0};
    if (path == NULL || !file_exists(path))
        return ERR_NONE;
    if (safetensors_open(&file, NULL, path, &refused) == ERR_NONE)
        (void)!read_parts(x, features, file, key, &refused);
    safetensors_close(&file);
    if (refused.code == ERR_MEMORY)
        *err = refused;
    features->was_cached = refused.code == ERR_NONE;
    features->was_damaged = !features->was_cached;
    return err->code;
}

/* Failing only costs time, some other time. */
static void keep(const Features *features, const char *path, const char *key)
{
    char digest[HASH_HEX_BYTES];
    TensorInfo tensors[N_PARTS];
    MetadataEntry metadata[N_METADATA] = {{KEY_WHAT, key}};
    TensorSet set = {.tensors = tensors, .metadata = metadata, .n_metadata = 1};
    Err ignored = {0};
    if (path == NULL)
        return;
    for (int part = 0; part < N_PARTS; part++) {
        tensors[set.n_tensors] = describe(features, (DataPart)part);
        tensors[set.n_tensors].data = features->parts[part].x;
        set.n_tensors += features->parts[part].n > 0;
    }
    if (safetensors_digest_set(&set, NULL, digest, &ignored) != ERR_NONE)
        return;
    metadata[set.n_metadata++] = (MetadataEntry){KEY_DIGEST, digest};
    (void)!safetensors_write(NULL, path, &set, &ignored);
}

/* --- weights --- */

static ErrCode digest_weights(char digest[HASH_HEX_BYTES], const FeatureSource *source, Err *err)
{
    Hash128 hash;
    TRY(hash_file(NULL, source->weights->path, &hash, err));
    hash_hex(hash, digest);
fail:
    return err->code;
}

ErrCode features_verify(const Features *features, const FeatureSource *source, Err *err)
{
    char now[HASH_HEX_BYTES];
    TRY(digest_weights(now, source, err));
    if (strcmp(now, features->weights) != 0)
        (void)err_set(err, ERR_DATA,
                      "weights '%s' have changed while they were used: give the command again",
                      source->weights->path);
fail:
    return err->code;
}

/* --- making --- */

/* Room for features, and labels with what is in them; x[part] is where the former lie. */
static ErrCode reserve(Features *features, float *x[N_PARTS], const ImageSet *set, Err *err)
{
    for (int part = 0; part < N_PARTS; part++) {
        const uint32_t n = imageset_count(set, (DataPart)part);
        int32_t *labels = arena_alloc(&features->arena, n, sizeof *labels);
        size_t n_floats;
        (void)arena_multiply(n, (size_t)features->n_features, &n_floats);
        x[part] = arena_floats(&features->arena, n_floats);
        if (arena_ok(&features->arena, err) != ERR_NONE)
            return err->code;
        for (uint32_t i = 0; i < n; i++)
            labels[i] = imageset_view(set, (DataPart)part, i).label;
        features->parts[part] = (HeadData){x[part], labels, n, features->n_features};
    }
    return ERR_NONE;
}

static bool are_finite(const HeadData *data)
{
    const int64_t n = data->n * data->n_features;
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(data->x[i]))
            return false;
    return true;
}

static ErrCode make(Features *features, float *const x[N_PARTS], Infer *infer, const ImageSet *set,
                    const FeatureSource *source, Err *err)
{
    const int64_t begin = clock_now_ns();
    EvaluationWatch watch = {.progress = source->progress,
                             .user = source->progress_user,
                             .total = features_count(features)};
    for (int part = 0; part < N_PARTS; part++) {
        if (features->parts[part].n == 0)
            continue;
        TRY(evaluation_logits(x[part], infer, set, &features->stats, (DataPart)part, &watch, err));
        if (!are_finite(&features->parts[part]))
            return err_set(err, ERR_DATA, "weights '%s' make features that are no numbers",
                           source->weights->path);
    }
    features->seconds = clock_seconds(begin, clock_now_ns());
fail:
    return err->code;
}

ErrCode features_open(Features *out, const FeatureSource *source, Err *err)
{
    Infer *infer = NULL;
    ImageSet *set = NULL;
    Text key = {0};
    char *path = NULL;
    float *x[N_PARTS] = {NULL};
    *out = (Features){0};
    TRY(digest_weights(out->weights, source, err)); /* before they are read, and again behind it */
    TRY(open_network(&infer, out, source, err));
    const ImageSetSettings view = {.resolution = out->resolution,
                                   .center_crop = source->data->center_crop,
                                   .threads = source->threads,
                                   .progress = source->preparing,
                                   .progress_user = source->progress_user};
    TRY(imageset_open(&set, source->images->set, &source->images->split, &view, &out->prepared,
                      err));
    out->stats = imagestats_compute(set, PART_TRAIN, source->threads);
    TRY(reserve(out, x, set, err));
    TRY(make_key(&key, &path, out, infer, set, source, err));
    TRY(read_cached(out, x, path, text_string(&key), err));
    if (!out->was_cached) {
        TRY(make(out, x, infer, set, source, err));
        TRY(features_verify(out, source, err));
        keep(out, path, text_string(&key));
    }
fail:
    mem_free(path);
    text_release(&key);
    imageset_close(&set);
    infer_destroy(&infer);
    return err->code;
}

uint32_t features_count(const Features *features)
{
    uint32_t n = 0;
    for (int part = 0; part < N_PARTS; part++)
        n += (uint32_t)features->parts[part].n;
    return n;
}

void features_release(Features *features)
{
    arena_release(&features->arena);
    *features = (Features){0};
}
