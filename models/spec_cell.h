/*
 * models/spec_cell: the cells of a network file: graphs of operations that stages of op `cell`
 * repeat. Reading, writing, the tables of their keys; what operations a cell becomes is
 * models/cellwalk.h.
 *
 * A cell is a list of nodes. Each names the maps it reads: nodes above it, `last` (what the block
 * before made) or `before` (what the block before read). A node thus cannot read what comes after
 * it, and there are no cycles. The last node is the cell's output; all others are read.
 */
#ifndef MODELS_SPEC_CELL_H
#define MODELS_SPEC_CELL_H

#include "models/spec_types.h"

#include "base/yaml.h"

extern const YamlTable spec_cell_table, spec_node_table;

/*
 * Reads the list `cells` into *spec. Errors: ERR_USAGE with file, line, column: unknown operation
 * or input, inputs below their node, nodes that nobody reads, keys that do not belong to the
 * operation; ERR_MEMORY.
 */
ErrCode spec_cell_read(YamlDoc *doc, const YamlNode *list, Spec *spec, Err *err) ERR_CHECKED;

/* Whether there is a cell of the name that a stage gives. Errors: ERR_USAGE, with the nearest. */
ErrCode spec_cell_check_name(const YamlNode *name, const Spec *spec, Err *err) ERR_CHECKED;

/* Appends `cells`, or nothing where there are none. */
void spec_cell_write(const Spec *spec, Text *out);

/* NULL: there is none of that name. */
const CellSpec *spec_cell_find(const Spec *spec, const char *name);

#endif
