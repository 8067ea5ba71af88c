/*
 * models/op_parts.h: what several rows (models/op_row.h) share: windows, batch norm's tensors,
 * counts that saturate.
 */
#ifndef MODELS_OP_PARTS_H
#define MODELS_OP_PARTS_H

#include "models/op_row.h"

#include <stdbool.h>
#include <stdint.h>

/* --- windows: operations with kernel, stride and pad --- */

/* Why the window cannot be, or NULL. */
const char *op_window_check(const Op *op);

/* Output size ceil(in / stride), which both kinds of padding give for odd kernels, and the pad. */
void op_window_shape(Op *op, bool pads_same);

/* ONNX attributes kernel_shape, strides, pads into attributes[0..2], of a map that is shifted. */
void op_window_onnx(const Op *op, OnnxAttribute attributes[ONNX_ATTRIBUTES_MAX]);

/* --- convolutions --- */

/* macs and acts of a convolution with `inputs` input channels a filter. */
void op_conv_count(Op *op, int64_t inputs);

/* The tensors of batch norm over its output channels; returns how many. */
int op_norm_tensors(const Op *op, OpTensor *out);

/* BatchNormalization, where there is one, and the activation's nodes: from `input` to the port's
 * output. */
void op_norm_onnx(const Op *op, const char *input, const OnnxPort *port);

/* The filters, O I k k, then batch norm's tensors where it has batch norm; returns how many. */
int op_conv_tensors(const Op *op, int64_t inputs, int64_t fan_channels,
                    OpTensor out[OP_TENSORS_MAX]);

/* Conv, BatchNormalization, and the activation's nodes. */
void op_conv_onnx(const Op *op, int64_t groups, const OnnxPort *port);

/* --- counts that stop at INT64_MAX --- */

int64_t op_add_counts(int64_t a, int64_t b);
int64_t op_multiply(int64_t a, int64_t b);

#endif
