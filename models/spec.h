/*
 * A network specification: the YAML of a baseline as plain data, before any operation list exists.
 *
 * A Spec says what docs/networks.md says a network is: stem, stages, head, and the rules by
 * which it may be scaled. It is not executable (models/resolve.h makes the operation list) and it
 * never scales itself: models/scaling.h turns a Spec and (d, w, r) into a *new* Spec whose integers
 * are written out, so training never scales. All fields are open; whoever changes one (classes,
 * padding, bn_epsilon) resolves again. A Spec owns nothing: copy it freely.
 */
#ifndef MODELS_SPEC_H
#define MODELS_SPEC_H

#include "models/spec_types.h"

#include "base/err.h"
#include "base/text.h"
#include "base/yaml.h"

#include <stdbool.h>
#include <stddef.h>

/* --- read --- */

/*
 * Parses a specification; `source` names it in messages. Errors: ERR_USAGE with file, line, column;
 * ERR_MEMORY.
 */
ErrCode spec_parse(Spec *spec, const char *source, const char *data, size_t n_bytes,
                   Err *err) ERR_CHECKED;

/* The same from a map within a document. */
ErrCode spec_read(Spec *spec, YamlDoc *doc, const YamlNode *map, Err *err) ERR_CHECKED;

/* The same from a file. Errors: also ERR_IO. */
ErrCode spec_load(Spec *spec, const char *path, Err *err) ERR_CHECKED;

/* --- write --- */

/*
 * Appends the specification as YAML, byte-stable: equal specs give equal bytes, and spec_parse
 * reads back an equal one.
 */
void spec_write_yaml(const Spec *spec, Text *out);

/* Appends the Markdown tables of all keys (docs/networks.md). */
void spec_describe(Text *out);

/* --- inspect --- */

/* Blocks of all stages: the N of drop connect, and what "built depth" counts. */
int spec_n_blocks(const Spec *spec);

#endif
