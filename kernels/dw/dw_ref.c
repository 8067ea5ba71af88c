/* dw in double, from the formulas. */
#include "kernels/dw/dw.h"

void dw_forward__ref(const DwForwardArgs *args, double *y)
{
    const int k = args->k, stride = args->stride, C = args->C, d = dw_dilation(args->dilation);
    for (int oh = 0; oh < args->OH; oh++)
        for (int ow = 0; ow < args->OW; ow++)
            for (int c = 0; c < C; c++) {
                double sum = 0.0;
                for (int kh = 0; kh < k; kh++)
                    for (int kw = 0; kw < k; kw++) {
                        const float *x =
                            args->rows[oh * stride + kh * d] + (ow * stride + kw * d) * args->ldr;
                        sum += (double)x[c] * (double)args->w[(kh * k + kw) * args->ldw + c];
                    }
                y[((long)oh * args->OW + ow) * C + c] = sum;
            }
}

void dw_backward_data__ref(const DwDataArgs *args, double *dx)
{
    const int k = args->k, stride = args->stride, C = args->C, d = dw_dilation(args->dilation);
    for (int iw = 0; iw < args->W; iw++)
        for (int c = 0; c < C; c++) {
            double sum = 0.0;
            for (int j = 0; j < args->n_rows; j++)
                for (int kw = 0; kw < k; kw++) {
                    const int at = iw + args->pad - kw * d;
                    if (at % stride != 0)
                        continue;
                    const float *dz = args->rows[j] + (at / stride) * args->ldr;
                    const float *w = args->w + (args->kh[j] * k + kw) * args->ldw;
                    sum += (double)dz[c] * (double)w[c];
                }
            dx[(long)iw * C + c] = sum;
        }
}

void dw_backward_weights__ref(const DwWeightsArgs *args, double *dw)
{
    const int k = args->k, stride = args->stride, C = args->C, d = dw_dilation(args->dilation);
    for (int kh = 0; kh < k; kh++)
        for (int kw = 0; kw < k; kw++)
            for (int c = 0; c < C; c++) {
                double sum = (double)args->dw[(kh * k + kw) * args->lddw + c];
                for (int oh = 0; oh < args->OH; oh++)
                    for (int ow = 0; ow < args->OW; ow++) {
                        const float *x =
                            args->rows[oh * stride + kh * d] + (ow * stride + kw * d) * args->ldr;
                        const float *dz = args->dz + oh * args->lddz_row + ow * args->lddz;
                        sum += (double)x[c] * (double)dz[c];
                    }
                dw[((long)kh * k + kw) * C + c] = sum;
            }
}
