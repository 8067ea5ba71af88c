/*
 * An image folder between its files: data/folderlist.c lists it, data/contents.c hashes it,
 * data/folder.c reads its images. Private to those.
 */
#ifndef DATA_FOLDERLIST_H
#define DATA_FOLDERLIST_H

#include "data/source.h"

#include "base/file.h"
#include "base/hash.h"

typedef struct FolderImage {
    char *path;      /* below the set's folder: "train/CLASS/NAME", of a flat one "CLASS/NAME" */
    FileFacts facts; /* when it was listed; of a link's target */
    Hash128 content; /* of its bytes */
    uint32_t label;
} FolderImage;

typedef struct Folder {
    char *root;
    FolderImage *images[DATA_N_SPLITS]; /* class by class, bytewise by path */
    size_t capacity[DATA_N_SPLITS];
    size_t count[DATA_N_SPLITS];
} Folder;

/*
 * Lists the images below parts->state's root and fills what follows from it: counts, class names,
 * notes. Errors: ERR_DATA (what is refused, by name), ERR_IO, ERR_MEMORY.
 */
ErrCode folderlist_read(DatasetParts *parts, const DatasetSettings *settings, Err *err) ERR_CHECKED;

#endif
