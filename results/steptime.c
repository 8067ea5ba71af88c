/* results/steptime.c: means of ln(time), and errors of what each round's mean leaves of them. */
#include "results/steptime.h"

#include "results/stats.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char prefix[] = "step/";

/* The mean of ln(time) of a round. */
static double pace_of(const double *times, int n_networks, int n_rounds, int round)
{
    double sum = 0.0;
    for (int i = 0; i < n_networks; i++)
        sum += log(times[(size_t)i * (size_t)n_rounds + (size_t)round]);
    return sum / n_networks;
}

void steptime_summarise(const double *times, int n_networks, int n_rounds, double *work,
                        StepTime *out)
{
    assert(n_rounds >= 2);
    const double share = n_networks > 1 ? sqrt(n_networks / (n_networks - 1.0)) : 0.0;
    for (int i = 0; i < n_networks; i++) {
        const double *own = times + (size_t)i * (size_t)n_rounds;
        double sum = 0.0;
        for (int r = 0; r < n_rounds; r++) {
            work[r] = log(own[r]) - pace_of(times, n_networks, n_rounds, r);
            sum += log(own[r]);
        }
        out[i] = (StepTime){.ms = exp(sum / n_rounds),
                            .error = share * stats_sd(work, n_rounds) / sqrt(n_rounds),
                            .n_rounds = n_rounds};
    }
}

StoreFact steptime_fact(const char *network, const StepTime *time, char name[STEPTIME_NAME_BYTES])
{
    snprintf(name, STEPTIME_NAME_BYTES, "%s%s", prefix, network);
    return (StoreFact){.name = name,
                       .network = network,
                       .value = {time->ms, time->error, time->n_rounds},
                       .text = time->measurement};
}

bool steptime_of(const StoreFact *fact, StepTime *out)
{
    if (strncmp(fact->name, prefix, strlen(prefix)) != 0 || fact->network == NULL)
        return false;
    *out = (StepTime){fact->value[0], fact->value[1], fact->value[2], fact->text};
    return true;
}

bool steptime_find(const StoreResults *results, const char *network, StepTime *out)
{
    for (size_t i = 0; network != NULL && i < results->n_facts; i++)
        if (results->facts[i].network != NULL && strcmp(results->facts[i].network, network) == 0 &&
            steptime_of(&results->facts[i], out))
            return true;
    return false;
}

bool steptime_is_together(const StepTime *a, const StepTime *b)
{
    return a->measurement != NULL && b->measurement != NULL &&
           strcmp(a->measurement, b->measurement) == 0;
}
