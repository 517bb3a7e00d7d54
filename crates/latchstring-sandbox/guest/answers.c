// The answers of the host, which are JSON, as values. The engine's own parser makes each property of each object by itself
// and each number by way of `strtod`. Answers are lists of rows that look alike, so here a row takes the form of the one
// before it: the engine's shape, with the values put in their places. What is not plain (escapes, numbers with an exponent,
// very deep or very wide things, anything that is wrong) is left to the engine's parser.
//
// The engine's source is included unmodified, because shapes are not in its interface.
#include "quickjs.c"

#include "answers.h"

enum { FORMS = 8, WIDEST = 32, DEEPEST = 64 };

typedef struct { const char *p; uint32_t len; } Key;
// How an object of the same text was made.
typedef struct { JSShape *shape; uint32_t count; Key keys[WIDEST]; } Form;
typedef struct {
    JSContext *c;
    char *p, *end;
    int depth;
    int is_plain; // 0: the whole text is for the engine's parser
    uint32_t forms_len, next_form;
    Form forms[FORMS];
} Reader;

static JSValue read_value(Reader *r);

static JSValue not_plain(Reader *r) {
    r->is_plain = 0;
    return JS_EXCEPTION;
}
static void skip_space(Reader *r) {
    while (*r->p == ' ' || *r->p == '\n' || *r->p == '\r' || *r->p == '\t') r->p++;
}
static int is_next(Reader *r, char c) {
    skip_space(r);
    if (*r->p != c) return 0;
    r->p++;
    return 1;
}

