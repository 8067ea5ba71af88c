/* pwtile: sizes of the tiles of pw, for pw_generic.c and its tests. None moves a bit. */
#ifndef KERNELS_PW_PWTILE_H
#define KERNELS_PW_PWTILE_H

/* Register tiles. */
enum {
    PW_TILE_ROWS = 12,
    PW_TILE_VECTORS = 4,
    PW_TILE_STEPS = 4, /* of the chains of a narrow tile at a time */
};

/* Which products of forward are copied, and how much at a time. */
enum {
    PW_COPY_FLOATS = 8192,   /* 32 KiB: a block */
    PW_COPY_WEIGHTS = 65536, /* 256 KiB: the least w */
    PW_COPY_DEPTH = 128,     /* the least K */
    PW_COPY_ROWS = 16,       /* the least M */
};

#endif
