/* harness/cli/trained_set.c: weights say what they were trained on, and the images are held to it.
 */
#include "harness/cli/trained_set.h"

#include "harness/evaluation.h"

ErrCode trained_set_open(TrainedSet *out, const Call *call, const WeightsOptions *trained,
                         const Study *study, const StudyImages *images, const WeightsUse *use,
                         Err *err)
{
    *out = (TrainedSet){0};
    ImageSetReport report;
    OriginData data = study_data_origin(images, &study->data, &out->stats, 0);
    WeightsUse ours = *use;
    ours.study = study;
    ours.data = &data;
    TRY(weights_options_open(&out->net, &out->origin, trained, call, &ours, err));
    const ImageSetSettings view = {.resolution = net_network(out->net)->resolution,
                                   .center_crop = study->data.center_crop,
                                   .threads = call->threads,
                                   .progress = call_preparing,
                                   .progress_user = (void *)(uintptr_t)call};
    TRY(imageset_open(&out->set, images->set, &images->split, &view, &report, err));
    if (report.was_built)
        call_prepared(call, report.n_images, report.seconds);
    data.resolution = view.resolution;
    TRY(evaluation_stats(&out->stats, out->set, images, &view, &out->origin, err));
    TRY(origin_check_data(&out->origin, trained->weights, &data, use->accept, err));
    if (out->origin.is_known &&
        ((use->accept & ORIGIN_ANY_DATA) != 0 || out->origin.resolution != data.resolution))
        out->stats = imagestats_given(out->origin.mean, out->origin.deviation);
fail:
    return err->code;
}

void trained_set_release(TrainedSet *it)
{
    net_destroy(&it->net);
    origin_release(&it->origin);
    imageset_close(&it->set);
}
