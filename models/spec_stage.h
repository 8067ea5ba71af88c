/*
 * models/spec_stage: one stage of a network file: reading, writing, and its keys one by one, for
 * whoever varies them (search/netspace.h).
 *
 * A key is its place in the table that docs/networks.md shows.
 */
#ifndef MODELS_SPEC_STAGE_H
#define MODELS_SPEC_STAGE_H

#include "models/spec_types.h"

#include "base/yaml.h"

extern const YamlTable spec_stage_table;

/* --- whole stages --- */

/* Reads an item of `stages`. Errors: ERR_USAGE with file, line, column; ERR_MEMORY. */
ErrCode spec_stage_read(YamlDoc *doc, const YamlNode *item, StageSpec *stage, Err *err) ERR_CHECKED;

/*
 * Appends a stage in flow style with a line end, without the keys that its operation refuses and
 * those that older files did not know, where they are as they were then.
 */
void spec_stage_write(const StageSpec *stage, Text *out);

/* --- single keys --- */

/* -1: there is none of that name. */
int spec_stage_find_key(const char *name);
const char *spec_stage_key_name(int key);

/* "unknown key 'kernl' in 'stages', did you mean 'kernel'?" */
ErrCode spec_stage_unknown_key(const YamlNode *item, Err *err);

/* Whether the stage's operation reads the key. */
bool spec_stage_takes_key(const StageSpec *stage, int key);

/* Reads a value as this key's; other fields stay. Errors: as spec_stage_read. */
ErrCode spec_stage_read_key(YamlDoc *doc, int key, const YamlNode *value, StageSpec *stage,
                            Err *err) ERR_CHECKED;

void spec_stage_copy_key(StageSpec *to, const StageSpec *from, int key);
bool spec_stage_equal_key(const StageSpec *a, const StageSpec *b, int key);

/* The key's value; NaN where it is a word. */
double spec_stage_key_number(const StageSpec *stage, int key);

/* The key's word, where its value is one. */
const char *spec_stage_key_word(const StageSpec *stage, int key);

/* --- what network files share --- */

/* By Activation; lists of a stage end in one more word, for what it has where it names none. */
#define SPEC_ACTIVATION_WORDS "none", "relu", "relu6", "swish", "hard_swish", "sigmoid"

/* Errors: ERR_USAGE "'kernel' must be odd, not 4", at the key of this map. 0 passes. */
ErrCode spec_check_odd(const YamlNode *map, const char *key, int number, Err *err) ERR_CHECKED;

/* Appends a flat section in flow style, "{op: mbconv, kernel: 3}", from the reader's own table. */
void spec_write_flow(const YamlTable *table, const void *settings, Text *out);

#endif
