/* nn/run_sum.c: the sum of maps, part by part. */
#include "nn/mapjoin.h"
#include "nn/netgrad.h"
#include "nn/netview.h"

const OpRun run_sum = {
    .output = OUTPUT_STORED,
    .is_phase = true,
    .measure_forward = mapjoin_measure_forward,
    .measure_backward = mapjoin_measure_backward,
    .forward = mapjoin_add,
    .backward = mapjoin_backward,
    .view = netview_stored,
    .finish = netgrad_collect,
};
