/* harness/cli/picture_source.c: a list of one picture, or a batch of one image, at a time. */
#include "harness/cli/picture_source.h"

static WeightsUse use_of(const PictureChoice *choice)
{
    return (WeightsUse){.batch = 1,
                        .class_maps = choice->class_maps,
                        .accept = weights_options_accept(choice->trained)};
}

static ErrCode open_pictures(PictureSource *source, const Call *call, const PictureChoice *choice,
                             Err *err)
{
    const WeightsUse use = use_of(choice);
    TrainedSet *trained = &source->trained;
    TRY(pictures_option_list(&source->pictures, call, choice->images, &source->arena, err));
    TRY(weights_options_open(&trained->net, &trained->origin, choice->trained, call, &use, err));
    TRY(pictureinput_open(&source->input, net_network(trained->net)->resolution, 1,
                          &trained->origin, err));
    source->n_all = source->pictures.n;
fail:
    return err->code;
}

static ErrCode open_set(PictureSource *source, const Call *call, const PictureChoice *choice,
                        Err *err)
{
    static const BatchSettings singly = {.part = PART_TEST, .batch = 1, .max_threads = 1};
    WeightsUse use = use_of(choice);
    TrainedSet *trained = &source->trained;
    TRY(data_option_study(&source->study, call, choice->data, source->name, err));
    TRY(study_data_open(&source->images, &source->study->data, call->data_root, call->threads,
                        err));
    use.study = source->study;
    TRY(trained_set_open(trained, call, choice->trained, &source->images, &use, TRAINED_NET, err));
    TRY(batches_create(&source->batches, trained->set, &trained->stats, &singly, err));
    batches_begin_epoch(source->batches, 0);
    const size_t side = (size_t)net_network(trained->net)->resolution;
    source->one.x = arena_alloc(&source->arena, side * side * DATA_CHANNELS, sizeof(float));
    source->one.label = arena_alloc(&source->arena, 1, sizeof(int32_t));
    TRY(arena_ok(&source->arena, err));
    source->n_all = batches_count(source->batches);
fail:
    return err->code;
}

ErrCode picture_source_open(PictureSource *out, const Call *call, const PictureChoice *choice,
                            Err *err)
{
    *out = (PictureSource){0};
    TRY(weights_options_check(choice->trained, err));
    if ((choice->images == NULL) == (choice->data->text == NULL))
        return err_set(err, ERR_USAGE, "%s: pictures are of one of them",
                       choice->images == NULL ? "neither '--images' nor '--data' is given"
                                              : "'--images' and '--data' are both given");
    if (choice->images != NULL)
        TRY(open_pictures(out, call, choice, err));
    else
        TRY(open_set(out, call, choice, err));
    out->n = out->n_all < (size_t)choice->most ? out->n_all : (size_t)choice->most;
fail:
    return err->code;
}

bool picture_source_is_set(const PictureSource *source)
{
    return source->batches != NULL;
}

size_t picture_source_place(const PictureSource *source, size_t i)
{
    return (size_t)((uint64_t)i * source->n_all / source->n);
}

ErrCode picture_source_read(PictureSource *source, size_t i, const float **image, Err *err)
{
    const size_t at = picture_source_place(source, i);
    if (picture_source_is_set(source)) {
        batches_fill(source->batches, (uint32_t)at, &source->one, 1);
        *image = source->one.x;
        return ERR_NONE;
    }
    const PictureList one = {source->pictures.paths + at, 1};
    *image = source->input.images;
    return pictureinput_read(&source->input, &one, 0, err);
}

void picture_source_release(PictureSource *source)
{
    batches_destroy(&source->batches);
    pictureinput_release(&source->input);
    trained_set_release(&source->trained);
    study_data_close(&source->images);
    study_destroy(&source->study);
    arena_release(&source->arena);
}
