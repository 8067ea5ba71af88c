/*
 * The zoo: the specifications of models/zoo/, compiled in, found by name; and any other by
 * its path.
 */
#ifndef MODELS_ZOO_H
#define MODELS_ZOO_H

#include "models/spec.h"

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* A network is its file: there is no other list. Families together, small to large. */
size_t zoo_count(void);
const char *zoo_name(size_t index);

/* The YAML of a zoo network, or NULL: for `list --dump`. */
const char *zoo_text(const char *name);

/* Whether a network's name is a path: it has a '/' or ends in .yaml or .yml. */
bool zoo_is_path(const char *name);

/*
 * NETWORK of the command line: a zoo name, or a path (zoo_is_path). Errors: ERR_USAGE (unknown
 * name, with the nearest known one; bad file), ERR_IO, ERR_MEMORY.
 */
ErrCode zoo_load(Spec *spec, const char *name_or_path, Err *err) ERR_CHECKED;

#endif
