/* A folder of its own for a test, with small data sets in it. */
#ifndef TESTS_DATA_DATAFIXTURE_H
#define TESTS_DATA_DATAFIXTURE_H

#include "data/imageset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { FIXTURE_PATH_BYTES = 512, CIFAR_RECORD_BYTES = 3073 };

/*
 * cmocka set-up and tear-down: makes a fresh folder, points ISOFLOP_CACHE into it, clears
 * ISOFLOP_DATA; removes it.
 */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* The folder, and a path in it (a static buffer, valid until four calls later). */
const char *fixture_folder(void);
const char *fixture_path(const char *name);

/* Fails the test with the error's message unless code is ERR_NONE. */
void assert_ok(ErrCode code, const Err *err);

/*
 * Fails unless `code` is `wanted` and the message contains every one of the texts (NULL: no more).
 */
void assert_error(ErrCode code, ErrCode wanted, const Err *err, const char *text, const char *also);

/* Writes a file below the folder, making parents. */
void fixture_write(const char *name, const void *data, size_t n_bytes);

/* Writes rgb[height][width][3] as a BMP of 24 bits a pixel, of at most 64 x 64 pixels. */
void fixture_bmp(const char *name, int width, int height, const uint8_t *rgb);

/*
 * Writes n CIFAR-10 records; record i has label (first + i) % 10 and pixels that depend on
 * first + i alone.
 */
void fixture_cifar_file(const char *name, uint32_t first, uint32_t n);

/*
 * The folder "cifar" with data_batch_1.bin (n1 records), data_batch_2.bin (n2), test_batch.bin
 * (nt).
 */
void fixture_cifar(uint32_t n1, uint32_t n2, uint32_t nt);

/* Opens that folder, or polytex. */
Dataset *fixture_open_cifar(void);
Dataset *fixture_open_polytex(void);

/*
 * An ImageSet of the given sizes and resolution on `threads` threads, built in the folder's cache.
 */
ImageSet *fixture_images(const Dataset *data, int64_t n_train, int64_t n_val, int64_t n_test,
                         int resolution, int threads);

#endif
