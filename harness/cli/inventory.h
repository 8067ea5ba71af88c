/*
 * harness/cli/inventory.h: what this binary knows, kind by kind, and the files compiled into it.
 */
#ifndef HARNESS_CLI_INVENTORY_H
#define HARNESS_CLI_INVENTORY_H

#include "base/err.h"
#include "base/text.h"

#include <stddef.h>

enum { INVENTORY_MAX_ROWS = 256, INVENTORY_MAX_ABOUT = 96 };

typedef struct InventoryRow {
    const char *name;
    char about[INVENTORY_MAX_ABOUT]; /* what it is, or "" */
} InventoryRow;

typedef struct Inventory {
    InventoryRow v[INVENTORY_MAX_ROWS]; /* further ones are left out */
    size_t n;
} Inventory;

/* A kind of things: "networks", "data", ... */
typedef struct InventoryKind {
    const char *name;
    ErrCode (*list)(Inventory *rows, Err *err); /* adds all of them. ERR_MEMORY */
} InventoryKind;

enum { INVENTORY_KINDS = 8 };

/* In the order of `list`. */
extern const InventoryKind inventory_kinds[INVENTORY_KINDS];

/* Appends what is compiled in as `name`: a network, a study, a file. ERR_USAGE: nothing is. */
ErrCode inventory_dump(const char *name, Text *out, Err *err) ERR_CHECKED;

#endif
