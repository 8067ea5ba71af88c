/*
 * nn/netview.h: reading values: in place where they are stored, else made anew from what is kept.
 */
#ifndef NN_NETVIEW_H
#define NN_NETVIEW_H

#include "nn/netstate.h"

/*
 * The rows of `value` (NULL: the images): in place where they are stored, else computed into
 * h[P][ldh]. With slope: also the activation's derivative, for normed and gated values only (else
 * untouched). A gate must be there already.
 */
View netview_rows(const Worker *worker, const OpPlan *value, Rows rows, float *h, long ldh,
                  float *slope, long ldslope);

/*
 * The image that a phase reads forward, whole; first writes or computes what nobody has yet: sums
 * and gates. h[in_pixels][Cin] holds it where it is not stored.
 */
View netview_image(const Worker *worker, const OpPlan *plan, int image, float *h);

/* The gate of an image whose ungated value is h[out_pixels][Cout]. */
void netview_gate(const Worker *worker, const OpPlan *gate, int image, const float *h);

/* Writes the rows of a value that `reader`'s phase runs; nothing for any other value. */
void netview_materialise(const Worker *worker, const OpPlan *reader, const OpPlan *value,
                         Rows rows);

/* Carves the scratch of netview_materialise from a measuring arena. */
void netview_measure(const OpPlan *value, Arena *arena);

/* y = x times the gate, rows inside one image; y may be x. */
void netview_gated(const Worker *worker, const OpPlan *gate, Rows rows, View x, float *y, long ldy);

/* Drop-connect factor of a sum for an image: 0, 1/survival, or 1 without noise. */
float netview_survival(const Worker *worker, int sum, int image);

/* The view of stored values, for rows. */
View netview_stored(const Worker *worker, const OpPlan *value, Rows rows, float *h, long ldh,
                    float *slope, long ldslope);

/* An activation in the kernels' words. */
ActFn netview_act(Activation act);

#endif
