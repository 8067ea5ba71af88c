/* base/sort.h: whole numbers in ascending order. */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

void sort_int64(int64_t *values, size_t n);

/* The same, each value once, at the beginning; how many there are. */
size_t sort_int64_once(int64_t *values, size_t n);

#endif
