/* base/sort.c: one comparison, without subtraction, which could overflow. */
#include "base/sort.h"

#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

void sort_int64(int64_t *values, size_t n)
{
    if (n > 1)
        qsort(values, n, sizeof *values, compare);
}

size_t sort_int64_once(int64_t *values, size_t n)
{
    size_t n_once = 0;
    sort_int64(values, n);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || values[i] != values[n_once - 1])
            values[n_once++] = values[i];
    return n_once;
}