// From behind the opening quote to the closing one: its length, or -1 when it is not plain. Whether it is ASCII is told.
static int32_t plain_string(Reader *r, int *is_ascii) {
    const char *start = r->p, *p = start;
    const uint64_t ones = 0x0101010101010101u, high = ones << 7;
    uint64_t seen = 0;
    for (; r->end - p >= 8; p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
        // Exact enough: a byte behind one that counts may be told falsely, and all eight are looked at one by one then.
        uint64_t stops = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((word - ones * 0x20) & ~word);
        if (stops & high) break;
        seen |= word;
    }
    for (;; p++) {
        unsigned char byte = (unsigned char)*p;
        if (byte == '"') break;
        if (byte == '\\' || byte < 0x20) return -1;
        seen |= byte;
    }
    *is_ascii = !(seen & high);
    r->p = (char *)p + 1;
    return (int32_t)(p - start);
}
// What begins at `start` and ends before `end`, by the engine's parser.
static JSValue by_the_engine(Reader *r, char *start, char *end) {
    char after = *end;
    *end = 0;
    JSValue value = JS_ParseJSON(r->c, start, (size_t)(end - start), "answer");
    *end = after;
    r->p = end;
    return value;
}
static JSValue read_string(Reader *r) {
    char *start = r->p;
    int is_ascii;
    int32_t length = plain_string(r, &is_ascii);
    if (length < 0) {
        char *p = start;
        while (*p != '"') {
            if (*p == 0) return not_plain(r);
            p += *p == '\\' && p[1] ? 2 : 1;
        }
        return by_the_engine(r, start - 1, p + 1);
    }
    if (!is_ascii || length == 0) return JS_NewStringLen(r->c, start, (size_t)length);
    JSString *string = js_alloc_string(r->c, length, 0);
    if (!string) return JS_EXCEPTION;
    memcpy(str8(string), start, (size_t)length);
    str8(string)[length] = 0;
    return JS_MKPTR(JS_TAG_STRING, string);
}
static JSValue read_number(Reader *r) {
    // A quotient of two numbers that are exact is rounded once, which is what is asked for.
    static const double powers[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    char *start = r->p, *p = start;
    int is_negative = *p == '-', digits = 0, places = 0;
    if (is_negative) p++;
    int64_t number = 0;
    char *first = p;
    for (; is_digit(*p) && digits < 16; p++, digits++) number = number * 10 + (*p - '0');
    int is_whole = digits > 0 && (*first != '0' || digits == 1);
    if (*p == '.') {
        p++;
        for (; is_digit(*p) && digits < 16; p++, digits++, places++) number = number * 10 + (*p - '0');
        if (places == 0) is_whole = 0;
    }
    // `-0` is not an integer to the engine; beyond 15 digits not every number is exact.
    if (!is_whole || digits > 15 || *p == 'e' || *p == 'E' || *p == '.' || (is_negative && number == 0)) {
        while (is_digit(*p) || *p == '.' || *p == 'e' || *p == 'E' || *p == '+' || *p == '-') p++;
        return by_the_engine(r, start, p);
    }
    r->p = p;
    if (is_negative) number = -number;
    if (places) return js_float64((double)number / powers[places]);
    return number == (int32_t)number ? js_int32((int32_t)number) : js_float64((double)number);
}
static JSValue read_array(Reader *r) {
    JSValue array = JS_NewArray(r->c);
    if (JS_IsException(array) || is_next(r, ']')) return array;
    JSObject *o = JS_VALUE_GET_OBJ(array);
    for (;;) {
        JSValue value = read_value(r);
        if (JS_IsException(value)) break;
        uint32_t count = o->u.array.count;
        if (count == o->u.array.u1.size && expand_fast_array(r->c, o, count < 4 ? 4 : count + 1)) {
            JS_FreeValue(r->c, value);
            break;
        }
        o->u.array.u.values[count] = value;
        o->u.array.count = count + 1;
        o->prop[0].u.value = js_int32((int32_t)count + 1);
        if (is_next(r, ',')) continue;
        if (is_next(r, ']')) return array;
        not_plain(r);
        break;
    }
    JS_FreeValue(r->c, array);
    return JS_EXCEPTION;
}
static JSAtom key_atom(Reader *r, Key key) {
    // With its quotes, by the engine: as it reads every key.
    char *p = r->p;
    JSValue name = by_the_engine(r, (char *)key.p - 1, (char *)key.p + key.len + 1);
    r->p = p;
    if (JS_IsException(name)) return JS_ATOM_NULL;
    JSAtom atom = JS_ValueToAtom(r->c, name);
    JS_FreeValue(r->c, name);
    return atom;
}
// An object of values that were read already, property by property, as the engine makes it.
static JSValue new_object(Reader *r, const Key *keys, JSProperty *values, uint32_t count) {
    JSValue object = JS_NewObject(r->c);
    uint32_t i = 0;
    for (; i < count && !JS_IsException(object); i++) {
        JSAtom atom = key_atom(r, keys[i]);
        JSValue value = values[i].u.value;
        int status = -1;
        if (atom == JS_ATOM_NULL) JS_FreeValue(r->c, value);
        else status = JS_DefinePropertyValue(r->c, object, atom, value, JS_PROP_C_W_E);
        JS_FreeAtom(r->c, atom);
        if (status < 0) {
            JS_FreeValue(r->c, object);
            object = JS_EXCEPTION;
        }
    }
    for (; i < count; i++) JS_FreeValue(r->c, values[i].u.value);
    return object;
}
static void keep_form(Reader *r, JSValueConst object, const Key *keys, uint32_t count) {
    JSShape *shape = JS_VALUE_GET_OBJ(object)->shape;
    // With fewer properties than keys a key was there twice.
    if (!shape->is_hashed || (uint32_t)shape->prop_count != count) return;
    uint32_t at = r->forms_len < FORMS ? r->forms_len++ : r->next_form++ % FORMS;
    Form *form = &r->forms[at];
    if (form->shape) js_free_shape(r->c->rt, form->shape);
    form->shape = js_dup_shape(shape);
    form->count = count;
    memcpy(form->keys, keys, count * sizeof *keys);
}
static int is_same_key(Key one, Key other) {
    return one.len == other.len && !memcmp(one.p, other.p, one.len);
}
static const Form *form_of(Reader *r, const Key *keys, uint32_t count) {
    for (uint32_t f = 0; f < r->forms_len; f++) {
        const Form *form = &r->forms[f];
        if (form->count != count) continue;
        uint32_t i = 0;
        while (i < count && is_same_key(form->keys[i], keys[i])) i++;
        if (i == count) return form;
    }
    return NULL;
}
static JSValue read_object(Reader *r) {
    Key keys[WIDEST];
    JSProperty values[WIDEST];
    uint32_t count = 0;
    if (is_next(r, '}')) return JS_NewObject(r->c);
    for (;;) {
        int is_ascii;
        if (count == WIDEST || !is_next(r, '"')) goto not_plain;
        keys[count].p = r->p;
        int32_t length = plain_string(r, &is_ascii);
        if (length < 0) goto not_plain;
        keys[count].len = (uint32_t)length;
        if (!is_next(r, ':')) goto not_plain;
        JSValue value = read_value(r);
        if (JS_IsException(value)) goto fail;
        values[count++].u.value = value;
        if (is_next(r, ',')) continue;
        if (is_next(r, '}')) break;
        goto not_plain;
    }
    const Form *form = form_of(r, keys, count);
    if (form) return JS_NewObjectFromShape(r->c, js_dup_shape(form->shape), JS_CLASS_OBJECT, values);
    JSValue object = new_object(r, keys, values, count);
    if (!JS_IsException(object)) keep_form(r, object, keys, count);
    return object;
not_plain:
    not_plain(r);
fail:
    while (count) JS_FreeValue(r->c, values[--count].u.value);
    return JS_EXCEPTION;
}
static JSValue read_value(Reader *r) {
    skip_space(r);
    JSValue value;
    switch (*r->p) {
    case '{':
    case '[':
        if (r->depth == DEEPEST) return not_plain(r);
        r->depth++;
        value = *r->p++ == '{' ? read_object(r) : read_array(r);
        r->depth--;
        return value;
    case '"':
        r->p++;
        return read_string(r);
    case 't':
        if (r->end - r->p < 4 || memcmp(r->p, "true", 4)) return not_plain(r);
        r->p += 4;
        return JS_TRUE;
    case 'f':
        if (r->end - r->p < 5 || memcmp(r->p, "false", 5)) return not_plain(r);
        r->p += 5;
        return JS_FALSE;
    case 'n':
        if (r->end - r->p < 4 || memcmp(r->p, "null", 4)) return not_plain(r);
        r->p += 4;
        return JS_NULL;
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        return read_number(r);
    default: return not_plain(r);
    }
}

JSValue parse_answer(JSContext *c, char *text, size_t length) {
    Reader r = { .c = c, .p = text, .end = text + length, .is_plain = 1 };
    JSValue value = read_value(&r);
    if (r.is_plain && !JS_IsException(value)) {
        skip_space(&r);
        if (r.p != r.end) r.is_plain = 0;
    }
    for (uint32_t f = 0; f < r.forms_len; f++) js_free_shape(c->rt, r.forms[f].shape);
    if (r.is_plain) return value;
    // Nothing was thrown yet, or what was thrown is thrown again.
    JS_FreeValue(c, value);
    JS_FreeValue(c, JS_GetException(c));
    return JS_ParseJSON(c, text, length, "answer");
}
