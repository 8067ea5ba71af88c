/* harness/cli/trained_set.c: weights say what they were trained on, and the images are held to it.
 */
#include "harness/cli/trained_set.h"

#include "harness/evaluation.h"

/* The images, at the network's resolution, held to what the weights say. */
static ErrCode open_images(TrainedSet *it, const Call *call, const char *weights,
                           const Study *study, const StudyImages *images, OriginData *data,
                           unsigned accept, int resolution, Err *err)
{
    ImageSetReport report;
    const ImageSetSettings view = {.resolution = resolution,
                                   .center_crop = study->data.center_crop,
                                   .threads = call->threads,
                                   .progress = call_preparing,
                                   .progress_user = (void *)(uintptr_t)call};
    TRY(imageset_open(&it->set, images->set, &images->split, &view, &report, err));
    if (report.was_built)
        call_prepared(call, report.n_images, report.seconds);
    data->resolution = resolution;
    TRY(evaluation_stats(&it->stats, it->set, images, &view, &it->origin, err));
    TRY(origin_check_data(&it->origin, weights, data, accept, err));
    if (it->origin.is_known &&
        ((accept & ORIGIN_ANY_DATA) != 0 || it->origin.resolution != resolution))
        it->stats = imagestats_given(it->origin.mean, it->origin.deviation);
fail:
    return err->code;
}

ErrCode trained_set_open(TrainedSet *out, const Call *call, const WeightsOptions *trained,
                         const Study *study, const StudyImages *images, const WeightsUse *use,
                         Err *err)
{
    *out = (TrainedSet){0};
    OriginData data = study_data_origin(images, &study->data, &out->stats, 0);
    WeightsUse ours = *use;
    ours.study = study;
    ours.data = &data;
    TRY(weights_options_open(&out->net, &out->origin, trained, call, &ours, err));
    TRY(open_images(out, call, trained->weights, study, images, &data, use->accept,
                    net_network(out->net)->resolution, err));
fail:
    return err->code;
}

ErrCode trained_set_infer(TrainedSet *out, const Call *call, const WeightsOptions *trained,
                          const Study *study, const StudyImages *images, const WeightsUse *use,
                          Err *err)
{
    *out = (TrainedSet){0};
    OriginData data = study_data_origin(images, &study->data, &out->stats, 0);
    WeightsUse ours = *use;
    ours.study = study;
    ours.data = &data;
    TRY(weights_options_infer(&out->infer, &out->origin, trained, call, &ours, err));
    TRY(open_images(out, call, trained->weights, study, images, &data, use->accept,
                    infer_network(out->infer)->resolution, err));
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
