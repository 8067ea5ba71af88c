/*
 * weights/notweights.h: names files that people take for weights and that are not.
 *
 * Asked only about what is no safetensors file: a zip file (torch.save), a pointer that Git LFS
 * left in the file's place, the index of weights that are spread over several files.
 */
#ifndef WEIGHTS_NOTWEIGHTS_H
#define WEIGHTS_NOTWEIGHTS_H

#include "base/err.h"

#include <stddef.h>

/* ERR_DATA, saying what `path` is and what helps; ERR_NONE where the bytes are nothing known. */
ErrCode notweights_check(const char *path, const char *data, size_t n_bytes, Err *err) ERR_CHECKED;

#endif
