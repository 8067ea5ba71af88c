/* weights/origin.c: from facts to metadata and back; comparisons. */
#include "weights/origin.h"

#include "base/json.h"
#include "base/text.h"
#include "models/ops.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define KEY_FORM "isoflop"
#define KEY_DIGEST "isoflop_digest"
#define KEY_NETWORK "network"
#define KEY_RESOLUTION "resolution"
#define KEY_PADDING "padding"
#define KEY_EPSILON "epsilon"
#define KEY_MEAN "mean"
#define KEY_DEVIATION "deviation"
#define KEY_CLASSES "classes"
#define KEY_DATA "data"
#define KEY_CROP "center_crop"

/* Raised when a file of before could be misunderstood. */
#define FORM "weights 1"

#define WHOLE 1.0 /* a crop that keeps all of the central square; not written out */

enum { SHOWN_CLASSES = 4, SHOWN_CLASS_BYTES = 24 };

static const char *padding_name(bool pads_same)
{
    return pads_same ? "same" : "symmetric";
}

/* --- make --- */

/*
 * All that execution depends on at any resolution, as canonical text: like Network.digest, without
 * sizes and what follows from them, without what only training uses, and without what has a key of
 * its own.
 */
static ErrCode digest_network(const Network *network, char digest[HASH_HEX_BYTES], Err *err)
{
    Text text = {0};
    text_append(&text, "isoflop weights network 1\n");
    for (int i = 0; i < network->n_ops; i++) {
        const Op *op = &network->ops[i];
        text_printf(&text, "%d %s %d %d %d %d %d %d %d %d %d", (int)op->kind, op->name, op->input,
                    op->shortcut, op->kernel, op->stride, op->in_channels, op->out_channels,
                    op->squeeze, (int)op->batch_norm, (int)op->act);
        ops_identify(op, &text);
        text_append_char(&text, '\n');
    }
    if (text_ok(&text, err) == ERR_NONE)
        hash_hex(hash_128(text.data, text.n_bytes), digest);
    text_release(&text);
    return err->code;
}

static ErrCode set_network(WeightOrigin *out, const Network *network, Err *err)
{
    out->resolution = network->resolution;
    out->pads_same = network->pads_same;
    out->epsilon = network->bn_epsilon;
    return digest_network(network, out->network, err);
}

static void set_classes(WeightOrigin *out, int n_classes)
{
    out->n_classes = n_classes;
    out->classes = arena_zalloc(&out->arena, (size_t)n_classes + 1, sizeof *out->classes);
}

ErrCode origin_make(WeightOrigin *out, const Network *network, const OriginData *data, Err *err)
{
    TRY(set_network(out, network, err));
    memcpy(out->mean, data->mean, sizeof out->mean);
    memcpy(out->deviation, data->deviation, sizeof out->deviation);
    (void)snprintf(out->data, sizeof out->data, "%s", data->digest);
    out->center_crop = data->center_crop;
    set_classes(out, data->n_classes);
    for (int i = 0; out->classes != NULL && i < out->n_classes; i++)
        out->classes[i] = arena_text(&out->arena, data->class_name(data->user, i));
    TRY(arena_ok(&out->arena, err));
    out->is_known = true;
fail:
    return err->code;
}

void origin_release(WeightOrigin *origin)
{
    arena_release(&origin->arena);
    *origin = (WeightOrigin){0};
}

/* --- write --- */

static void put(MetadataEntry *entries, size_t *n, const char *key, const char *value)
{
    entries[(*n)++] = (MetadataEntry){key, value};
}

static const char *numbers(Arena *arena, const float values[ORIGIN_CHANNELS])
{
    Text text = {0};
    JsonWriter json = json_writer(&text, false);
    json_open_list(&json, NULL);
    for (int c = 0; c < ORIGIN_CHANNELS; c++)
        json_put_double(&json, NULL, (double)values[c]);
    json_close_list(&json);
    const char *kept = arena_text(arena, text_string(&text));
    arena->failed |= text.failed;
    text_release(&text);
    return kept;
}

static const char *number(Arena *arena, double value)
{
    Text text = {0};
    text_append_double(&text, value);
    const char *kept = arena_text(arena, text_string(&text));
    arena->failed |= text.failed;
    text_release(&text);
    return kept;
}

