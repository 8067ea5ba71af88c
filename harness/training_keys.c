/* harness/training_keys.c: a key a version. */
#include "harness/training_keys.h"

#include <string.h>

ErrCode training_keys_make(TrainingKeys *out, const TrainJob *job, const char *images, Err *err)
{
    const Identity identity = {job->network->digest, images, job->recipe};
    char init[HASH_HEX_BYTES];
    if (job->init != NULL) {
        Hash128 hash;
        TRY(hash_file(NULL, job->init, &hash, err));
        hash_hex(hash, init);
    }
    for (int version = 1; version <= IDENTITY_VERSION; version++)
        TRY(identity_key(&identity, version, job->seed, job->init != NULL ? init : NULL,
                         out->items[version - 1], err));
fail:
    return err->code;
}

bool training_keys_have(const TrainingKeys *keys, const char *key)
{
    for (size_t i = 0; i < ARRAY_LEN(keys->items); i++)
        if (strcmp(key, keys->items[i]) == 0)
            return true;
    return false;
}
