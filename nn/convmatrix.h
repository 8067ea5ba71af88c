/*
 * nn/convmatrix.h: the products that dense convolutions are: rows of their input, pixels or
 * windows, times their weights, and the two gradients. Without windows the rows of x follow each
 * other.
 */
#ifndef NN_CONVMATRIX_H
#define NN_CONVMATRIX_H

#include "nn/netstate.h"

/* Rows row..row+P-1 of z from the rows x of K numbers. */
void convmatrix_forward(const Worker *worker, const OpPlan *plan, View x, const PwWindows *windows,
                        int K, long row, int P);

/* Adds the product of x and dz to the weight gradient in the pass's slot; dz_rows as in pw. */
void convmatrix_weights(const Pass *pass, View x, const PwWindows *windows, const float *dz,
                        const long *dz_rows, int K, int P);

/* dx[P][Cin] of a pointwise convolution from the rows dz of K numbers. */
void convmatrix_data(const Pass *pass, View dz, int K, float *dx, int P);

#endif
