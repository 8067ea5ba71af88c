/*
 * harness/provenance.h: what made a result: build, machine, libraries, kernels.
 *
 * One flat record, printed by `--version --verbose`, stored with every attempt, shown by `show` and
 * the report. It never enters a digest or a weight file.
 */
#ifndef HARNESS_PROVENANCE_H
#define HARNESS_PROVENANCE_H

#include "base/cpu.h"

#include <stdbool.h>

enum { PROVENANCE_TEXT_MAX = 256 };

typedef struct Provenance {
    char version[PROVENANCE_TEXT_MAX];   /* of isoflop */
    char commit[PROVENANCE_TEXT_MAX];    /* git commit of the build */
    bool is_dirty;                       /* the build had uncommitted changes */
    char compiler[PROVENANCE_TEXT_MAX];  /* name and version */
    char flags[PROVENANCE_TEXT_MAX];     /* of the build */
    char kernels[PROVENANCE_TEXT_MAX];   /* instruction set in use */
    char host[PROVENANCE_TEXT_MAX];      /* host name */
    char cpu[PROVENANCE_TEXT_MAX];       /* processor's name */
    char system[PROVENANCE_TEXT_MAX];    /* kernel's name and release */
    char libraries[PROVENANCE_TEXT_MAX]; /* name and version of those linked */
    int cpus;                            /* available to the process */
    int arithmetic;                      /* revision of the numerical contract */
} Provenance;

/* Fills all fields; what cannot be found out is "unknown". */
void provenance_collect(Provenance *out, CpuLevel level);

#endif
