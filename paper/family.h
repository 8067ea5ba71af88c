/*
 * Families: STEP 2 of compound scaling, members alpha^phi, beta^phi, gamma^phi of any baseline, by
 * its own rounding.
 *
 * Nothing is matched: it is the paper's procedure, with nominal and counted cost side by side.
 */
#ifndef PAPER_FAMILY_H
#define PAPER_FAMILY_H

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "models/scaling.h"
#include "models/spec.h"

#include <stddef.h>
#include <stdint.h>

enum { FAMILY_MAX_MEMBERS = 64 };

typedef struct FamilySettings {
    double alpha, beta, gamma; /* each at least 1, not all of them 1 */
    const double *phi;         /* n_phi values, each at least 0 */
    size_t n_phi;              /* at most FAMILY_MAX_MEMBERS */
} FamilySettings;

typedef struct FamilyMember {
    double phi;
    Scale nominal;  /* alpha^phi, beta^phi, gamma^phi */
    Scale built;    /* scaling_built */
    int resolution; /* pixels */
    int n_blocks;
    int64_t params, macs, acts;
    double nominal_ratio; /* (alpha beta^2 gamma^2)^phi */
    double counted_ratio; /* macs over the baseline's */
} FamilyMember;

/* The scaled specification of member settings->phi[index]. Errors: as family_build. */
ErrCode family_member(Spec *member, const Spec *baseline, const FamilySettings *settings,
                      size_t index, Err *err) ERR_CHECKED;

/*
 * members[settings->n_phi] in the order of phi. Errors: ERR_USAGE (constants, phi, a member beyond
 * the limits), ERR_MEMORY.
 */
ErrCode family_build(FamilyMember *members, const Spec *baseline, const FamilySettings *settings,
                     Err *err) ERR_CHECKED;

/* Appends the table for people. */
void family_table(const FamilyMember *members, size_t n, Text *out);

/*
 * A list of maps {phi, nominal: [d,w,r], built: [d,w,r], resolution, blocks, params, macs, acts,
 * nominal_ratio, counted_ratio} under `key`.
 */
void family_json(const FamilyMember *members, size_t n, const char *key, JsonWriter *writer);

#endif
