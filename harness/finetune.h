/*
 * harness/finetune.h: how a training begins with weights of another, `recipe.init`.
 *
 * {weights: FILE, digest: HEX, names: isoflop, head: new, freeze: [stem, stages.0], lr_factor:
 * {stages: 0.1}, bn: frozen}. The weights are of the same network, but for the classifier where
 * `head` is new: that begins as without weights. Any resolution, data and normalisation may be
 * another. What is frozen keeps every bit, its batch norms work by their running statistics; `bn:
 * frozen` has all of them do so. What decides a training's bits is the file's digest, not where it
 * lies: the text of a digest holds no path.
 *
 * Layers are called by what their tensors' names begin with: `stem`, `stages`, `stages.0`,
 * `stages.0.1`; `head` is all behind the stages, the classifier included.
 */
#ifndef HARNESS_FINETUNE_H
#define HARNESS_FINETUNE_H

#include "base/err.h"
#include "base/text.h"
#include "base/yaml.h"
#include "models/network.h"
#include "models/spec.h"
#include "nn/net.h"
#include "weights/origin.h"

#include <stdbool.h>

#define FINETUNE_LEAST_FACTOR 1e-6
#define FINETUNE_MOST_FACTOR 1e6

typedef struct FineTune {
    bool is_on;
    const char *weights;     /* path; absolute after finetune_anchor */
    const char *digest;      /* of the file, hexadecimal; NULL: not known yet */
    const char *trial;       /* digest of the trial (harness/identity.h) of the same seed and study
                                that the weights are of; NULL: a file of anybody's */
    int names;               /* index for naming_at (weights/naming.h) */
    bool keeps_head;         /* the weights' own classifier */
    bool freezes_norm;       /* running statistics, of all batch norms */
    const YamlNode *freeze;  /* list of layers, or NULL; belongs to the document */
    const YamlNode *factors; /* map from layers to factors on their rate, or NULL; the same */
} FineTune;

/* Reads the key's map; NULL or `none` is off. ERR_USAGE with the place. */
ErrCode finetune_read(FineTune *out, const YamlNode *node, Err *err) ERR_CHECKED;

/*
 * The same of a map without weights, names and digest, which another part's trials give; is_on in
 * any case. ERR_USAGE.
 */
ErrCode finetune_read_rest(FineTune *out, const YamlNode *node, Err *err) ERR_CHECKED;

/* Appends the map in flow style: with `weights` of everything, else without what these are. */
void finetune_emit(const FineTune *tune, Text *out);

/*
 * Makes the path absolute, relative to `folder` (to the current one where an option says it), and
 * finds the file's digest where the map does not say it. *node becomes one of `doc` that says both,
 * so that what is echoed stands by itself. ERR_USAGE (there is no such file), ERR_IO, ERR_MEMORY.
 */
ErrCode finetune_anchor(FineTune *tune, const YamlNode **node, YamlDoc *doc, const char *folder,
                        Err *err) ERR_CHECKED;

/*
 * Appends the line "init: {...}" of digests; nothing if it is off. It holds what is meant, however
 * it is written: layers in the order of their names, each once, and only what changes something
 * (no layer within a frozen one, no factor that the layer around it has, 1 where none is).
 */
void finetune_identity(const FineTune *tune, Text *out);

/* Appends "begins with 'f.safetensors' (new classifier, frozen: stem stages.0)". */
void finetune_text(const FineTune *tune, Text *out);

/* Makes of `spec` the network that weights of these names are of. ERR_USAGE. */
ErrCode finetune_adapt(const FineTune *tune, Spec *spec, Err *err) ERR_CHECKED;

/* Freezes tensors and sets their rates. ERR_USAGE: no such layer, or nothing is left to train. */
ErrCode finetune_set_rates(const FineTune *tune, Net *net, Err *err) ERR_CHECKED;

/* Whether the file is the one that the digest says, ERR_DATA if not; ERR_IO. Off: nothing. */
ErrCode finetune_verify(const FineTune *tune, Err *err) ERR_CHECKED;

/*
 * Loads the weights into a Net whose initial ones are there; *origin (origin_release it in any
 * case) is what the file says. finetune_verify comes before it. ERR_DATA: the file does not fit;
 * errors of weights_load.
 */
ErrCode finetune_load(const FineTune *tune, Net *net, WeightOrigin *origin, Err *err) ERR_CHECKED;

/* Whether rates can be set with a network. ERR_USAGE as finetune_set_rates. */
ErrCode finetune_check_layers(const FineTune *tune, const Network *network, Err *err) ERR_CHECKED;

/* Whether rates can be set and weights be loaded with a network; the file is not verified. */
ErrCode finetune_check(const FineTune *tune, const Network *network, Err *err) ERR_CHECKED;

#endif
