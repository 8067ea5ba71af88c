/*
 * Arena: memory carved by bumping a pointer; nothing in it is freed on its own, all of it at once.
 *
 * It works in one of two modes, with the same functions.
 * Fixed: build = measure, reserve once, run. The same function measures and carves: run it on a
 * measuring arena (which has no memory and returns NULL), reserve arena_bytes(), run it again.
 * Allocations are 64-byte aligned. For whatever computes.
 * Growing: what a document, a query or a report holds has a size nobody knows beforehand. A zeroed
 * Arena, `Arena arena = {0};`, takes blocks from mem_alloc as it needs them; what it handed out
 * stays where it is. Allocations are aligned for any type.
 *
 * A failed allocation returns NULL and sets the sticky `failed`, to be checked once after a batch
 * with arena_ok(). In debug builds (NDEBUG unset) fresh memory holds NaNs (as float and as double),
 * each allocation is followed by a red zone that arena_check inspects and arena_release asserts,
 * and rewinding poisons again; sizes of debug and release builds therefore differ, which is no
 * concern as nobody stores them. Not thread safe: one arena per owner.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ARENA_ALIGN = 64, /* bytes; a cache line and a vector of 16 floats */
    /* bytes; reservations of at least this are aligned to it and advised to use it */
    ARENA_HUGE_PAGE = 2 * 1024 * 1024,
};

typedef enum ArenaMode { ARENA_GROWING, ARENA_FIXED, ARENA_MEASURING } ArenaMode;

typedef struct Arena {
    ArenaMode mode;
    bool failed;         /* an allocation did not fit, there was no memory, its size overflowed */
    unsigned char *base; /* of the newest block; NULL: there is none */
    size_t size;         /* bytes of the newest block */
    size_t used;         /* bytes carved of it (or counted) */
    size_t peak;         /* highest `used` so far, across rewinds */
    size_t last_zone;    /* end of its newest red zone, 0: none (debug builds) */
    void *block;         /* what to free; NULL: memory belongs to somebody else */
} Arena;

typedef struct ArenaMark {
    size_t used;
    size_t last_zone;
} ArenaMark;

/* An arena without memory: allocations return NULL and are counted. */
Arena arena_measuring(void);

/*
 * A fixed arena of n_bytes (uninitialised; NaN in debug). Errors: ERR_MEMORY. On failure `arena` is
 * a released one.
 */
ErrCode arena_reserve(Arena *arena, size_t n_bytes, Err *err) ERR_CHECKED;

/* A fixed arena over the caller's memory, 64-byte aligned, which releasing does not free. */
Arena arena_over(void *memory, size_t n_bytes);

/*
 * Frees everything; accepts a zeroed, measuring or released arena. A fixed arena is then one of no
 * bytes, so that a late allocation fails instead of growing it; a growing one starts anew.
 */
void arena_release(Arena *arena);

/* Bytes a reservation needs for everything allocated so far, its peak. */
size_t arena_bytes(const Arena *arena);

bool arena_is_measuring(const Arena *arena);

/*
 * n_items items of item_bytes, uninitialised; NULL when measuring or failed. A count of 0 is valid.
 */
void *arena_alloc(Arena *arena, size_t n_items, size_t item_bytes);

/* The same, zeroed. */
void *arena_zalloc(Arena *arena, size_t n_items, size_t item_bytes);

/* arena_alloc for the commonest type. */
float *arena_floats(Arena *arena, size_t n_floats);

/* A copy of text; NULL stays NULL without being a failure. */
char *arena_text(Arena *arena, const char *text);

/* A formatted text. */
char *arena_printf(Arena *arena, const char *format, ...) ERR_PRINTF(2, 3);

/*
 * A list of the arena with room for one more item, zeroed: *n grows by one. `items` is what the
 * last call for this list gave, NULL at first. What is outgrown stays until the arena goes. NULL
 * without memory: then *n has not grown.
 */
void *arena_add_item(Arena *arena, void *items, size_t *n, size_t item_bytes);

/* ERR_MEMORY if any allocation failed since the arena was made. */
ErrCode arena_ok(const Arena *arena, Err *err) ERR_CHECKED;

/* Marks and rewinding are for fixed and measuring arenas. */
ArenaMark arena_mark(const Arena *arena);

/* Gives back everything allocated after the mark; debug builds poison it. */
void arena_rewind(Arena *arena, ArenaMark mark);

/* True if all red zones are intact; always true in release builds. */
bool arena_check(const Arena *arena);

/* a*b into *product; false (and *product = SIZE_MAX) on overflow. */
bool arena_multiply(size_t a, size_t b, size_t *product);

#endif
