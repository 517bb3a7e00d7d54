// The guest: QuickJS-ng behind five exported functions and no imports. A program runs in turns. A turn ends when
// nothing is left to do without the host; calls made meanwhile lie in a buffer, the host answers them all, and the
// next turn begins. So the host is never called from here, and a program that waits is only memory.
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "control.h"
#include "quickjs.h"

#define EXPORT(name) __attribute__((export_name(#name), used)) name

enum { INPUT_BYTES = 128 * 1024, BUFFER_BYTES = 4096, TEXT_BYTES = 4000, PATH_BYTES = 100, INNER_ERRORS = 3 };
enum { DONE, FAILED, PENDING, STUCK, INTERRUPTED, TOO_LARGE, NOT_JSON, UNAWAITED, OUT_OF_MEMORY, BROKEN };
// What the hidden property of an error says: the number of a failed call, or this.
enum { MARK_CALL_LIMIT = -1 };

Control control = { .heap_limit = 32u << 20, .call_limit = 200, .result_limit = 256 << 10, .console_limit = 32 << 10 };

static const char prelude[] = {
#embed "prelude.js"
    , 0
};

typedef struct { char *p; uint32_t len, cap; } Buffer;
typedef struct { JSValue resolve, reject, error; int used; } Call;
typedef struct { JSValue promise, reason; } Rejection;
// The way from an argument down to the object being written: each object with the key it was found under.
typedef struct { void *object; JSValue key; } Step;
typedef struct { const char *operation; Step *steps; uint32_t len, cap; } Trail;

static JSRuntime *rt;
static JSContext *ctx;
static JSAtom mark;
static JSValue main_promise, expose_app, check;
static Trail *trail; // of the argument being written, if one is
static char *input;
static Buffer out, console, requests;
static Call *calls;
static uint32_t calls_cap;
static Rejection *rejections;
static uint32_t rejections_len, rejections_cap, rejections_next;
static int rejections_lost;
static int closing; // the program is over; its getters and `toJSON` may still run but make no calls

// Grows through the engine's allocator, so that what a program makes us keep counts against its heap.
static int buffer_put(Buffer *b, const void *bytes, uint32_t n) {
    if (n > b->cap - b->len) {
        uint64_t cap = b->cap;
        while (cap < (uint64_t)b->len + n) cap *= 2;
        char *p = cap < UINT32_MAX ? js_realloc_rt(rt, b->p, (size_t)cap) : NULL;
        if (!p) return -1;
        b->p = p;
        b->cap = (uint32_t)cap;
    }
    memcpy(b->p + b->len, bytes, n);
    b->len += n;
    return 0;
}
static int buffer_init(Buffer *b) {
    b->p = js_malloc_rt(rt, BUFFER_BYTES);
    b->cap = b->p ? BUFFER_BYTES : 0;
    return b->p ? 0 : -1;
}
static void out_text(const char *text) {
    out.len = 0;
    buffer_put(&out, text, (uint32_t)strlen(text));
}
static int publish(int status) {
    control.out_ptr = (uint32_t)(uintptr_t)out.p;
    control.out_len = out.len;
    control.console_ptr = (uint32_t)(uintptr_t)console.p;
    control.console_len = console.len;
    control.requests_ptr = (uint32_t)(uintptr_t)requests.p;
    control.requests_len = requests.len;
    return status;
}

// ---- limits ----

static int over_polls(void) { return control.poll_limit && control.polls > control.poll_limit; }
static int stopped(void) { return control.stop || over_polls(); }
static int on_interrupt(JSContext *c, void *opaque) {
    (void)c, (void)opaque;
    control.polls++;
    return stopped();
}
// When memory is gone the engine may fail to make even the error, and throws `null` or a bare tag.
static int is_out_of_memory(JSValueConst error) {
    if (JS_VALUE_GET_TAG(error) == JS_TAG_UNINITIALIZED) return 1;
    if (JS_IsNull(error)) return (uint64_t)__builtin_wasm_memory_size(0) * 65536 > control.heap_limit / 2;
    if (!JS_IsUncatchableError(error)) return 0;
    JSValue message = JS_GetPropertyStr(ctx, error, "message");
    const char *text = JS_ToCString(ctx, message);
    int is = text && !strcmp(text, "out of memory");
    JS_FreeCString(ctx, text);
    JS_FreeValue(ctx, message);
    return is;
}

