/*
 * bench/kernelbench.h: kernels by themselves, on the shapes that networks of the zoo have, against
 * the roofs of this machine.
 *
 * One thread, operands in a cache as far as they fit: what a kernel can do when nothing else is in
 * its way. What it does inside a step is bench/stepexplain.h's.
 */
#ifndef BENCH_KERNELBENCH_H
#define BENCH_KERNELBENCH_H

#include "bench/kernelcalls.h"
#include "bench/machine.h"

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#include <stddef.h>

typedef struct KernelBenchRow {
    const KernelCall *call;
    KernelCallShape shape;
    double ns;    /* of a call, at best */
    double flops; /* of a call; affine: a multiply-add an element */
    double bytes; /* each operand once */
    double roof_share;
    bool is_compute; /* the roof that binds */
} KernelBenchRow;

typedef struct KernelBench {
    KernelBenchRow *rows; /* by kernel, shapes in the order of the networks; each once */
    size_t n;
} KernelBench;

/*
 * Measures `kernel`, or all if it is NULL, at the machine's level. Errors: ERR_USAGE (an unknown
 * kernel), ERR_MEMORY. Release also after a failure.
 */
ErrCode kernelbench_run(KernelBench *bench, const MachineReport *machine, const char *kernel,
                        Err *err) ERR_CHECKED;

void kernelbench_put_text(const KernelBench *bench, Text *out);
void kernelbench_put_json(const KernelBench *bench, const char *key, JsonWriter *json);

void kernelbench_release(KernelBench *bench); /* accepts a zeroed one */

#endif
