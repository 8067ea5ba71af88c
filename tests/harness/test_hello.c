/* harness/hello: what a worker says of itself is what is read of it; who cannot work for us is told
 * why. */
#include "harness/hello.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static json_t *parse(const char *line, size_t n_bytes)
{
    json_t *event = NULL;
    Err err = {0};
    if (json_parse(&event, "hello", line, n_bytes, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return event;
}

/* Every field of this process comes back; two hellos of one process have two names. */
static void a_hello_is_read_as_it_was_said(void **state)
{
    (void)state;
    Hello said, read, other;
    Text line = {0};
    Err err = {0};
    hello_make(&said, CPU_GENERIC);
    hello_make(&other, CPU_GENERIC);
    assert_string_not_equal(said.name, other.name);
    said.who.is_dirty = true;
    hello_text(&said, &line);
    assert_int_equal(line.data[0], '\n');
    json_t *event = parse(line.data + 1, line.n_bytes - 1);
    assert_int_equal(hello_read(&read, event, &err), ERR_NONE);
    assert_string_equal(read.name, said.name);
    assert_string_equal(read.who.version, said.who.version);
    assert_string_equal(read.who.commit, said.who.commit);
    assert_true(read.who.is_dirty);
    assert_string_equal(read.who.compiler, said.who.compiler);
    assert_string_equal(read.who.flags, said.who.flags);
    assert_string_equal(read.who.kernels, "generic");
    assert_string_equal(read.who.host, said.who.host);
    assert_string_equal(read.who.cpu, said.who.cpu);
    assert_string_equal(read.who.system, said.who.system);
    assert_string_equal(read.who.libraries, said.who.libraries);
    assert_int_equal(read.who.cpus, said.who.cpus);
    assert_int_equal(read.who.arithmetic, said.who.arithmetic);
    json_decref(event);
    text_release(&line);
}

/* Each key is needed, of its type, and numbers have bounds. */
static void half_a_hello_is_refused(void **state)
{
    (void)state;
    static const char whole[] =
        "{\"worker\":\"w\",\"version\":\"v\",\"commit\":\"c\",\"compiler\":\"c\",\"flags\":\"f\","
        "\"kernels\":\"k\",\"host\":\"h\",\"cpu\":\"c\",\"system\":\"s\",\"libraries\":\"l\","
        "\"dirty\":0,\"cores\":1,\"arithmetic\":1}";
    static const struct {
        const char *key;
        const char *value; /* NULL: the key goes */
    } changes[] = {{"worker", NULL},    {"version", NULL},   {"commit", NULL},
                   {"compiler", NULL},  {"flags", NULL},     {"kernels", NULL},
                   {"host", NULL},      {"cpu", NULL},       {"system", NULL},
                   {"libraries", NULL}, {"dirty", NULL},     {"cores", NULL},
                   {"cores", "0"},      {"cores", "100000"}, {"arithmetic", NULL},
                   {"host", "7"},       {"arithmetic", "-1"}};
    Hello read;
    Err err = {0};
    json_t *event = parse(whole, strlen(whole));
    assert_int_equal(hello_read(&read, event, &err), ERR_NONE);
    json_decref(event);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        Err why = {0};
        event = parse(whole, strlen(whole));
        if (changes[i].value == NULL)
            assert_int_equal(json_object_del(event, changes[i].key), 0);
        else
            json_object_set_new(event, changes[i].key,
                                json_loads(changes[i].value, JSON_DECODE_ANY, NULL));
        assert_int_equal(hello_read(&read, event, &why), ERR_DATA);
        assert_non_null(strstr(why.msg, changes[i].key));
        json_decref(event);
    }
}

/* Another version or arithmetic is refused, both named; another processor, host or commit is not.
 */
static void only_our_kind_may_work(void **state)
{
    (void)state;
    Hello hello;
    Err err = {0};
    hello_make(&hello, CPU_GENERIC);
    const Provenance ours = hello.who;
    snprintf(hello.who.host, sizeof hello.who.host, "elsewhere");
    snprintf(hello.who.cpu, sizeof hello.who.cpu, "another");
    snprintf(hello.who.commit, sizeof hello.who.commit, "another");
    assert_int_equal(hello_check(&hello, &ours, &err), ERR_NONE);
    hello.who.arithmetic = 999;
    assert_int_equal(hello_check(&hello, &ours, &err), ERR_VERSION);
    assert_non_null(strstr(err.msg, "arithmetic revision 999 on 'elsewhere'"));
    assert_non_null(strstr(err.msg, ours.host));
    hello.who.arithmetic = ours.arithmetic;
    snprintf(hello.who.version, sizeof hello.who.version, "99.9");
    assert_int_equal(hello_check(&hello, &ours, &err), ERR_VERSION);
    assert_non_null(strstr(err.msg, "isoflop 99.9"));
    assert_non_null(strstr(err.msg, ours.version));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hello_is_read_as_it_was_said),
        cmocka_unit_test(half_a_hello_is_refused),
        cmocka_unit_test(only_our_kind_may_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