// Defines a property, unless there was no memory to make its value; the error for that is dropped.
static void define(JSContext *c, JSValueConst target, const char *key, JSValue value, int flags) {
    if (JS_IsException(value) || JS_DefinePropertyValueStr(c, target, key, value, flags) < 0)
        JS_FreeValue(c, JS_GetException(c));
}
static void define_mark(JSContext *c, JSValueConst error, int32_t number) {
    if (JS_DefinePropertyValue(c, error, mark, JS_NewInt32(c, number), 0) < 0) JS_FreeValue(c, JS_GetException(c));
}

// ---- describing errors ----

static void set_text(JSValue target, const char *key, const char *text, size_t length) {
    define(ctx, target, key, JS_NewStringLen(ctx, text, length < TEXT_BYTES ? length : TEXT_BYTES), JS_PROP_C_W_E);
}
static int copy_text(JSValue target, JSValueConst source, const char *key) {
    JSValue value = JS_GetPropertyStr(ctx, source, key);
    int copied = 0;
    if (JS_IsException(value)) JS_FreeValue(ctx, JS_GetException(ctx));
    if (JS_IsString(value)) {
        size_t n;
        const char *text = JS_ToCStringLen(ctx, &n, value);
        if (text) set_text(target, key, text, n), copied = 1;
        JS_FreeCString(ctx, text);
    }
    JS_FreeValue(ctx, value);
    return copied;
}
// The value as JSON or, failing that, as a string; NULL when neither works, with the reason left in `*why`.
static const char *show(JSValueConst value, size_t *n, JSValue *why) {
    JSValue json = JS_JSONStringify(ctx, value, JS_UNDEFINED, JS_UNDEFINED);
    if (JS_IsException(json)) {
        *why = JS_GetException(ctx);
        return NULL;
    }
    const char *text = JS_ToCStringLen(ctx, n, JS_IsUndefined(json) ? value : json);
    if (!text) *why = JS_GetException(ctx);
    JS_FreeValue(ctx, json);
    return text;
}
// The messages of the first errors that an AggregateError holds.
static void copy_inner(JSValue target, JSValueConst error) {
    JSValue errors = JS_GetPropertyStr(ctx, error, "errors"), inner = JS_UNDEFINED;
    if (JS_IsArray(errors)) inner = JS_NewArray(ctx);
    for (uint32_t i = 0; JS_IsObject(inner) && i < INNER_ERRORS; i++) {
        JSValue one = JS_GetPropertyUint32(ctx, errors, i);
        JSValue message = JS_IsObject(one) ? JS_GetPropertyStr(ctx, one, "message") : JS_DupValue(ctx, one);
        size_t n;
        const char *text = JS_IsString(message) ? JS_ToCStringLen(ctx, &n, message) : NULL;
        if (text) {
            JSValue copy = JS_NewStringLen(ctx, text, n < TEXT_BYTES / 4 ? n : TEXT_BYTES / 4);
            JSValue length = JS_GetPropertyStr(ctx, inner, "length");
            if (JS_IsException(copy) || JS_VALUE_GET_TAG(length) != JS_TAG_INT
                || JS_DefinePropertyValueUint32(ctx, inner, (uint32_t)JS_VALUE_GET_INT(length), copy, JS_PROP_C_W_E) < 0)
                JS_FreeValue(ctx, JS_GetException(ctx));
        }
        if (JS_IsException(one) || JS_IsException(message)) JS_FreeValue(ctx, JS_GetException(ctx));
        JS_FreeCString(ctx, text);
        JS_FreeValue(ctx, message);
        JS_FreeValue(ctx, one);
    }
    if (JS_IsException(errors) || JS_IsException(inner)) JS_FreeValue(ctx, JS_GetException(ctx));
    if (JS_IsObject(inner)) define(ctx, target, "inner", inner, JS_PROP_C_W_E);
    JS_FreeValue(ctx, errors);
}
// Leaves {"name", "message", "stack", "inner", "thrown", "mark"} in `out`, each only when known.
static void describe(JSValueConst error) {
    closing = 1;
    JS_SetMemoryLimit(rt, 0); // room to describe the error; the hard cap of the memory still holds
    out_text("{}");
    JSValue target = JS_NewObjectProto(ctx, JS_NULL);
    if (JS_IsException(target)) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        return;
    }
    int told = 0;
    if (JS_IsObject(error)) {
        copy_text(target, error, "name");
        told = copy_text(target, error, "message");
        copy_text(target, error, "stack");
        copy_inner(target, error);
        if (JS_IsError(error)) {
            JSValue number = JS_GetProperty(ctx, error, mark);
            if (JS_IsNumber(number)) define(ctx, target, "mark", number, JS_PROP_C_W_E);
        }
    }
    if (!told) {
        size_t n;
        JSValue why = JS_UNDEFINED;
        const char *text = show(error, &n, &why);
        if (text) set_text(target, "thrown", text, n);
        else set_text(target, "thrown", "a value that cannot be shown", 28);
        JS_FreeCString(ctx, text);
        JS_FreeValue(ctx, why);
    }
    JSValue json = JS_JSONStringify(ctx, target, JS_UNDEFINED, JS_UNDEFINED);
    size_t n = 0;
    const char *text = JS_IsException(json) ? NULL : JS_ToCStringLen(ctx, &n, json);
    out.len = 0;
    if (!text || buffer_put(&out, text, (uint32_t)n)) out_text("{}");
    JS_FreeCString(ctx, text);
    JS_FreeValue(ctx, json);
    JS_FreeValue(ctx, target);
}
static int fail(JSValue error, int status) {
    if (is_out_of_memory(error)) status = OUT_OF_MEMORY;
    if (JS_IsObject(error)) JS_ClearUncatchableError(ctx, error);
    describe(error);
    JS_FreeValue(ctx, error);
    return publish(stopped() ? INTERRUPTED : status);
}

