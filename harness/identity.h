/*
 * harness/identity.h: what decides the bits of a training, as one text and its digests.
 *
 * Trials are found again by their digest and checkpoints by their key, years later and by a newer
 * isoflop. So the text that is hashed does not grow with the program: of the recipe it holds only
 * keys that the recipe uses and whose value is not the default, and "the default" is that of a
 * *version*, frozen in a table. A key that is added later is not in the text as long as it has the
 * default it was added with, which must mean what was done before there was the key; and a default
 * that is changed raises the version, so that texts of before go on meaning what they meant.
 *
 * A study knows its version: a new one has the newest, a stored text says `version: N`, and without
 * such a line it is of version 1. A store keeps the version it was begun with for all its trials.
 * (Rejected: mapping stored digests to new ones in a migration. It would rewrite sealed facts, and
 * would have to be done again for every version.) Checkpoints of any version are taken up.
 *
 * Version 1, of the first release, holds the sixteen keys of then whatever their values, used or
 * not; later keys join it by the rule of all others.
 *
 * A version that changes defaults beside the recipe (4: judge_seeds) makes no trial another one:
 * its texts say the newest version that did, so that trials and checkpoints are found again.
 *
 * To add a key of the recipe: a row in recipe.c, and one here with `since` the newest version. To
 * change a default: raise IDENTITY_VERSION, both versions in fact, and a further row with it. Rows
 * are never changed.
 */
#ifndef HARNESS_IDENTITY_H
#define HARNESS_IDENTITY_H

#include "harness/recipe.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/yaml.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IDENTITY_VERSION = 4,        /* the newest; the first is 1 */
    IDENTITY_DIGEST_VERSION = 3, /* the newest that made a trial another one */
};

/* The default of a key from a version on; the first row of a key tells the version it came with. */
typedef struct IdentityKey {
    const char *name;     /* of a key of the table */
    int since;            /* version */
    const char *fallback; /* as yaml_emit writes it */
    const char *user;     /* key that decides whether this one is used; NULL: it always is */
    const char *users;    /* values of `user` with which it is, separated by blanks */
} IdentityKey;

/* All rows, in the order of the text; the rows of one key by version. */
typedef struct IdentityForm {
    const YamlTable *table;
    const IdentityKey *keys;
    size_t n_keys;
    int version; /* the newest */
    /* Appends the line of a key whose text here is not the table's; false: it is. Or NULL. */
    bool (*put)(const char *name, const void *settings, Text *out);
} IdentityForm;

/* That of recipes. */
extern const IdentityForm identity_recipe;

/*
 * Appends "key: value" lines of `settings`, which the form's table describes: those that decide the
 * bits under `version`; with is_whole those that have their default, too.
 */
void identity_lines(const IdentityForm *form, int version, const void *settings, bool is_whole,
                    Text *out);

/*
 * Gives a document's map `section` the defaults of `version` where it is silent and the newest ones
 * are others. ERR_USAGE, ERR_MEMORY.
 */
ErrCode identity_complete(const IdentityForm *form, int version, YamlDoc *doc, const char *section,
                          Err *err) ERR_CHECKED;

/* What is trained, but for the seed. */
typedef struct Identity {
    const char *network; /* digest */
    const char *images;  /* digest of set and subsets (harness/study_data.h) */
    const Recipe *recipe;
} Identity;

/* The digest of its trials under a version. ERR_MEMORY. */
ErrCode identity_digest(const Identity *identity, int version, char out[HASH_HEX_BYTES],
                        Err *err) ERR_CHECKED;

/* The key of one training's checkpoints; `init` is the digest of the weights it starts from, or
 * NULL. ERR_MEMORY. */
ErrCode identity_key(const Identity *identity, int version, int64_t seed, const char *init,
                     char out[HASH_HEX_BYTES], Err *err) ERR_CHECKED;

#endif
