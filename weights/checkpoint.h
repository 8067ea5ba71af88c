/*
 * weights/checkpoint.h: the whole state of a training in one file, and back.
 *
 * A checkpoint is one safetensors file: weights and running statistics under our own names,
 * averages under "ema.", momentum under "momentum.", mean squares under "mean_square." (plus the
 * name), and in the metadata the network's digest, the optimiser, the caller's text (position,
 * partial sums, finished epochs) and a digest over all of it. Written as tmp, fsync, rename, fsync
 * of the folder. A step after checkpoint_load computes the bits it would have computed after
 * checkpoint_save. The file is `name` in a folder `in` (base/dir.h), which may be NULL.
 */
#ifndef WEIGHTS_CHECKPOINT_H
#define WEIGHTS_CHECKPOINT_H

#include "base/dir.h"
#include "nn/net.h"

/* `text` is the caller's, UTF-8, of any length up to 8 MiB. ERR_IO, ERR_MEMORY. */
ErrCode checkpoint_save(const Net *net, const char *text, const Dir *in, const char *name,
                        Err *err) ERR_CHECKED;

/*
 * Restores everything; *text (mem_free it) gets the caller's text. ERR_IO; ERR_DATA for a damaged
 * file; ERR_VERSION for one of another network or optimiser. The Net is unchanged on failure.
 */
ErrCode checkpoint_load(Net *net, const Dir *in, const char *name, char **text,
                        Err *err) ERR_CHECKED;

/* Only checks the file and gives its text. Errors as above, but any network will do. */
ErrCode checkpoint_peek(const Dir *in, const char *name, char **text, Err *err) ERR_CHECKED;

#endif