// ---- rejections nobody handled ----

static void on_rejection(JSContext *c, JSValueConst promise, JSValueConst reason, bool is_handled, void *opaque) {
    (void)opaque;
    if (!is_handled) {
        if (rejections_len == rejections_cap) {
            uint32_t cap = rejections_cap ? rejections_cap * 2 : 16;
            Rejection *grown = js_realloc_rt(rt, rejections, cap * sizeof *grown);
            if (!grown) { rejections_lost = 1; return; }
            rejections = grown, rejections_cap = cap;
        }
        rejections[rejections_len++] = (Rejection){ JS_DupValue(c, promise), JS_DupValue(c, reason) };
        return;
    }
    // Promises tend to be handled in the order of their rejection: go on where the last one was found.
    for (uint32_t i = 0; i < rejections_len; i++) {
        uint32_t at = (rejections_next + i) % rejections_len;
        Rejection *r = &rejections[at];
        if (JS_IsObject(r->promise) && JS_VALUE_GET_PTR(r->promise) == JS_VALUE_GET_PTR(promise)) {
            JSValue gone = r->promise, reason_gone = r->reason;
            r->promise = r->reason = JS_UNDEFINED;
            rejections_next = at + 1;
            JS_FreeValue(c, gone);
            JS_FreeValue(c, reason_gone);
            return;
        }
    }
}
static const Rejection *first_rejection(void) {
    for (uint32_t i = 0; i < rejections_len; i++)
        if (JS_IsObject(rejections[i].promise)) return &rejections[i];
    return NULL;
}

// ---- what programs call ----

