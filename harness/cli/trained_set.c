/* harness/cli/trained_set.c: weights say what they were trained on, and the images are held to it.
 */
#include "harness/cli/trained_set.h"

#include "harness/evaluation.h"

/* The network; data->resolution becomes its own. */
static ErrCode open_network(TrainedSet *it, const Call *call, const WeightsOptions *trained,
                            const WeightsUse *use, TrainedRunner runner, OriginData *data, Err *err)
{
    WeightsUse ours = *use;
    ours.data = data;
    if (runner == TRAINED_NET)
        TRY(weights_options_open(&it->net, &it->origin, trained, call, &ours, err));
    else
        TRY(weights_options_infer(&it->infer, &it->origin, trained, call, &ours, err));
    data->resolution = runner == TRAINED_NET ? net_network(it->net)->resolution
                                             : infer_network(it->infer)->resolution;
fail:
    return err->code;
}

/* The images, at the network's resolution, held to what the weights say. */
static ErrCode open_images(TrainedSet *it, const Call *call, const char *weights,
                           const StudyImages *images, const WeightsUse *use, const OriginData *data,
                           Err *err)
{
    ImageSetReport report;
    const ImageSetSettings view = {.resolution = data->resolution,
                                   .center_crop = use->study->data.center_crop,
                                   .threads = call->threads,
                                   .progress = call_preparing,
                                   .progress_user = (void *)(uintptr_t)call};
    TRY(imageset_open(&it->set, images->set, &images->split, &view, &report, err));
    if (report.was_built)
        call_prepared(call, report.n_images, report.seconds);
    TRY(evaluation_stats(&it->stats, it->set, images, &view, &it->origin, err));
    TRY(origin_check_data(&it->origin, weights, data, use->accept, err));
    if (it->origin.is_known &&
        ((use->accept & ORIGIN_ANY_DATA) != 0 || it->origin.resolution != data->resolution))
        it->stats = imagestats_given(it->origin.mean, it->origin.deviation);
fail:
    return err->code;
}

ErrCode trained_set_open(TrainedSet *out, const Call *call, const WeightsOptions *trained,
                         const StudyImages *images, const WeightsUse *use, TrainedRunner runner,
                         Err *err)
{
    *out = (TrainedSet){0};
    OriginData data = study_data_origin(images, &use->study->data, &out->stats, 0);
    TRY(open_network(out, call, trained, use, runner, &data, err));
    TRY(open_images(out, call, trained->weights, images, use, &data, err));
fail:
    return err->code;
}

void trained_set_release(TrainedSet *it)
{
    net_destroy(&it->net);
    infer_destroy(&it->infer);
    origin_release(&it->origin);
    imageset_close(&it->set);
}
