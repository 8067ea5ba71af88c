/*
 * How the networks that docs/performance.md speaks of are shared out to eight threads on eight
 * cores: by nn/netshare.h's own rules, on paper.
 */
#include "nettest.h"

#include "base/sys.h"
#include "kernels/kernels.h"
#include "nn/netshare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { THREADS = 8 };

static const struct {
    const char *name;
    double width;
    int resolution, batch;
} networks[] = {
    {"efficientnet-b0-cifar", 0.25, 32, 64},
    {"efficientnet-b0-cifar", 0.5, 32, 64},
    {"efficientnet-b0", 1.0, 64, 32},
    {"efficientnet-b0", 1.0, 224, 8},
    {"mobilenet-v2-cifar", 1.0, 32, 64},
    {"resnet-20-cifar", 1.0, 32, 128},
    {"resnet-50", 1.0, 64, 16},
    {"proxy-b0", 1.0, 32, 32},
    {"proxy-b0", 1.0, 64, 32},
};

/* What the largest share of n equal pieces is longer than an even one: 1 is no loss. */
static double unevenness(int n)
{
    return (double)((n + THREADS - 1) / THREADS) * THREADS / n;
}

/* Pieces of the gradient of a matrix with one slot: LANES of its longer side. */
static int owned_pieces(const Op *op)
{
    const int K = op->kind == OP_SE ? op->squeeze : op->kernel * op->kernel * op->in_channels;
    const int longer = K > op->out_channels ? K : op->out_channels;
    return (longer + LANES - 1) / LANES;
}

/* Whether the gradient of its weights has one slot: by the shapes that the plan goes by. */
static bool is_owned(const Op *op, int batch, int n_slots)
{
    if (op->kind == OP_SE || op->kind == OP_LINEAR)
        return true;
    const double Cin = op->input < 0 ? op->in_channels : lanes_pad(op->in_channels);
    const double Cout = lanes_pad(op->out_channels);
    const double weights = (double)op->kernel * op->kernel * op->in_channels * Cout;
    const double maps =
        (double)op->in_size * op->in_size * Cin + (double)op->out_size * op->out_size * Cout;
    return op->kind == OP_CONV && netshare_has_one_slot(n_slots, weights, batch * maps);
}

/* Property: in each network, what has fewer pieces than threads is less than 3 % of the step's
 * multiply-adds, and the unevenness of all the rest costs less than 3 %. */
static void eight_threads_have_work(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(networks); i++) {
        Network network =
            nettest_zoo(networks[i].name, networks[i].width, 0, networks[i].resolution);
        const int batch = networks[i].batch;
        double all = 0.0, short_of_work = 0.0, longest = 0.0;
        for (int k = 0; k < network.n_ops; k++) {
            const Op *op = &network.ops[k];
            const double macs = (double)op->macs; /* forward; as many for each gradient */
            if (op->macs == 0)
                continue;
            const int chunks = netshare_chunks(batch, op->out_size * op->out_size);
            const int slots = netshare_slots(chunks);
            const bool owned = is_owned(op, batch, slots);
            const int parts[] = {chunks, owned ? chunks : slots, owned ? owned_pieces(op) : slots};
            for (size_t part = 0; part < ARRAY_LEN(parts); part++) {
                all += macs;
                if (parts[part] < THREADS)
                    short_of_work += macs;
                else
                    longest += macs * unevenness(parts[part]);
            }
        }
        print_message(
            "%s %g at %d px, batch %d: %.2f %% without 8 pieces, the rest %.2f %% uneven\n",
            networks[i].name, networks[i].width, networks[i].resolution, batch,
            100.0 * short_of_work / all, 100.0 * (longest / (all - short_of_work) - 1.0));
        assert_true(short_of_work < 0.03 * all);
        assert_true(longest < 1.03 * (all - short_of_work));
        network_release(&network);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_threads_have_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