static void console_put(const char *text, size_t n) {
    uint32_t room = console.len < control.console_limit ? control.console_limit - console.len : 0;
    if (n > room) {
        control.console_dropped += (uint32_t)(n - room);
        n = room;
    }
    if (n && buffer_put(&console, text, (uint32_t)n)) control.console_dropped += (uint32_t)n;
}
static void console_put_function(JSValueConst value) {
    JSPropertyEnum *keys = NULL;
    uint32_t n = 0;
    console_put("[function", 9);
    if (JS_GetOwnPropertyNames(ctx, &keys, &n, value, JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY)) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        n = 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        size_t length;
        const char *key = JS_AtomToCStringLen(ctx, &length, keys[i].atom);
        console_put(i ? ", " : ": ", 2);
        if (key) console_put(key, length);
        JS_FreeCString(ctx, key);
    }
    JS_FreePropertyEnum(ctx, keys, n);
    console_put("]", 1);
}
static JSValue js_log(JSContext *c, JSValueConst this_value, int argc, JSValueConst *argv) {
    (void)this_value;
    for (int i = 0; i < argc; i++) {
        size_t n;
        const char *text;
        JSValue why = JS_UNDEFINED;
        if (i) console_put(" ", 1);
        if (JS_IsFunction(c, argv[i])) {
            console_put_function(argv[i]);
            continue;
        }
        if (JS_IsObject(argv[i]) && !JS_IsError(argv[i])) text = show(argv[i], &n, &why);
        else if (!(text = JS_ToCStringLen(c, &n, argv[i]))) why = JS_GetException(c);
        if (text) console_put(text, n);
        else if (JS_IsUncatchableError(why)) return JS_Throw(c, why);
        else {
            JSValue message = JS_IsObject(why) ? JS_GetPropertyStr(c, why, "message") : JS_UNDEFINED;
            const char *reason = JS_IsString(message) ? JS_ToCStringLen(c, &n, message) : NULL;
            if (JS_IsException(message)) JS_FreeValue(c, JS_GetException(c));
            console_put("[cannot be shown", 16);
            if (reason) console_put(": ", 2), console_put(reason, n);
            console_put("]", 1);
            JS_FreeCString(c, reason);
            JS_FreeValue(c, message);
        }
        JS_FreeCString(c, text);
        JS_FreeValue(c, why);
    }
    console_put("\n", 1);
    // At once, so that what was printed is there even when the program never ends a turn.
    control.console_ptr = (uint32_t)(uintptr_t)console.p;
    control.console_len = console.len;
    return JS_UNDEFINED;
}

// xorshift64*, from the host's seed: the same program with the same answers does the same.
static JSValue js_random(JSContext *c, JSValueConst this_value, int argc, JSValueConst *argv) {
    (void)this_value, (void)argc, (void)argv;
    uint64_t x = control.seed ? control.seed : 0x9E3779B97F4A7C15ull;
    x ^= x >> 12, x ^= x << 25, x ^= x >> 27;
    control.seed = x;
    return JS_NewFloat64(c, (double)((x * 0x2545F4914F6CDD1Dull) >> 11) / 9007199254740992.0);
}

// ---- arguments ----

