/* harness/doctor_files.h: what the doctor looks at one by one; private to doctor*.c. */
#ifndef HARNESS_DOCTOR_FILES_H
#define HARNESS_DOCTOR_FILES_H

#include "harness/doctor_findings.h"

#include "base/dir.h"

#include <stdbool.h>

/* True for names of safetensors files. */
bool doctor_is_tensors(const char *path);

/*
 * A file of weights or a checkpoint by its own digest and structure; NULL if it is sound, else why
 * it is not, in the report's arena. Errors: ERR_MEMORY, ERR_IO.
 */
ErrCode doctor_tensors(DoctorReport *report, const Dir *in, const char *name, const char **why,
                       Err *err) ERR_CHECKED;

/* Whether locks hold on the file system of a folder. */
ErrCode doctor_locks(DoctorReport *report, const char *folder, Err *err) ERR_CHECKED;

/* The structure, the schema and the rows of a store. Errors: ERR_MEMORY, ERR_IO, ERR_BUSY. */
ErrCode doctor_store(DoctorReport *report, const char *path, Err *err) ERR_CHECKED;

#endif
