/* pwtile: sizes of the register tiles of pw, for pw_generic.c. None moves a bit. */
#ifndef KERNELS_PW_PWTILE_H
#define KERNELS_PW_PWTILE_H

enum {
    PW_TILE_ROWS = 12,
    PW_TILE_VECTORS = 4,
    PW_TILE_STEPS = 4, /* of the chains of a narrow tile at a time */
};

#endif
