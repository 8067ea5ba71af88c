/*
 * nn/nettensor.h: the tensors of a Net: names, shapes, places, and their two layouts.
 *
 * Files hold O I kh kw; memory holds matrices whose columns are output channels padded to whole
 * lanes (kernels/kernel_types.h). Every tensor is a matrix [rows][padded columns] in memory, so one
 * function maps an element of the file form to its place.
 */
#ifndef NN_NETTENSOR_H
#define NN_NETTENSOR_H

#include "nn/netstate.h"

/* Names, shapes and places of all tensors; allocates the net's lists of them. ERR_MEMORY. */
ErrCode nettensor_plan(Net *net, Err *err) ERR_CHECKED;

/* Numbers of an array laid out like the weights, in the form of files, and back. */
void nettensor_gather(const Net *net, int index, const float *array, float *data);
void nettensor_scatter(const Net *net, int index, const float *data, float *array);

/* A tensor in memory: so many matrices [K][N], one after the other. */
typedef struct TensorShape {
    int taps, K, N;
} TensorShape;

TensorShape nettensor_shape(const Net *net, int index);

/* A gradient, in the form of files: the sum of its slots in the optimiser's order. */
void nettensor_gradient(const Net *net, int index, float *data);

/* Initial weights of a training (net_init_weights). */
void nettensor_init(Net *net, uint64_t seed);

#endif