// What JSON would drop or turn into `null`; the loss would go unnoticed.
static const char *not_json(JSValueConst holder, JSValueConst value) {
    if (JS_VALUE_GET_NORM_TAG(value) == JS_TAG_FLOAT64) {
        double number = JS_VALUE_GET_FLOAT64(value);
        if (number != number) return "NaN";
        return number - number == 0 ? NULL : number > 0 ? "Infinity" : "-Infinity";
    }
    if (JS_IsFunction(ctx, value)) return "a function";
    if (JS_IsSymbol(value)) return "a symbol";
    if (JS_IsBigInt(value)) return "a BigInt";
    return JS_IsUndefined(value) && JS_IsArray(holder) ? "undefined" : NULL;
}
// By its own `toJSON` a date that is none has become `null`, and a BigInt text, which is fine in a result and no number
// in an argument. Negative when reading what it was throws.
static int has_changed(JSContext *c, JSValueConst holder, JSValueConst key, JSValueConst value, const char **what) {
    if (!JS_IsNull(value) && !JS_IsString(value)) return 0;
    JSAtom name = JS_ValueToAtom(c, key);
    JSValue was = name == JS_ATOM_NULL ? JS_EXCEPTION : JS_GetProperty(c, holder, name);
    int failed = JS_IsException(was);
    if (JS_IsNull(value) && JS_IsDate(was)) *what = "an invalid date";
    if (JS_IsString(value) && JS_IsBigInt(was)) *what = "a BigInt";
    JS_FreeValue(c, was);
    JS_FreeAtom(c, name);
    return failed ? -1 : 0;
}
static int is_word(const char *key) {
    for (const char *p = key; *p; p++) {
        int letter = (*p | 32) >= 'a' && (*p | 32) <= 'z';
        if (!letter && *p != '_' && *p != '$' && (p == key || *p < '0' || *p > '9')) return 0;
    }
    return *key != 0;
}
// Writes `key` behind `path`, as a program would; what is too long is cut at a character.
static size_t put_key(char *path, size_t at, JSValueConst key) {
    const char *text = JS_ToCString(ctx, key);
    if (!text) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        return at;
    }
    size_t digits = strspn(text, "0123456789");
    const char *open = is_word(text) ? at ? "." : "" : digits && !text[digits] ? "[" : "[\"";
    const char *parts[3] = { open, text, open[0] != '[' ? "" : open[1] ? "\"]" : "]" };
    for (int i = 0; i < 3; i++)
        for (const char *p = parts[i]; *p && at < PATH_BYTES; p++) path[at++] = *p;
    if (at == PATH_BYTES)
        while (at && (path[at - 1] & 0x80)) at--;
    JS_FreeCString(ctx, text);
    return at;
}
static void trail_cut(uint32_t len) {
    while (trail->len > len) JS_FreeValue(ctx, trail->steps[--trail->len].key);
}
static JSValue refuse(JSValueConst key, const char *what) {
    char path[PATH_BYTES + 1];
    size_t n = 0;
    // The first step is the argument itself.
    for (uint32_t i = 1; i < trail->len; i++) n = put_key(path, n, trail->steps[i].key);
    if (trail->len) n = put_key(path, n, key);
    path[n] = 0;
    if (n) return JS_ThrowTypeError(ctx, "the argument `%s` is %s; calls take JSON", path, what);
    return JS_ThrowTypeError(ctx, "the argument of `%.100s` is %s; calls take JSON", trail->operation, what);
}
// Called for each value that goes into an argument, with the object that holds it.
static JSValue js_check(JSContext *c, JSValueConst holder, int argc, JSValueConst *argv) {
    (void)argc;
    JSValueConst key = argv[0], value = argv[1];
    if (!trail) return JS_DupValue(c, value);
    uint32_t depth = trail->len;
    while (depth && !(JS_IsObject(holder) && trail->steps[depth - 1].object == JS_VALUE_GET_PTR(holder))) depth--;
    trail_cut(depth);
    const char *what = not_json(holder, value);
    if (has_changed(c, holder, key, value, &what)) return JS_EXCEPTION;
    if (what) return refuse(key, what);
    if (JS_IsObject(value)) {
        if (trail->len == trail->cap) {
            uint32_t cap = trail->cap ? trail->cap * 2 : 8;
            Step *grown = js_realloc_rt(rt, trail->steps, cap * sizeof *grown);
            if (!grown) return JS_ThrowOutOfMemory(c);
            trail->steps = grown, trail->cap = cap;
        }
        trail->steps[trail->len++] = (Step){ JS_VALUE_GET_PTR(value), JS_DupValue(c, key) };
    }
    return JS_DupValue(c, value);
}
static JSValue checked_json(JSContext *c, const char *operation, JSValueConst value) {
    Trail mine = { operation, NULL, 0, 0 }, *outer = trail; // a `toJSON` may call, too
    trail = &mine;
    JSValue json = JS_JSONStringify(c, value, check, JS_UNDEFINED);
    trail_cut(0);
    js_free_rt(rt, mine.steps);
    trail = outer;
    return json;
}
// No argument is `{}`; several are passed as an array, for the host to refuse in its own words.
static JSValue argument_json(JSContext *c, const char *operation, int argc, JSValueConst *argv) {
    while (argc > 0 && JS_IsUndefined(argv[argc - 1])) argc--;
    if (argc == 0) return JS_NewStringLen(c, "{}", 2);
    if (argc == 1) return checked_json(c, operation, argv[0]);
    JSValue all = JS_NewArray(c);
    if (JS_IsException(all)) return all;
    for (int i = 0; i < argc; i++)
        JS_DefinePropertyValueUint32(c, all, (uint32_t)i, JS_DupValue(c, argv[i]), JS_PROP_C_W_E);
    JSValue json = checked_json(c, operation, all);
    JS_FreeValue(c, all);
    return json;
}

// ---- calls ----

