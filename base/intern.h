/*
 * Equal keys of a fixed size get equal small numbers: 0, 1, 2, ... in the order they first came.
 *
 * For "have I seen this before?" among very many. What is known about a key lies in an array of the
 * caller's, at the key's number. Nothing is ever removed. Keys are compared byte by byte: clear
 * structs before filling them, so that padding is equal too.
 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include "base/err.h"

#include <stddef.h>

typedef struct Intern Intern;

/* Errors: ERR_MEMORY. */
ErrCode intern_create(Intern **out, size_t key_bytes, Err *err) ERR_CHECKED;

/*
 * The number of a key, which is copied if it is new: then *index is intern_count() as it was
 * before. Errors: ERR_MEMORY (also for more than 2^31 keys), and nothing has changed.
 */
ErrCode intern_index(Intern *intern, const void *key, size_t *index, Err *err) ERR_CHECKED;

size_t intern_count(const Intern *intern);

/* Accepts NULL. */
void intern_destroy(Intern **intern);

#endif
