/*
 * nn/convlayout.h: images of a span laid out so that a dense convolution reads its windows in
 * place (kernels/conv/conv.h), and the list of the input's windows; those of the gradient are
 * nn/convphases.h.
 */
#ifndef NN_CONVLAYOUT_H
#define NN_CONVLAYOUT_H

#include "nn/netstate.h"

typedef struct ConvLayout {
    ConvMap map;
    float *images; /* their maps; NULL: images are stored just so, and read there */
    long *rows;    /* of the input's windows, all images in order */
    long *starts;  /* of a window's pieces */
    int length;    /* of a piece */
} ConvLayout;

/* --- planning --- */

/* The input, read through the windows of the outputs. */
ConvLayout convlayout_carve_input(const Net *net, const OpPlan *plan, Arena *arena);

/* The gradient of z; plain where that of the input, which images want none of, does not read it. */
ConvLayout convlayout_carve_gradient(const Net *net, const OpPlan *plan, Arena *arena);

/* --- some images --- */

/* Zero the padding of the maps of n images; list the windows of the input. */
void convlayout_begin_input(const OpPlan *plan, int n, ConvLayout *layout);
void convlayout_begin_gradient(const OpPlan *plan, int first_image, int n, ConvLayout *layout);

/* The windows from number p on. */
PwWindows convlayout_windows(const ConvLayout *layout, int p);

/* --- an image; i is its place among them --- */

/* The input, which is no gated one; its slope into slope[in_pixels][Cin], unless NULL. */
void convlayout_take_input(const Worker *worker, const OpPlan *plan, const ConvLayout *layout,
                           int image, int i, float *slope);

/* h[in_pixels][Cin] times the gate, which is there already. */
void convlayout_take_gated(const Worker *worker, const OpPlan *gate, const ConvLayout *layout,
                           int image, int i, const float *h);

/* Where the weights are owned, dz is kept, too. */
void convlayout_take_gradient(const Worker *worker, const OpPlan *plan, const ConvLayout *layout,
                              int image, int i);

#endif