static const char *names(Arena *arena, const WeightOrigin *origin)
{
    Text text = {0};
    JsonWriter json = json_writer(&text, false);
    json_open_list(&json, NULL);
    for (int i = 0; i < origin->n_classes; i++)
        json_put_text(&json, NULL, origin->classes[i]);
    json_close_list(&json);
    const char *kept = arena_text(arena, text_string(&text));
    arena->failed |= text.failed;
    text_release(&text);
    return kept;
}

ErrCode origin_entries(const WeightOrigin *origin, const Network *network, Arena *arena,
                       MetadataEntry *entries, size_t *n, Err *err)
{
    WeightOrigin place = *origin; /* its arena is not touched */
    *n = 0;
    if (network != NULL)
        TRY(set_network(&place, network, err));
    put(entries, n, KEY_FORM, FORM);
    if (origin->is_known || network != NULL) {
        put(entries, n, KEY_NETWORK, arena_text(arena, place.network));
        put(entries, n, KEY_RESOLUTION, arena_printf(arena, "%d", place.resolution));
        put(entries, n, KEY_PADDING, padding_name(place.pads_same));
        put(entries, n, KEY_EPSILON, number(arena, place.epsilon));
    }
    if (origin->is_known) {
        put(entries, n, KEY_MEAN, numbers(arena, origin->mean));
        put(entries, n, KEY_DEVIATION, numbers(arena, origin->deviation));
        put(entries, n, KEY_CLASSES, names(arena, origin));
        put(entries, n, KEY_DATA, arena_text(arena, origin->data));
        if (origin->center_crop < WHOLE)
            put(entries, n, KEY_CROP, number(arena, origin->center_crop));
    }
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}

ErrCode origin_seal(TensorSet *set, char digest[HASH_HEX_BYTES], MetadataEntry *entry, Err *err)
{
    *entry = (MetadataEntry){KEY_DIGEST, digest};
    return safetensors_digest_set(set, KEY_DIGEST, digest, err);
}

/* --- read --- */

/* The text of a key that must be there. */
static ErrCode get(const TensorFile *file, const char *key, const char **value, Err *err)
{
    *value = safetensors_metadata(file, key);
    if (*value == NULL)
        return err_set(err, ERR_DATA, "metadata of '%s' have no '%s'", safetensors_path(file), key);
    return ERR_NONE;
}

static ErrCode bad(const TensorFile *file, const char *key, Err *err)
{
    return err_set(err, ERR_DATA, "metadata '%s' of '%s' are not what they should be", key,
                   safetensors_path(file));
}

/* The digest over metadata and tensors; a file with one of the two keys has both. */
static ErrCode check_digest(const TensorFile *file, Err *err)
{
    char digest[HASH_HEX_BYTES];
    const char *stored = NULL, *form = NULL;
    TRY(get(file, KEY_DIGEST, &stored, err));
    TRY(get(file, KEY_FORM, &form, err));
    TRY(safetensors_digest(file, KEY_DIGEST, digest, err));
    if (strcmp(stored, digest) != 0) {
        (void)err_set(err, ERR_DATA,
                      "weights '%s' are damaged: their digest is %.32s, the contents give %s",
                      safetensors_path(file), stored, digest);
        goto fail;
    }
    if (strcmp(form, FORM) != 0) {
        (void)err_set(err, ERR_VERSION, "'%s' is of the form '%.32s', not '%s'",
                      safetensors_path(file), form, FORM);
        goto fail;
    }
fail:
    return err->code;
}

/* The JSON list of a key; json_decref it. */
static ErrCode get_list(const TensorFile *file, const char *key, json_t **list, Err *err)
{
    const char *text = NULL;
    TRY(get(file, key, &text, err));
    TRY(json_parse(list, safetensors_path(file), text, strlen(text), err));
    if (!json_is_array(*list))
        (void)bad(file, key, err);
fail:
    return err->code;
}

static ErrCode read_numbers(const TensorFile *file, const char *key, float out[ORIGIN_CHANNELS],
                            Err *err)
{
    json_t *list = NULL;
    TRY(get_list(file, key, &list, err));
    if (json_array_size(list) != ORIGIN_CHANNELS)
        (void)bad(file, key, err);
    for (size_t c = 0; c < ORIGIN_CHANNELS && err->code == ERR_NONE; c++) {
        const json_t *item = json_array_get(list, c);
        const double value = json_is_number(item) ? json_number_value(item) : (double)NAN;
        if (fabs(value) <= (double)FLT_MAX)
            out[c] = (float)value;
        else
            (void)bad(file, key, err);
    }
fail:
    json_decref(list);
    return err->code;
}