static int free_call(uint32_t *id) {
    for (*id = 0; *id < calls_cap; (*id)++)
        if (!calls[*id].used) return 0;
    uint32_t cap = calls_cap * 2;
    Call *grown = js_realloc_rt(rt, calls, cap * sizeof *grown);
    if (!grown) return -1;
    memset(grown + calls_cap, 0, (cap - calls_cap) * sizeof *grown);
    calls = grown, calls_cap = cap;
    return 0;
}
static JSValue request(JSContext *c, const char *path, size_t path_len, const char *argument, size_t argument_len) {
    uint32_t id;
    if (free_call(&id)) return JS_ThrowOutOfMemory(c);
    JSValue error = JS_NewError(c); // remembers this place, in case the call fails
    if (JS_IsException(error)) return error;
    JSValue functions[2];
    JSValue promise = JS_NewPromiseCapability(c, functions);
    if (JS_IsException(promise)) {
        JS_FreeValue(c, error);
        return promise;
    }
    uint32_t header[3] = { id, (uint32_t)path_len, (uint32_t)argument_len }, before = requests.len;
    if (buffer_put(&requests, header, sizeof header) || buffer_put(&requests, path, (uint32_t)path_len)
        || buffer_put(&requests, argument, (uint32_t)argument_len)) {
        requests.len = before;
        JS_FreeValue(c, error);
        JS_FreeValue(c, functions[0]);
        JS_FreeValue(c, functions[1]);
        JS_FreeValue(c, promise);
        return JS_ThrowOutOfMemory(c);
    }
    calls[id] = (Call){ functions[0], functions[1], error, 1 };
    control.pending++;
    control.calls++;
    return promise;
}
static JSValue js_call(JSContext *c, JSValueConst this_value, int argc, JSValueConst *argv, int magic,
                       JSValueConst *data) {
    (void)this_value, (void)magic;
    size_t path_len, argument_len;
    const char *path = JS_ToCStringLen(c, &path_len, data[0]);
    if (!path) return JS_EXCEPTION;
    JSValue promise = JS_EXCEPTION, json = JS_UNDEFINED;
    if (closing) JS_ThrowTypeError(c, "`%.100s` cannot be called while the result is written", path);
    else json = argument_json(c, path, argc, argv);
    if (!closing && JS_IsUndefined(json)) JS_ThrowTypeError(c, "`%.100s` takes one object, which must be JSON", path);
    // Checked last, because making the argument may have run code that calls.
    else if (!closing && !JS_IsException(json) && control.calls >= control.call_limit) {
        JSValue error = JS_NewRangeError(c, "more than %u calls in one program", control.call_limit);
        if (JS_IsObject(error)) define_mark(c, error, MARK_CALL_LIMIT), JS_Throw(c, error);
    } else if (!closing && !JS_IsException(json)) {
        const char *argument = JS_ToCStringLen(c, &argument_len, json);
        if (argument) promise = request(c, path, path_len, argument, argument_len);
        JS_FreeCString(c, argument);
    }
    JS_FreeCString(c, path);
    JS_FreeValue(c, json);
    return promise;
}
// operation(path, name): a function of that name which calls the host with that path.
static JSValue js_operation(JSContext *c, JSValueConst this_value, int argc, JSValueConst *argv) {
    (void)this_value, (void)argc;
    const char *name = JS_ToCString(c, argv[1]);
    if (!name) return JS_EXCEPTION;
    JSValue function = JS_NewCFunctionData2(c, js_call, name, 1, 0, 1, argv);
    JS_FreeCString(c, name);
    return function;
}

// ---- turns ----

