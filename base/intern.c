/* base/intern: open addressing with linear probing, at most half full. */
#include "base/intern.h"

#include "base/hash.h"
#include "base/sys.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define INTERN_FIRST_SLOTS ((size_t)256)
#define INTERN_MAX_KEYS ((size_t)1 << 31)

struct Intern {
    size_t key_bytes;
    size_t n_keys, key_room;
    unsigned char *keys; /* n_keys of them, in the order of their numbers */
    size_t n_slots;      /* a power of two */
    uint32_t *slots;     /* number + 1; 0 is free */
};

/* The slot of the key, or the free one where it belongs. */
static size_t slot_of(const Intern *intern, const uint32_t *slots, size_t n_slots, const void *key)
{
    size_t slot = (size_t)hash_64(key, intern->key_bytes) & (n_slots - 1);
    while (slots[slot] != 0 && memcmp(intern->keys + (slots[slot] - 1) * intern->key_bytes, key,
                                      intern->key_bytes) != 0)
        slot = (slot + 1) & (n_slots - 1);
    return slot;
}

static ErrCode set_slots(Intern *intern, size_t n_slots, Err *err)
{
    uint32_t *slots = mem_calloc(n_slots, sizeof *slots);
    if (slots == NULL)
        return err_memory(err, n_slots * sizeof *slots);
    for (size_t i = 0; i < intern->n_keys; i++)
        slots[slot_of(intern, slots, n_slots, intern->keys + i * intern->key_bytes)] =
            (uint32_t)i + 1;
    mem_free(intern->slots);
    intern->slots = slots;
    intern->n_slots = n_slots;
    return ERR_NONE;
}

ErrCode intern_create(Intern **out, size_t key_bytes, Err *err)
{
    Intern *intern = mem_calloc(1, sizeof *intern);
    if (intern == NULL)
        return err_memory(err, sizeof *intern);
    intern->key_bytes = key_bytes;
    TRY(set_slots(intern, INTERN_FIRST_SLOTS, err));
    *out = intern;
    return ERR_NONE;
fail:
    intern_destroy(&intern);
    return err->code;
}

ErrCode intern_index(Intern *intern, const void *key, size_t *index, Err *err)
{
    size_t slot = slot_of(intern, intern->slots, intern->n_slots, key);
    if (intern->slots[slot] != 0) {
        *index = intern->slots[slot] - 1;
        return ERR_NONE;
    }
    if (intern->n_keys == INTERN_MAX_KEYS)
        return err_memory(err, intern->n_keys * intern->key_bytes);
    TRY(mem_grow(&intern->keys, &intern->key_room, intern->n_keys + 1, intern->key_bytes, err));
    if (2 * (intern->n_keys + 1) > intern->n_slots) {
        TRY(set_slots(intern, 2 * intern->n_slots, err));
        slot = slot_of(intern, intern->slots, intern->n_slots, key);
    }
    memcpy(intern->keys + intern->n_keys * intern->key_bytes, key, intern->key_bytes);
    *index = intern->n_keys++;
    intern->slots[slot] = (uint32_t)intern->n_keys;
    return ERR_NONE;
fail:
    return err->code;
}

size_t intern_count(const Intern *intern)
{
    return intern->n_keys;
}

void intern_destroy(Intern **intern)
{
    if (*intern == NULL)
        return;
    mem_free((*intern)->keys);
    mem_free((*intern)->slots);
    mem_free(*intern);
    *intern = NULL;
}
