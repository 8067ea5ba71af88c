/*
 * harness/cli/init_options.h: --init with --names and --head: weights that `train` begins with.
 *
 * --init alone goes on from weights of the same network and data, all of them. With other --names,
 * --head or a --set of recipe.init they are fine-tuned: the file is recipe.init's
 * (harness/finetune.h).
 */
#ifndef HARNESS_CLI_INIT_OPTIONS_H
#define HARNESS_CLI_INIT_OPTIONS_H

#include "harness/cli/command.h"

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>

typedef struct InitOptions {
    const char *init; /* NULL: not given */
    int names;        /* index into naming_names */
    int head;         /* 0: what recipe.init says, else its choice */
} InitOptions;

extern const OptionTable init_options;

/* The settings that fine-tuning options stand for, added to a command's own. */
typedef struct InitSets {
    Call call; /* the command's, with them */
    Text weights, names, head;
    bool is_tuned;
} InitSets;

/* ERR_USAGE (too many --set), ERR_MEMORY; release it also after an error. */
ErrCode init_options_sets(InitSets *out, const Call *call, const InitOptions *options,
                          Err *err) ERR_CHECKED;
void init_options_release(InitSets *sets);

#endif