static int finish(void) {
    if (rejections_lost) {
        out_text("{}");
        return publish(OUT_OF_MEMORY);
    }
    const Rejection *rejection = first_rejection();
    if (rejection) return fail(JS_DupValue(ctx, rejection->reason), UNAWAITED);
    closing = 1;
    JSValue value = JS_PromiseResult(ctx, main_promise);
    JSValue json = JS_UNDEFINED;
    if (!JS_IsUndefined(value)) json = JS_JSONStringify(ctx, value, JS_UNDEFINED, JS_UNDEFINED);
    if (JS_IsException(json)) return fail(JS_GetException(ctx), NOT_JSON);
    if (JS_IsUndefined(json) && !JS_IsUndefined(value)) {
        int is_function = JS_IsFunction(ctx, value);
        out_text(is_function ? "{\"message\":\"it is a function\"}" : "{\"message\":\"it has no JSON form\"}");
        return publish(NOT_JSON);
    }
    out.len = 0;
    if (JS_IsUndefined(json)) {
        out_text("null");
        return publish(DONE);
    }
    size_t n;
    const char *text = JS_ToCStringLen(ctx, &n, json);
    if (!text) return fail(JS_GetException(ctx), FAILED);
    int status = DONE;
    if (n > control.result_limit) {
        control.result_size = (uint32_t)n;
        status = TOO_LARGE;
    } else if (buffer_put(&out, text, (uint32_t)n)) {
        out_text("{}");
        status = OUT_OF_MEMORY;
    }
    return publish(stopped() ? INTERRUPTED : status);
}
static int turn(void) {
    JSContext *c;
    int r;
    while ((r = JS_ExecutePendingJob(rt, &c))) {
        if (r > 0) continue;
        JSValue error = JS_GetException(ctx);
        if (stopped() || !JS_IsObject(error) || JS_IsUncatchableError(error)) return fail(error, FAILED);
        JS_FreeValue(ctx, error);
    }
    switch (JS_PromiseState(ctx, main_promise)) {
    case JS_PROMISE_REJECTED: return fail(JS_PromiseResult(ctx, main_promise), FAILED);
    // Calls that were made are carried out even if nothing awaits them.
    case JS_PROMISE_FULFILLED: return control.pending ? publish(PENDING) : finish();
    case JS_PROMISE_PENDING:
        if (!stopped()) return publish(control.pending ? PENDING : STUCK);
        // Asked to stop within an async generator, the engine drops the error, and all that would have gone on.
        out_text("{}");
        return publish(INTERRUPTED);
    // Only a program that closes the function around it gets here; what it left behind is not a promise.
    default: return control.pending ? publish(PENDING) : finish();
    }
}

// A failed call's own error, made at the call, filled with what the host says.
static void fill_error(JSValueConst error, JSValueConst told, int32_t number) {
    static const char *keys[] = { "code", "message", "details", "operation" };
    const int hidden = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE;
    define(ctx, error, "name", JS_NewString(ctx, "OperationError"), hidden);
    for (int i = 0; i < 4; i++) define(ctx, error, keys[i], JS_GetPropertyStr(ctx, told, keys[i]), hidden);
    define_mark(ctx, error, number);
}
// One answer: `failure` is negative for a result, otherwise the number under which the host keeps the error.
static int settle(uint32_t id, int32_t failure, char *text, uint32_t length) {
    if (id >= calls_cap || !calls[id].used) return -1;
    Call call = calls[id];
    calls[id].used = 0;
    control.pending--;
    JSValue value = parse_answer(ctx, text, length);
    JSValue function = call.resolve;
    if (JS_IsException(value)) {
        value = JS_GetException(ctx);
        function = call.reject;
    } else if (failure >= 0) {
        fill_error(call.error, value, failure);
        JS_FreeValue(ctx, value);
        value = JS_DupValue(ctx, call.error);
        function = call.reject;
    }
    JSValue result = JS_Call(ctx, function, JS_UNDEFINED, 1, (JSValueConst *)&value);
    int status = JS_IsException(result) ? -2 : 0;
    JS_FreeValue(ctx, result);
    JS_FreeValue(ctx, value);
    JS_FreeValue(ctx, call.resolve);
    JS_FreeValue(ctx, call.reject);
    JS_FreeValue(ctx, call.error);
    return status;
}

// ---- exports ----

// Room for `length` bytes and a zero. What was there is lost.
uint32_t EXPORT(reserve)(uint32_t length) {
    if (length > control.in_cap) {
        free(input);
        input = length < UINT32_MAX ? malloc((size_t)length + 1) : NULL;
        control.in_ptr = (uint32_t)(uintptr_t)input;
        control.in_cap = input ? length : 0;
    }
    return control.in_ptr;
}

extern void __wasm_call_ctors(void);

