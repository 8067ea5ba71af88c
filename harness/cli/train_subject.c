/* harness/cli/train_subject.c: study, network and images out of `train`'s options. */
#include "harness/cli/train_subject.h"

#include "harness/study_data.h"
#include "models/resolve.h"

#include <string.h>

/* The defaults with --set, then the short options. */
static ErrCode make_study(Study **out, const Call *call, const SubjectChoice *choice,
                          char data[DATA_OPTION_NAME_MAX], Err *err)
{
    TRY(data_option_study(out, call, &choice->data, data, err));
    if (choice->epochs) {
        (*out)->recipe.epochs = choice->epochs;
        TRY(recipe_check(&(*out)->recipe, err));
    }
    if ((*out)->recipe.regularise.is_on)
        return err_set(err, ERR_USAGE,
                       "'recipe.scale_regularisation' is about networks that a study scales; for "
                       "one network write --set network.head.dropout=P, network.drop_connect=P");
    if (choice->batch)
        (*out)->recipe.batch = choice->batch;
fail:
    return err->code;
}

static ErrCode make_network(Subject *subject, const Call *call, const SubjectChoice *choice,
                            Err *err)
{
    StudyImages images = {0};
    Spec spec;
    Text warnings = {0};
    TRY(study_data_open(&images, &subject->study->data, call->data_root, call->threads, err));
    TRY(network_choice_spec(&spec, &choice->network, subject->study, dataset_n_classes(images.set),
                            err));
    TRY(resolve_network(&subject->network, &spec, err));
    memcpy(subject->images.digest, images.digest, sizeof images.digest);
    memcpy(subject->images.contents, dataset_contents(images.set), HASH_HEX_BYTES);
    spec_write_yaml(&spec, &subject->spec);
    TRY(text_ok(&subject->spec, err));
    recipe_warnings(&subject->study->recipe, images.split.count[PART_TRAIN], &warnings);
    call_warn(&warnings);
fail:
    text_release(&warnings);
    study_data_close(&images);
    return err->code;
}

ErrCode train_subject_make(Subject *subject, const Call *call, const SubjectChoice *choice,
                           Err *err)
{
    TRY(make_study(&subject->study, call, choice, subject->data, err));
    TRY(make_network(subject, call, choice, err));
fail:
    return err->code;
}

void train_subject_release(Subject *subject)
{
    network_release(&subject->network);
    study_destroy(&subject->study);
    text_release(&subject->spec);
}
