/*
 * infer/product.h: products with packed weights: convolutions over maps with their halo, and
 * layers.
 *
 * The windows of a k x k convolution are rows of the map, stride pixels apart, in pieces that lie
 * in it one after the other: a row of taps where the pixels have no pad lanes, else a tap.
 */
#ifndef INFER_PRODUCT_H
#define INFER_PRODUCT_H

#include "infer/inferstate.h"

enum { PRODUCT_ROWS = 240 }; /* most rows of a call */

/* The product of an operation with windows over maps, or of a layer. */
Product product_of_windows(const Op *op);
Product product_of_layer(int inputs, int outputs);

/*
 * Chooses panels that n_threads can share out evenly, or the widest where they share out rows.
 */
void product_plan(Product *product, bool shares_columns, int n_threads);

/* At most `most` vectors: blocks of so many of `vectors` that n_threads can share out evenly. */
int product_block(int vectors, int most, int n_threads);

void product_carve(Product *product, const Value *x, Arena *arena);

/* Weights [N][inputs][k][k] into their places. */
void product_write(const Product *product, int outputs, const float *data);

/* Weights of column n times scale[n], for n < outputs. */
void product_scale(const Product *product, int outputs, const float *scale);

/* Rows of x of the output pixels p0..p0+M-1, counted over all images: where they begin. */
void product_rows(const Product *product, const Value *x, long p0, int M, long *rows);

/* Where output pixels p0..p0+M-1 lie in a value. */
void product_pixels(const Value *y, long p0, int M, long *rows);

/* The product of args->M rows with the columns [first, end), multiples of a panel but for N. */
void product_run(const Infer *infer, const Product *product, GemmForwardArgs args, int first,
                 int end);

#endif
