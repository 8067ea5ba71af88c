/* nn/nettap.c: rows of the value as any reader makes them. */
#include "nn/nettap.h"

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

void nettap_take(const Worker *worker, Rows rows, View gradient)
{
    const NetCall *call = &worker->net->call;
    const ArenaMark mark = arena_mark(worker->scratch);
    float *h = arena_floats(worker->scratch, (size_t)rows.P * (size_t)rows.C);
    const View x = netview_rows(worker, call->tapped, rows, h, rows.C, NULL, 0);
    copy_rows(call->tapped, rows, x, call->tap_values);
    copy_rows(call->tapped, rows, gradient, call->tap_gradients);
    arena_rewind(worker->scratch, mark);
}
