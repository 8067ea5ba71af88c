/*
 * nn/arithmetic.h: the revision of the numerical contract (docs/numerics.md), for those who may not
 * include kernels/: trial digests, the store, provenance.
 */
#ifndef NN_ARITHMETIC_H
#define NN_ARITHMETIC_H

#include "kernels/kernels.h"

/* Two results may be equal bit for bit only if this is. */
static inline int arithmetic_revision(void)
{
    return ARITHMETIC_REVISION;
}

#endif
