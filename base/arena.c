/*
 * The bump arena; see arena.h.
 *
 * A growing arena that needs another block puts itself, as it stands, at the new block's beginning;
 * so the blocks form a list from the newest to the oldest, and all else sees one block only.
 *
 * Debug layout: after each allocation lies a red zone, from the allocation's very last byte on to a
 * multiple of its alignment and 64 bytes further. It is filled with a pattern; its last bytes say
 * where the previous zone ends and where this one begins, so the zones form a chain from the newest
 * to the oldest.
 */
#include "base/arena.h"

#include "base/sys.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#ifdef NDEBUG
enum { HAS_GUARDS = 0 };
#else
enum { HAS_GUARDS = 1 };
#endif

enum {
    ZONE_BYTES = ARENA_ALIGN,
    ZONE_PATTERN = 0xA5,
    BLOCK_BYTES = 16 * 1024, /* of a growing arena; a larger allocation has a block of its own */
};

/*
 * A NaN as float and, twice, as double; without payload, so that arithmetic keeps it (see fm_expf).
 */
static const uint32_t poison_word = 0xFFF80000u;

/* The last bytes of a red zone. */
typedef struct ZoneEnd {
    size_t previous; /* offset of the previous zone's end, 0: this is the first */
    size_t begin;    /* offset of the zone's first byte */
    size_t check;    /* of the two above */
} ZoneEnd;

static size_t zone_check(size_t previous, size_t begin)
{
    return ~(previous ^ begin << 1);
}

static void poison(unsigned char *data, size_t n_bytes)
{
    size_t i = 0;
    for (; i + sizeof poison_word <= n_bytes; i += sizeof poison_word)
        memcpy(data + i, &poison_word, sizeof poison_word);
    if (i < n_bytes)
        memcpy(data + i, &poison_word, n_bytes - i);
}

/* n rounded up to a multiple of align, a power of two; SIZE_MAX on overflow. */
static size_t align_up(size_t n, size_t align)
{
    return n > SIZE_MAX - (align - 1) ? SIZE_MAX : (n + align - 1) & ~(align - 1);
}

bool arena_multiply(size_t a, size_t b, size_t *product)
{
    if (__builtin_mul_overflow(a, b, product)) {
        *product = SIZE_MAX;
        return false;
    }
    return true;
}

Arena arena_measuring(void)
{
    return (Arena){.mode = ARENA_MEASURING, .size = SIZE_MAX};
}

Arena arena_over(void *memory, size_t n_bytes)
{
    return (Arena){.mode = ARENA_FIXED, .base = memory, .size = n_bytes};
}

/* An arena of one fresh block; base is NULL without memory. */
static Arena make_block(ArenaMode mode, size_t n_bytes)
{
    Arena arena = {.mode = mode};
    const bool is_huge = n_bytes >= ARENA_HUGE_PAGE;
    const size_t align = is_huge ? ARENA_HUGE_PAGE : ARENA_ALIGN;
    if (n_bytes > SIZE_MAX - align)
        return arena;
    void *block = mem_alloc(n_bytes + align);
    if (block == NULL)
        return arena;
    arena.block = block;
    arena.base = (unsigned char *)align_up((uintptr_t)block, align);
    arena.size = n_bytes;
    if (is_huge) /* advice only: a kernel without huge pages refuses, which changes nothing */
        (void)madvise(arena.base, n_bytes & ~(size_t)(ARENA_HUGE_PAGE - 1), MADV_HUGEPAGE);
    if (HAS_GUARDS)
        poison(arena.base, n_bytes);
    return arena;
}

ErrCode arena_reserve(Arena *arena, size_t n_bytes, Err *err)
{
    *arena = make_block(ARENA_FIXED, n_bytes);
    return arena->base != NULL ? ERR_NONE : err_memory(err, n_bytes);
}

/* The growing arena of the blocks below the newest. */
static Arena blocks_below(const Arena *arena)
{
    Arena below;
    memcpy(&below, arena->base, sizeof below);
    return below;
}

void arena_release(Arena *arena)
{
    assert(arena_check(arena));
    const ArenaMode mode = arena->mode;
    while (mode == ARENA_GROWING && arena->block != NULL) {
        const Arena below = blocks_below(arena);
        mem_free(arena->block);
        *arena = below;
    }
    mem_free(arena->block);
    *arena = mode == ARENA_MEASURING ? arena_measuring() : (Arena){.mode = mode};
}

size_t arena_bytes(const Arena *arena)
{
    return arena->peak;
}

bool arena_is_measuring(const Arena *arena)
{
    return arena->mode == ARENA_MEASURING;
}

/* Writes the red zone that begins at `begin` and ends at `end`. */
static void write_zone(Arena *arena, size_t begin, size_t end)
{
    const ZoneEnd tail = {
        .previous = arena->last_zone, .begin = begin, .check = zone_check(arena->last_zone, begin)};
    memset(arena->base + begin, ZONE_PATTERN, end - begin - sizeof tail);
    memcpy(arena->base + end - sizeof tail, &tail, sizeof tail);
    arena->last_zone = end;
}

/* Bytes a multiple of which every allocation and every red zone ends on. */
static size_t unit_of(const Arena *arena)
{
    return arena->mode == ARENA_GROWING ? _Alignof(max_align_t) : (size_t)ARENA_ALIGN;
}