static ErrCode read_classes(WeightOrigin *out, const TensorFile *file, Err *err)
{
    json_t *list = NULL;
    TRY(get_list(file, KEY_CLASSES, &list, err));
    set_classes(out, (int)json_array_size(list));
    for (int i = 0; out->classes != NULL && i < out->n_classes; i++) {
        const json_t *item = json_array_get(list, (size_t)i);
        if (!json_is_string(item)) {
            (void)bad(file, KEY_CLASSES, err);
            goto fail;
        }
        out->classes[i] = arena_text(&out->arena, json_string_value(item));
    }
    TRY(arena_ok(&out->arena, err));
fail:
    json_decref(list);
    return err->code;
}

static ErrCode read_network(WeightOrigin *out, const TensorFile *file, Err *err)
{
    const char *network = NULL, *resolution = NULL, *padding = NULL, *epsilon = NULL;
    int64_t pixels = 0;
    TRY(get(file, KEY_NETWORK, &network, err));
    TRY(get(file, KEY_RESOLUTION, &resolution, err));
    TRY(get(file, KEY_PADDING, &padding, err));
    TRY(get(file, KEY_EPSILON, &epsilon, err));
    (void)snprintf(out->network, sizeof out->network, "%s", network);
    if (!text_to_int64(resolution, &pixels) || pixels < 1 || pixels > INT32_MAX)
        return bad(file, KEY_RESOLUTION, err);
    out->resolution = (int)pixels;
    if (!text_to_double(epsilon, &out->epsilon))
        return bad(file, KEY_EPSILON, err);
    out->pads_same = strcmp(padding, padding_name(true)) == 0;
fail:
    return err->code;
}

static ErrCode read_crop(WeightOrigin *out, const TensorFile *file, Err *err)
{
    const char *crop = safetensors_metadata(file, KEY_CROP);
    out->center_crop = WHOLE;
    if (crop != NULL && (!text_to_double(crop, &out->center_crop) || !(out->center_crop > 0.0) ||
                         !(out->center_crop < WHOLE)))
        return bad(file, KEY_CROP, err);
    return ERR_NONE;
}

ErrCode origin_read(WeightOrigin *out, const TensorFile *file, Err *err)
{
    const char *data = NULL;
    *out = (WeightOrigin){0};
    if (safetensors_metadata(file, KEY_FORM) == NULL &&
        safetensors_metadata(file, KEY_DIGEST) == NULL)
        return ERR_NONE;
    TRY(check_digest(file, err));
    if (safetensors_metadata(file, KEY_NETWORK) == NULL)
        return ERR_NONE;
    TRY(read_network(out, file, err));
    TRY(read_numbers(file, KEY_MEAN, out->mean, err));
    TRY(read_numbers(file, KEY_DEVIATION, out->deviation, err));
    for (int c = 0; c < ORIGIN_CHANNELS; c++)
        if (!(out->deviation[c] > 0.0f))
            return bad(file, KEY_DEVIATION, err);
    TRY(read_classes(out, file, err));
    TRY(read_crop(out, file, err));
    TRY(get(file, KEY_DATA, &data, err));
    (void)snprintf(out->data, sizeof out->data, "%s", data);
    out->is_known = true;
fail:
    return err->code;
}

/* --- compare --- */

ErrCode origin_check_network(const WeightOrigin *weights, const char *path, const Network *network,
                             unsigned accept, Err *err)
{
    WeightOrigin used = {0};
    if (!weights->is_known)
        return ERR_NONE;
    TRY(set_network(&used, network, err));
    if (strcmp(used.network, weights->network) != 0)
        return err_set(err, ERR_DATA,
                       "weights '%s' are of another network (%s) than '%s' (%s): the tensors are "
                       "alike, what is done with them is not",
                       path, weights->network, network->name, used.network);
    if (used.pads_same != weights->pads_same && !(accept & ORIGIN_ANY_BORDERS))
        return err_set(
            err, ERR_DATA, "weights '%s' were trained with %s padding, network '%s' has %s", path,
            padding_name(weights->pads_same), network->name, padding_name(used.pads_same));
    if (used.epsilon != weights->epsilon && !(accept & ORIGIN_ANY_BORDERS))
        return err_set(err, ERR_DATA,
                       "weights '%s' were trained with a batch norm epsilon of %g, network '%s' "
                       "has %g",
                       path, weights->epsilon, network->name, used.epsilon);
    if (used.resolution != weights->resolution && !(accept & ORIGIN_ANY_RESOLUTION))
        return err_set(err, ERR_DATA,
                       "weights '%s' were trained at %d px, network '%s' is used at %d px: give "
                       "--resolution %d, or --resolution %d to use them at another",
                       path, weights->resolution, network->name, used.resolution,
                       weights->resolution, used.resolution);
fail:
    return err->code;
}

