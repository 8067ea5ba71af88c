/*
 * weights/origin.h: what weights are of and were trained on, as their file says it.
 *
 * The same numbers give other answers at another resolution, padding, epsilon or normalisation, and
 * mean nothing under other class names; so weight files carry all that in their metadata, with a
 * digest over metadata and tensors, and whoever uses weights compares. There is nothing of place,
 * time, machine or names that users give: the text is a function of network and data. Keys, all
 * texts: isoflop (the form), network (digest of what execution at any resolution depends on),
 * resolution, padding, epsilon, mean, deviation (of pixels in 0..1), classes (a JSON list), data
 * (digest of the set's contents), center_crop (only where less than the whole square was kept),
 * isoflop_digest.
 *
 * Files of others, and of the first release, have none of these keys: is_known is false, and
 * nothing can be compared. Our own conversion of such a file has isoflop and isoflop_digest alone.
 */
#ifndef WEIGHTS_ORIGIN_H
#define WEIGHTS_ORIGIN_H

#include "weights/safetensors.h"

#include "base/arena.h"
#include "base/hash.h"
#include "models/network.h"

#include <stdbool.h>

enum { ORIGIN_CHANNELS = 3, ORIGIN_ENTRIES = 11 /* of metadata, the digest included */ };

/* What to say of a file whose origin is not known, behind its name. */
#define ORIGIN_UNKNOWN                                                                             \
    "does not say what it was trained on: resolution, padding, normalisation and classes are not " \
    "compared"

/* What need not be equal. */
typedef enum OriginAccept {
    ORIGIN_ANY_RESOLUTION = 1, /* the user named another */
    ORIGIN_ANY_BORDERS = 2,    /* padding and epsilon: names change, nothing is computed */
    ORIGIN_ANY_DATA = 4,       /* set, crop and normalisation, not the classes */
} OriginAccept;

typedef struct WeightOrigin {
    bool is_known; /* the rest is filled */
    char network[HASH_HEX_BYTES];
    int resolution; /* pixels */
    bool pads_same;
    double epsilon;
    float mean[ORIGIN_CHANNELS], deviation[ORIGIN_CHANNELS];
    char data[HASH_HEX_BYTES];
    double center_crop;   /* share of the shorter side that images keep, (0, 1] */
    const char **classes; /* [n_classes], by label; in arena */
    int n_classes;
    Arena arena;
} WeightOrigin;

/* What a training says, or the data that weights are used on. All borrowed. */
typedef struct OriginData {
    const char *set;               /* what the user calls it, for messages; not stored */
    const char *digest;            /* of its contents */
    const float *mean, *deviation; /* [ORIGIN_CHANNELS], of its training images */
    int resolution;                /* at which those are, for resizing changes them; pixels */
    double center_crop;            /* share of the shorter side that images keep, (0, 1] */
    int n_classes;
    const char *(*class_name)(const void *user, int label);
    const void *user;
} OriginData;

/* Of weights of this network and these data; *out is zeroed. ERR_MEMORY. Release it anyway. */
ErrCode origin_make(WeightOrigin *out, const Network *network, const OriginData *data,
                    Err *err) ERR_CHECKED;

/*
 * The metadata without the digest: entries[ORIGIN_ENTRIES], texts in `arena`; *n of them. Of one
 * that is not known, the form alone. With `network` its facts instead of the origin's own, also of
 * one that is not known. ERR_MEMORY.
 */
ErrCode origin_entries(const WeightOrigin *origin, const Network *network, Arena *arena,
                       MetadataEntry *entries, size_t *n, Err *err) ERR_CHECKED;

/* Sorts the set; its entry of the digest, text in `digest`. ERR_MEMORY. */
ErrCode origin_seal(TensorSet *set, char digest[HASH_HEX_BYTES], MetadataEntry *entry,
                    Err *err) ERR_CHECKED;

/*
 * Reads a file's origin and checks the digest over the whole file. ERR_DATA (damaged, a key is
 * missing or not what it should be), ERR_VERSION (a newer form), ERR_MEMORY. Release it anyway.
 */
ErrCode origin_read(WeightOrigin *out, const TensorFile *file, Err *err) ERR_CHECKED;

/*
 * Compares where weights are from with where they are used: the network, the classes, the set, how
 * its images are cut and its normalisation (of one resolution); `accept` apart, a set of
 * OriginAccept. ERR_DATA names both sides and the remedy. With weights whose origin is not known
 * nothing is compared. `path` is theirs.
 */
ErrCode origin_check_network(const WeightOrigin *weights, const char *path, const Network *network,
                             unsigned accept, Err *err) ERR_CHECKED;
ErrCode origin_check_classes(const WeightOrigin *weights, const char *path, const OriginData *used,
                             Err *err) ERR_CHECKED;
ErrCode origin_check_data(const WeightOrigin *weights, const char *path, const OriginData *used,
                          unsigned accept, Err *err) ERR_CHECKED;

void origin_release(WeightOrigin *origin); /* accepts a zeroed one */

#endif