/* Bytes that n_bytes take with padding and red zone; SIZE_MAX on overflow. */
static size_t whole_bytes(const Arena *arena, size_t n_bytes)
{
    const size_t padded = align_up(n_bytes, unit_of(arena));
    return HAS_GUARDS && padded < SIZE_MAX - ZONE_BYTES ? padded + ZONE_BYTES : padded;
}

/* Puts a block that holds `whole` bytes at least before the others; false without memory. */
static bool add_block(Arena *arena, size_t whole)
{
    const size_t head = align_up(sizeof *arena, unit_of(arena));
    if (whole > SIZE_MAX / 2)
        return false;
    const size_t n_bytes = head + whole;
    Arena newest = make_block(ARENA_GROWING, n_bytes > BLOCK_BYTES ? n_bytes : BLOCK_BYTES);
    if (newest.base == NULL)
        return false;
    memcpy(newest.base, arena, sizeof *arena);
    newest.used = head;
    newest.failed = arena->failed;
    *arena = newest;
    return true;
}

/* True if the newest block holds `whole` more bytes. */
static bool has_room(const Arena *arena, size_t whole)
{
    return whole < SIZE_MAX && whole <= arena->size - arena->used &&
           (arena->base != NULL || arena->mode == ARENA_MEASURING);
}

void *arena_alloc(Arena *arena, size_t n_items, size_t item_bytes)
{
    size_t n_bytes, whole = SIZE_MAX;
    if (arena_multiply(n_items, item_bytes, &n_bytes))
        whole = whole_bytes(arena, n_bytes);
    if (!has_room(arena, whole) && (arena->mode != ARENA_GROWING || !add_block(arena, whole))) {
        arena->failed = true;
        return NULL;
    }
    const size_t begin = arena->used;
    arena->used += whole;
    arena->peak = arena->used > arena->peak ? arena->used : arena->peak;
    if (arena->base == NULL)
        return NULL;
    if (HAS_GUARDS)
        write_zone(arena, begin + n_bytes, arena->used);
    return arena->base + begin;
}

void *arena_zalloc(Arena *arena, size_t n_items, size_t item_bytes)
{
    void *data = arena_alloc(arena, n_items, item_bytes);
    if (data != NULL)
        memset(data, 0, n_items * item_bytes);
    return data;
}

float *arena_floats(Arena *arena, size_t n_floats)
{
    return arena_alloc(arena, n_floats, sizeof(float));
}

void *arena_add_item(Arena *arena, void *items, size_t *n, size_t item_bytes)
{
    unsigned char *block = items;
    if ((*n & (*n - 1)) == 0) {
        block = arena_zalloc(arena, *n ? *n * 2 : 1, item_bytes);
        if (block != NULL && *n)
            memcpy(block, items, *n * item_bytes);
    }
    if (block != NULL)
        ++*n;
    return block;
}

char *arena_text(Arena *arena, const char *text)
{
    if (text == NULL)
        return NULL;
    const size_t n_bytes = strlen(text) + 1;
    char *copy = arena_alloc(arena, n_bytes, 1);
    return copy != NULL ? memcpy(copy, text, n_bytes) : NULL;
}

char *arena_printf(Arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        arena->failed = true;
    char *text = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1, 1);
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

ErrCode arena_ok(const Arena *arena, Err *err)
{
    if (!arena->failed)
        return ERR_NONE;
    if (arena->mode == ARENA_GROWING)
        return err_set(err, ERR_MEMORY, "out of memory");
    return err_set(err, ERR_MEMORY, "arena of %zu bytes is too small: %zu bytes are in use",
                   arena->size, arena->used);
}

ArenaMark arena_mark(const Arena *arena)
{
    assert(arena->mode != ARENA_GROWING);
    return (ArenaMark){.used = arena->used, .last_zone = arena->last_zone};
}

void arena_rewind(Arena *arena, ArenaMark mark)
{
    assert(arena->mode != ARENA_GROWING && mark.used <= arena->used);
    if (HAS_GUARDS && arena->base != NULL)
        poison(arena->base + mark.used, arena->used - mark.used);
    arena->used = mark.used;
    arena->last_zone = mark.last_zone;
}

/* True if the red zones of the newest block are intact. */
static bool check_block(const Arena *arena)
{
    size_t end = arena->last_zone;
    while (end > 0) {
        ZoneEnd tail;
        memcpy(&tail, arena->base + end - sizeof tail, sizeof tail);
        /*
         * A damaged tail is damage too: the chain must descend, and a zone has a known range of
         * lengths.
         */
        if (tail.check != zone_check(tail.previous, tail.begin) || tail.begin >= end ||
            end - tail.begin < ZONE_BYTES || end - tail.begin >= ZONE_BYTES + ARENA_ALIGN ||
            tail.previous > tail.begin)
            return false;
        for (size_t i = tail.begin; i < end - sizeof tail; i++)
            if (arena->base[i] != ZONE_PATTERN)
                return false;
        end = tail.previous;
    }
    return true;
}

bool arena_check(const Arena *arena)
{
    if (!HAS_GUARDS || arena->base == NULL)
        return true;
    Arena block = *arena;
    bool is_intact = check_block(&block);
    while (is_intact && block.mode == ARENA_GROWING) {
        block = blocks_below(&block);
        if (block.base == NULL)
            break;
        is_intact = check_block(&block);
    }
    return is_intact;
}