/* "3 classes: 'a', 'b', 'c'", the first few. */
static void put_classes(Text *out, int n, const char *(*name)(const void *, int), const void *user)
{
    text_printf(out, "%d class%s: ", n, n == 1 ? "" : "es");
    for (int i = 0; i < n && i < SHOWN_CLASSES; i++)
        text_printf(out, "%s'%.*s'", i > 0 ? ", " : "", SHOWN_CLASS_BYTES, name(user, i));
    if (n > SHOWN_CLASSES)
        text_append(out, ", ...");
}

static const char *own_name(const void *user, int label)
{
    return ((const WeightOrigin *)user)->classes[label];
}

/* Differing labels are shown even where the first few are equal. */
static ErrCode refuse_classes(const WeightOrigin *weights, const char *path, const OriginData *used,
                              int first, Err *err)
{
    Text text = {0};
    text_printf(&text, "weights '%s' were trained on ", path);
    put_classes(&text, weights->n_classes, own_name, weights);
    text_printf(&text, "; data set '%s' has ", used->set);
    put_classes(&text, used->n_classes, used->class_name, used->user);
    if (first >= SHOWN_CLASSES && first < weights->n_classes && first < used->n_classes)
        text_printf(&text, " (class %d is '%.*s' and '%.*s')", first, SHOWN_CLASS_BYTES,
                    weights->classes[first], SHOWN_CLASS_BYTES,
                    used->class_name(used->user, first));
    if (text_ok(&text, err) == ERR_NONE)
        (void)err_set(err, ERR_DATA, "%s", text_string(&text));
    text_release(&text);
    return err->code;
}

ErrCode origin_check_classes(const WeightOrigin *weights, const char *path, const OriginData *used,
                             Err *err)
{
    int first = 0;
    if (!weights->is_known)
        return ERR_NONE;
    while (first < weights->n_classes && first < used->n_classes &&
           strcmp(weights->classes[first], used->class_name(used->user, first)) == 0)
        first++;
    if (first == weights->n_classes && first == used->n_classes)
        return ERR_NONE;
    return refuse_classes(weights, path, used, first, err);
}

ErrCode origin_check_data(const WeightOrigin *weights, const char *path, const OriginData *used,
                          unsigned accept, Err *err)
{
    if (!weights->is_known || accept & ORIGIN_ANY_DATA)
        return ERR_NONE;
    if (strcmp(weights->data, used->digest) != 0)
        return err_set(err, ERR_DATA,
                       "weights '%s' were trained on other data (%s) than '%s' has (%s): give "
                       "those, or --any-data",
                       path, weights->data, used->set, used->digest);
    if (weights->center_crop != used->center_crop)
        return err_set(err, ERR_DATA,
                       "weights '%s' were trained with a center_crop of %.17g, the images of '%s' "
                       "are cut with %.17g: give --set data.center_crop=%.17g, or --any-data",
                       path, weights->center_crop, used->set, used->center_crop,
                       weights->center_crop);
    if (weights->resolution != used->resolution)
        return ERR_NONE;
    const float *const sides[][2] = {{weights->mean, used->mean},
                                     {weights->deviation, used->deviation}};
    static const char *const side_names[] = {"mean", "deviation"};
    for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
        const float *a = sides[i][0], *b = sides[i][1];
        if (a[0] != b[0] || a[1] != b[1] || a[2] != b[2])
            return err_set(err, ERR_DATA,
                           "weights '%s' were trained with the %s %.6g %.6g %.6g of their pixels, "
                           "the training images of '%s' have %.6g %.6g %.6g: give the data.train "
                           "of the training, or --any-data",
                           path, side_names[i], (double)a[0], (double)a[1], (double)a[2], used->set,
                           (double)b[0], (double)b[1], (double)b[2]);
    }
    return ERR_NONE;
}
