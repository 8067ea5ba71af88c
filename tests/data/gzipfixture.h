/* Packs bytes as a gzip file in memory, for tests. */
#ifndef TESTS_DATA_GZIPFIXTURE_H
#define TESTS_DATA_GZIPFIXTURE_H

#include <stddef.h>
#include <stdint.h>

/* *n_packed bytes, to be freed with free(). */
uint8_t *gzip_pack(const void *data, size_t n_bytes, size_t *n_packed);

#endif
