/*
 * harness/leftovers.h: what lies in a study's folder besides facts: what can be had again, what
 * nobody needs, what nobody knows, and links where none may be.
 *
 * `clean` lists and frees it, the doctor names it, and a run refuses links. Sizes are those of the
 * files, links are never followed. Results (the store, weights of finished trials, checkpoints that
 * a trial may still go on from) are never among what is freed.
 */
#ifndef HARNESS_LEFTOVERS_H
#define HARNESS_LEFTOVERS_H

#include "base/arena.h"
#include "base/dir.h"
#include "base/err.h"
#include "results/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The folder in which `verify` trains a trial again; a stop leaves it, to go on from. */
#define LEFTOVERS_VERIFY "verify-"

typedef struct Leftover {
    const char *path; /* `folder`/... */
    const char *name; /* in the folder */
    const char *what; /* for people: "figures", "attempt of a finished trial" */
    uint64_t n_bytes;
    bool is_unwanted; /* nobody needs it again, unlike figures and decoded images */
    bool is_orphan;   /* nobody knows it, so it is not freed: it may not be had again */
} Leftover;

/* Zero-initialise it; release the arena, also after an error. */
typedef struct LeftoverList {
    Leftover *items; /* by path */
    size_t n;
    Arena arena; /* owner of all of it */
} LeftoverList;

/* All of the folder's. Errors: ERR_IO, ERR_MEMORY, those of the store. */
ErrCode leftovers_find(const Dir *folder, Store *store, LeftoverList *out, Err *err) ERR_CHECKED;

/* What freeing the list would give. */
uint64_t leftovers_bytes(const LeftoverList *list);

/* Removes what is no orphan; *n_bytes gets what that gave. Errors: ERR_IO, ERR_MEMORY. */
ErrCode leftovers_free(const Dir *folder, const LeftoverList *list, uint64_t *n_bytes,
                       Err *err) ERR_CHECKED;

/* The folders trials/N/aK. Errors: ERR_IO, ERR_MEMORY. */
ErrCode leftovers_attempts(const Dir *folder, LeftoverList *out, Err *err) ERR_CHECKED;

/* Links in the place of whatever a study writes or reads. Errors: ERR_IO, ERR_MEMORY. */
ErrCode leftovers_links(const Dir *folder, LeftoverList *out, Err *err) ERR_CHECKED;

/*
 * ERR_DATA that names the first of them, so that a run says it before it begins. Nothing rests on
 * that: whoever reads, writes or removes below the folder follows no link (base/dir.h). Errors
 * also: ERR_IO, ERR_MEMORY.
 */
ErrCode leftovers_refuse_links(const Dir *folder, Err *err) ERR_CHECKED;

/* Whether a path that a store holds stays in the study's folder. */
bool leftovers_is_inside(const char *path);

#endif
