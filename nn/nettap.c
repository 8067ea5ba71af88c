/* nn/nettap.c: rows of the value as any reader makes them, of the gradient as finishing adds it up.
 */
#include "nn/nettap.h"

#include "nn/netgrad.h"
#include "nn/netview.h"

#include <string.h>

const char *nettap_check(const Net *net, int op)
{
    const OpPlan *plan = &net->plans[op];
    if (plan->run->output == OUTPUT_GATED || plan->first_reader < 0 ||
        !net->plans[plan->first_reader].run->is_phase || plan->run->makes_features)
        return "it makes no map that a convolution or pool reads";
    return NULL;
}

int nettap_last_phase(const Net *net)
{
    return net->call.tapped->first_reader;
}

/* The real channels of x[P][ld], into dense rows of a call's array. */
static void copy_rows(const OpPlan *value, Rows rows, View x, float *to)
{
    const long channels = value->op->out_channels;
    const long C = channels - rows.c0 < rows.C ? channels - rows.c0 : rows.C;
    for (int p = 0; p < rows.P; p++)
        memcpy(to + (rows.first + p) * channels + rows.c0, x.x + p * x.ld, (size_t)C * sizeof *to);
}

void nettap_take(const Pass *pass, const GradRows *rows)
{
    const Worker *worker = pass->worker;
    const OpPlan *value = pass->input;
    const ArenaMark mark = arena_mark(worker->scratch);
    const long C = rows->rows.C;
    float *h = arena_floats(worker->scratch, (size_t)GRAD_ROWS * (size_t)C);
    float *g = arena_floats(worker->scratch, (size_t)GRAD_ROWS * (size_t)C);
    GradRows piece;
    for (int done = 0; netgrad_next_piece(rows, value->out_pixels, &piece, &done);) {
        const View x = netview_rows(worker, value, piece.rows, h, C, NULL, 0);
        copy_rows(value, piece.rows, x, worker->net->call.tap_values);
        AffineBackwardArgs args = netgrad_args(value, &piece, pass->plan->pending);
        args.slope = NULL;
        args.g = g;
        args.ldg = C;
        worker->net->kernels.affine.backward(&args);
        copy_rows(value, piece.rows, (View){g, C}, worker->net->call.tap_gradients);
    }
    arena_rewind(worker->scratch, mark);
}
