/*
 * tests/fuzz/fuzz.h: what the entry functions of tests/fuzz/ have in common: fuzz_FORMAT.c feeds
 * bytes to the reader of one format, which may refuse them, with a reason, and nothing else.
 *
 * Each is linked twice: with fuzzreplay.c into a test of bare ctest, and by the preset `fuzz` with
 * clang's libFuzzer.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libFuzzer's names. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

/* Aborts, saying what does not hold. */
void fuzz_require(bool holds, const char *what);

/* A code is the error's, and an error has a reason; true unless it is one. */
bool fuzz_read(ErrCode code, const Err *err);

/* How often it was true so far. */
size_t fuzz_n_read(void);

/* The path of a file of these bytes, in a folder of this process that goes at its end. The text is
 * overwritten by the next call; another file of the same name, by this one. */
const char *fuzz_file(const char *name, const uint8_t *data, size_t n_bytes);

/* That folder. */
const char *fuzz_folder(void);

#endif
