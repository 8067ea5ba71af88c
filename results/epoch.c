/* results/epoch.c: the table, and its codings. */
#include "results/epoch.h"

#include <inttypes.h>
#include <math.h>

#define EPOCH_ROW(name, is_result, place) {#name, is_result, place, offsetof(Epoch, name)},
const EpochMetric epoch_metrics[EPOCH_N_METRICS] = {EPOCH_METRICS(EPOCH_ROW)};
#undef EPOCH_ROW

int64_t epoch_steps(int64_t batch, int64_t n_images)
{
    return n_images / (batch < n_images ? batch : n_images);
}

double epoch_value(const Epoch *epoch, const EpochMetric *metric)
{
    return *(const double *)(const void *)((const char *)epoch + metric->offset);
}

static double *field(Epoch *epoch, const EpochMetric *metric)
{
    return (double *)(void *)((char *)epoch + metric->offset);
}

void epoch_put_map(const Epoch *epoch, JsonWriter *json)
{
    json_put_int(json, "epoch", epoch->epoch);
    for (int i = 0; i < EPOCH_N_METRICS; i++)
        json_put_double(json, epoch_metrics[i].name, epoch_value(epoch, &epoch_metrics[i]));
}

ErrCode epoch_get_map(Epoch *epoch, const json_t *map, Err *err)
{
    TRY(json_get_int(map, "epoch", &epoch->epoch, err));
    for (int i = 0; i < EPOCH_N_METRICS; i++)
        TRY(json_get_double(map, epoch_metrics[i].name, field(epoch, &epoch_metrics[i]), err));
fail:
    return err->code;
}

void epoch_put_list(const Epoch *epoch, JsonWriter *json)
{
    double numbers[EPOCH_N_METRICS];
    for (int i = 0; i < EPOCH_N_METRICS; i++)
        numbers[epoch_metrics[i].place] = epoch_value(epoch, &epoch_metrics[i]);
    json_put_doubles(json, NULL, numbers, EPOCH_N_METRICS);
}

ErrCode epoch_get_list(Epoch *epoch, int64_t number, const json_t *list, Err *err)
{
    const size_t n = json_array_size(list);
    if (!json_is_array(list) || n > EPOCH_N_METRICS)
        return err_set(err, ERR_DATA, "epoch %" PRId64 " has %zu numbers, at most %d are known",
                       number, n, EPOCH_N_METRICS);
    epoch->epoch = number;
    for (int i = 0; i < EPOCH_N_METRICS; i++) {
        const size_t place = (size_t)epoch_metrics[i].place;
        const json_t *value = json_array_get(list, place);
        if (place < n && !json_is_number(value) && !json_is_null(value))
            return err_set(err, ERR_DATA, "metric %zu of epoch %" PRId64 " is not a number", place,
                           number);
        *field(epoch, &epoch_metrics[i]) =
            json_is_number(value) ? json_number_value(value) : (double)NAN;
    }
    return ERR_NONE;
}