int EXPORT(init)(void) {
    __wasm_call_ctors();
    rt = JS_NewRuntime();
    if (!rt) return -1;
    JS_SetMaxStackSize(rt, STACK_LIMIT);
    JS_SetInterruptHandler(rt, on_interrupt, NULL);
    ctx = JS_NewContext(rt);
    if (!ctx || buffer_init(&out) || buffer_init(&console) || buffer_init(&requests)) return -2;
    calls_cap = 16;
    calls = js_mallocz_rt(rt, calls_cap * sizeof *calls);
    if (!calls || !reserve(INPUT_BYTES)) return -3;

    JSValue symbol = JS_NewPrivateSymbol(ctx, "mark");
    mark = JS_ValueToAtom(ctx, symbol);
    JS_FreeValue(ctx, symbol);
    const int hidden = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE;
    JSValue global = JS_GetGlobalObject(ctx), math = JS_GetPropertyStr(ctx, global, "Math");
    JSValue operation = JS_NewCFunction(ctx, js_operation, "operation", 2);
    check = JS_NewCFunction(ctx, js_check, "check", 2);
    JS_DefinePropertyValueStr(ctx, global, "__log", JS_NewCFunction(ctx, js_log, "log", 1), hidden);
    JS_DefinePropertyValueStr(ctx, global, "__operation", operation, hidden);
    JS_DefinePropertyValueStr(ctx, math, "random", JS_NewCFunction(ctx, js_random, "random", 0), hidden);
    JS_FreeValue(ctx, math);
    JS_FreeValue(ctx, global);
    expose_app = JS_Eval(ctx, prelude, sizeof prelude - 1, "prelude.js", JS_EVAL_TYPE_GLOBAL);
    if (JS_IsException(check) || JS_IsException(expose_app)) return fail(JS_GetException(ctx), -4);
    return publish(0);
}

// The input is a JSON array of paths such as "boms.list"; makes `app` of them.
int EXPORT(expose)(uint32_t length) {
    JS_UpdateStackTop(rt);
    JSValue paths = JS_NewStringLen(ctx, input, length);
    JSValue result = JS_Call(ctx, expose_app, JS_UNDEFINED, 1, (JSValueConst *)&paths);
    JS_FreeValue(ctx, paths);
    if (JS_IsException(result)) return fail(JS_GetException(ctx), -1);
    JS_FreeValue(ctx, result);
    JS_FreeValue(ctx, expose_app);
    expose_app = JS_UNDEFINED;
    // From here on only programs reject promises.
    JS_SetHostPromiseRejectionTracker(rt, on_rejection, NULL);
    JS_RunGC(rt);
    return publish(0);
}

// The input is a program in its wrapper, whose first two lines are the host's.
int EXPORT(start)(uint32_t length) {
    JS_UpdateStackTop(rt);
    JS_SetMemoryLimit(rt, control.heap_limit);
    // References are counted, so collecting is for cycles only, and it writes to every page of the image. Most programs
    // are over before it is worth it.
    JS_SetGCThreshold(rt, control.heap_limit / 4);
    input[length] = 0;
    JSEvalOptions options = { JS_EVAL_OPTIONS_VERSION, JS_EVAL_TYPE_GLOBAL, "program.js", -1 };
    main_promise = JS_Eval2(ctx, input, length, &options);
    if (JS_IsException(main_promise)) return fail(JS_GetException(ctx), FAILED);
    return turn();
}

// The input is the answers to all calls of the last turn: id, failure, length, JSON, zero.
int EXPORT(resume)(uint32_t length) {
    JS_UpdateStackTop(rt);
    requests.len = 0;
    for (uint32_t at = 0; at < length;) {
        struct { uint32_t id; int32_t failure; uint32_t length; } head;
        if (length - at < sizeof head) return publish(BROKEN);
        memcpy(&head, input + at, sizeof head);
        at += sizeof head;
        if (length - at <= head.length) return publish(BROKEN);
        int status = settle(head.id, head.failure, input + at, head.length);
        if (status == -1) return publish(BROKEN);
        if (status == -2 || stopped()) return fail(JS_GetException(ctx), FAILED);
        at += head.length + 1;
    }
    return turn();
}
