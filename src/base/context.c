#define _POSIX_C_SOURCE 200809L
#include "base/context.h"

#include <gsl/gsl_errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { SETTINGS_VERSION = 1, MOST_THREADS = 1024 };

static void *plain_allocate(void *user, size_t size)
{
    (void)user;
    return malloc(size);
}

static void *plain_reallocate(void *user, void *block, size_t size)
{
    (void)user;
    return realloc(block, size);
}

static void plain_release(void *user, void *block)
{
    (void)user;
    free(block);
}

const char *attain_version(void)
{
    return ATTAIN_VERSION_STRING;
}

bool attain_version_agrees(int major, int minor)
{
    return major == ATTAIN_VERSION_MAJOR && minor == ATTAIN_VERSION_MINOR;
}

void attain_gsl_quiet(void)
{
    gsl_set_error_handler_off();
}

void attain_context_settings_init(attain_context_settings *settings)
{
    *settings = (attain_context_settings){.version = SETTINGS_VERSION};
}

static attain_status check(const attain_context_settings *s, attain_error *err)
{
    if (s->version != SETTINGS_VERSION)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "settings.version is %d, expected %d: call attain_context_settings_init",
                        s->version, SETTINGS_VERSION);
    if (s->threads > MOST_THREADS)
        return atn_fail(err, ATTAIN_ERR_ARGUMENT, "settings.threads is %u, expected 0 to %d",
                        s->threads, MOST_THREADS);
    const attain_allocator *a = s->allocator;
    if (a && !(a->allocate && a->reallocate && a->release))
        return atn_fail(err, ATTAIN_ERR_ARGUMENT,
                        "settings.allocator lacks one of its three functions");
    return ATTAIN_OK;
}

static unsigned online_processors(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : (unsigned)n;
}

attain_status attain_context_create(const attain_context_settings *settings,
                                    attain_context **context, attain_error *err)
{
    atn_error_clear(err);
    *context = NULL;
    attain_context_settings defaults;
    if (!settings) {
        attain_context_settings_init(&defaults);
        settings = &defaults;
    }
    const attain_status status = check(settings, err);
    if (status) return status;

    attain_context made = {
        .allocator = {plain_allocate, plain_reallocate, plain_release, NULL},
        .threads = settings->threads ? settings->threads : online_processors(),
        .proceed = settings->proceed,
        .proceed_user = settings->proceed_user,
    };
    if (settings->allocator) made.allocator = *settings->allocator;
    attain_context *ctx = ATN_NEW(&made, attain_context);
    if (!ctx) return atn_fail_nomem(err);
    *ctx = made;
    *context = ctx;
    return ATTAIN_OK;
}

void attain_context_free(attain_context *context)
{
    if (!context) return;
    const attain_allocator allocator = context->allocator;
    allocator.release(allocator.user, context);
}
