// The answers of the host, which are JSON, as values.
#pragma once
#include "quickjs.h"

// What `JSON.parse` makes of the text, in less time: most of a program that reads is this. `text[length]` is zero; the text
// is changed meanwhile and then as it was.
JSValue parse_answer(JSContext *c, char *text, size_t length);
