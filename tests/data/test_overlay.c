/* data/overlay: what is written can be read again, and says where a map is high. */
#include "tests/data/datafixture.h"

#include "data/overlay.h"
#include "data/picture.h"

#include <math.h>
#include <string.h>

enum { SIDE = 112, MAP = 2, DRAWN = 224, WIDTH = 224 + 2 * 6 + 12 + 9 * 8 + 6 };

static int brightness(const uint8_t *rgb, int y, int x)
{
    const uint8_t *p = rgb + (y * DRAWN + x) * DATA_CHANNELS;
    return p[0] + p[1] + p[2];
}

/* Property: corners of a grey picture are the brighter, the higher the map is there. */
static void a_map_is_seen_where_it_is(void **state)
{
    (void)state;
    static uint8_t grey[SIDE * SIDE * DATA_CHANNELS], seen[DRAWN * DRAWN * DATA_CHANNELS];
    const float map[MAP * MAP] = {0.0f, 1.0f, 2.0f, 3.0f};
    Err err = {0};
    memset(grey, 128, sizeof grey);
    const Overlay overlay = {
        .rgb = grey, .side = SIDE, .map = map, .map_side = MAP, .low = 0.0, .high = 3.0};
    const char *path = fixture_path("overlay.png");
    assert_ok(overlay_write(path, &overlay, &err), &err);
    /* The centred square of a picture that is wider by the scale: its left edge is moved. */
    const int cut = (WIDTH - DRAWN) / 2, near = 8, far = DRAWN - cut - 8;
    assert_ok(picture_read(path, DRAWN, 1.0, seen, &err), &err);
    const int top_left = brightness(seen, near, near), top_right = brightness(seen, near, far);
    const int low_left = brightness(seen, far, near), low_right = brightness(seen, far, far);
    assert_true(top_left < top_right && top_right < low_left && low_left < low_right);
}

/*
 * Property: a map without differences has the middle colour, mixed with the picture's grey: 0.45 of
 * 128 and 0.55 of {188, 55, 84}, inferno's eighth sixteenth; the least level of rounding.
 */
static void a_flat_map_is_drawn(void **state)
{
    (void)state;
    static uint8_t grey[SIDE * SIDE * DATA_CHANNELS], seen[DRAWN * DRAWN * DATA_CHANNELS];
    static const double middle[DATA_CHANNELS] = {188, 55, 84};
    const float map = -1.25f;
    Err err = {0};
    memset(grey, 128, sizeof grey);
    const Overlay overlay = {
        .rgb = grey, .side = SIDE, .map = &map, .map_side = 1, .low = -1.25, .high = -1.25};
    assert_ok(overlay_write(fixture_path("flat.png"), &overlay, &err), &err);
    assert_ok(picture_read(fixture_path("flat.png"), DRAWN, 1.0, seen, &err), &err);
    for (int c = 0; c < DATA_CHANNELS; c++)
        assert_true(fabs(seen[(8 * DRAWN + 8) * DATA_CHANNELS + c] -
                         (0.45 * 128 + 0.55 * middle[c])) <= 1.0);
}

/* Property: a place that cannot be written is named. */
static void nowhere_is_refused(void **state)
{
    (void)state;
    static uint8_t grey[SIDE * SIDE * DATA_CHANNELS];
    const float map = 0.0f;
    Err err = {0};
    const Overlay overlay = {
        .rgb = grey, .side = SIDE, .map = &map, .map_side = 1, .low = 0.0, .high = 1.0};
    assert_error(overlay_write(fixture_path("no/such/folder.png"), &overlay, &err), ERR_IO, &err,
                 "folder.png", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_map_is_seen_where_it_is),
                                       cmocka_unit_test(a_flat_map_is_drawn),
                                       cmocka_unit_test(nowhere_is_refused)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
