/*
 * results/tfrecord.h: records of the file format TFRecord, which TensorBoard's event files have;
 * private to results/.
 *
 * A record is its length (8 bytes, lowest first), the masked CRC-32C of these 8, its bytes, and
 * their masked CRC-32C (tensorflow/core/lib/io/record_writer.cc).
 */
#ifndef RESULTS_TFRECORD_H
#define RESULTS_TFRECORD_H

#include "base/text.h"

#include <stdint.h>

/* CRC-32C (Castagnoli, RFC 3720): of "123456789" 0xe3069283. */
uint32_t tfrecord_crc32c(const void *data, size_t n_bytes);

/* Appends one record. */
void tfrecord_append(Text *out, const void *data, size_t n_bytes);

#endif
