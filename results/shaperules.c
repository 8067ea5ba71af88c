/* results/shaperules.c: shares, and Tan and Le's constants, from which theirs follow. */
#include "results/shaperules.h"

#include <string.h>

void shaperules_fill(ShapeRule rules[SHAPERULES_N])
{
    static const ShapeRule all[SHAPERULES_N] = {
        {.name = "depth", .shares = {{1.0, 0.0, 0.0}}},
        {.name = "width", .shares = {{0.0, 1.0, 0.0}}},
        {.name = "resolution", .shares = {{0.0, 0.0, 1.0}}},
        {.name = "tan-le"}, /* Tan and Le (1905.11946): alpha, beta, gamma = 1.2, 1.1, 1.15 */
        {.name = "dwr", .shares = {{1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0}}},
        {.name = "fast", .shares = {{0.1, 0.8, 0.1}}},        /* Dollar et al. (2103.06877) */
        {.name = "resnet-rs", .shares = {{0.61, 0.0, 0.39}}}, /* Bello et al. (2103.07579) */
    };
    enum { TAN_LE = 3 };
    memcpy(rules, all, sizeof all);
    (void)scheffe_shares(1.2, 1.1, 1.15, &rules[TAN_LE].shares);
}
