/*
 * Where what data/ works out is kept between runs: ISOFLOP_CACHE, else $XDG_CACHE_HOME/isoflop,
 * else ~/.cache/isoflop, else a folder of last resort.
 */
#ifndef DATA_CACHEFOLDER_H
#define DATA_CACHEFOLDER_H

#include "base/err.h"

/*
 * *folder (mem_free it) is the first of them that can be made; one that the user named by
 * ISOFLOP_CACHE must be usable. `fallback` NULL: *folder is NULL where there is none. Errors
 * (*folder is NULL then): ERR_IO, ERR_MEMORY.
 */
ErrCode cachefolder_make(char **folder, const char *fallback, Err *err) ERR_CHECKED;

#endif
