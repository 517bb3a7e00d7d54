// The engine without the sandbox: the same source as the guest, built for this machine. Reads programs from standard
// input and answers each on standard output. Each runs in a child process, so that none disturbs the next.
//
// A request is `MODE HARNESS_LENGTH PROGRAM_LENGTH\n` and the two texts. The modes:
//   p  the program, in its wrapper, in a plain engine
//   g  the same, after the guest's prelude
//   s  the harness and then the program as scripts, as Test262 asks for it
// An answer is `STATUS NAME_LENGTH MESSAGE_LENGTH CONSOLE_LENGTH\n` and the three texts.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "quickjs.h"

enum { CPU_SECONDS = 10, HEAP_BYTES = 512 << 20, STACK_BYTES = 4 << 20, CONSOLE_BYTES = 1 << 20 };

static const char prelude[] = {
#embed "prelude.js"
    , 0
};

static char console[CONSOLE_BYTES];
static size_t console_length;

static JSValue js_log(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
    (void)this_value;
    for (int i = 0; i <= argc; i++) {
        size_t n = 1;
        const char *text = i < argc ? JS_ToCStringLen(ctx, &n, argv[i]) : "\n";
        if (!text) return JS_EXCEPTION;
        if (n > sizeof console - console_length) n = sizeof console - console_length;
        memcpy(console + console_length, text, n);
        console_length += n;
        if (i < argc) JS_FreeCString(ctx, text);
    }
    return JS_UNDEFINED;
}
static JSValue js_operation(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
    (void)this_value, (void)argc, (void)argv;
    return JS_ThrowTypeError(ctx, "there are no operations here");
}

static void answer(const char *status, const char *name, const char *message) {
    setitimer(ITIMER_PROF, &(struct itimerval){ 0 }, NULL);
    printf("%s %zu %zu %zu\n%s%s", status, strlen(name), strlen(message), console_length, name, message);
    fwrite(console, 1, console_length, stdout);
    fflush(stdout);
    _exit(0);
}
static char *property(JSContext *ctx, JSValueConst error, const char *key) {
    JSValue value = JS_IsObject(error) ? JS_GetPropertyStr(ctx, error, key) : JS_UNDEFINED;
    const char *text = JS_IsString(value) ? JS_ToCString(ctx, value) : NULL;
    return strdup(text ? text : "");
}
static void failed(JSContext *ctx, JSValueConst error) {
    char *name = property(ctx, error, "name"), *message = property(ctx, error, "message");
    if (JS_IsObject(error)) answer("failed", *name ? name : "Error", message);
    const char *text = JS_ToCString(ctx, error);
    answer("failed", "Error", text ? text : "a value that cannot be shown");
}

static int rejections;
static void on_rejection(JSContext *ctx, JSValueConst promise, JSValueConst reason, bool is_handled, void *opaque) {
    (void)ctx, (void)promise, (void)reason, (void)opaque;
    rejections += is_handled ? -1 : 1;
}
static void jobs(JSRuntime *rt) {
    JSContext *ctx;
    for (int r; (r = JS_ExecutePendingJob(rt, &ctx)) != 0;)
        if (r < 0) JS_FreeValue(ctx, JS_GetException(ctx));
}
static JSValue evaluate(JSContext *ctx, const char *text, size_t length) {
    JSValue value = JS_Eval(ctx, text, length, "program.js", JS_EVAL_TYPE_GLOBAL);
    if (JS_IsException(value)) failed(ctx, JS_GetException(ctx));
    return value;
}
static void run(char mode, const char *harness, size_t harness_length, const char *program, size_t program_length) {
    JSRuntime *rt = JS_NewRuntime();
    JS_SetMaxStackSize(rt, STACK_BYTES);
    JS_SetMemoryLimit(rt, HEAP_BYTES);
    if (mode != 's') JS_SetHostPromiseRejectionTracker(rt, on_rejection, NULL);
    JSContext *ctx = JS_NewContext(rt);
    const int hidden = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE;
    JSValue global = JS_GetGlobalObject(ctx), log = JS_NewCFunction(ctx, js_log, "log", 1);
    if (mode == 'g') {
        JS_DefinePropertyValueStr(ctx, global, "__log", log, hidden);
        JSValue operation = JS_NewCFunction(ctx, js_operation, "operation", 2);
        JS_DefinePropertyValueStr(ctx, global, "__operation", operation, hidden);
        JSValue expose = evaluate(ctx, prelude, sizeof prelude - 1), paths = JS_NewString(ctx, "[]");
        JSValue exposed = JS_Call(ctx, expose, JS_UNDEFINED, 1, (JSValueConst *)&paths);
        if (JS_IsException(exposed)) failed(ctx, JS_GetException(ctx));
    } else {
        JSValue object = JS_NewObject(ctx);
        JS_DefinePropertyValueStr(ctx, object, "log", log, JS_PROP_C_W_E);
        JS_DefinePropertyValueStr(ctx, global, "console", object, hidden);
    }
    evaluate(ctx, harness, harness_length);
    JSValue value = evaluate(ctx, program, program_length);
    jobs(rt);
    if (mode != 's' && JS_PromiseState(ctx, value) == JS_PROMISE_REJECTED) failed(ctx, JS_PromiseResult(ctx, value));
    if (mode != 's' && JS_PromiseState(ctx, value) == JS_PROMISE_PENDING) answer("stuck", "", "");
    answer(rejections ? "unhandled" : "done", "", "");
}

int main(void) {
    char mode;
    size_t harness_length, program_length;
    setenv("TZ", "UTC", 1);
    // No buffer: a child must not take what its parent is yet to read.
    setvbuf(stdin, NULL, _IONBF, 0);
    while (scanf(" %c %zu %zu", &mode, &harness_length, &program_length) == 3 && getchar() == '\n') {
        char *text = calloc(1, harness_length + program_length + 2), *program = text + harness_length + 1;
        if (!text || fread(text, 1, harness_length, stdin) != harness_length) return 1;
        if (fread(program, 1, program_length, stdin) != program_length) return 1;
        pid_t child = fork();
        if (child < 0) return 1;
        if (child == 0) {
            setitimer(ITIMER_PROF, &(struct itimerval){ .it_value.tv_sec = CPU_SECONDS }, NULL);
            run(mode, text, harness_length, program, program_length);
        }
        int status = 0;
        if (waitpid(child, &status, 0) != child) return 1;
        if (WIFSIGNALED(status)) printf("%s 0 0 0\n", WTERMSIG(status) == SIGPROF ? "timeout" : "crashed");
        else if (WEXITSTATUS(status)) printf("crashed 0 0 0\n");
        fflush(stdout);
        free(text);
    }
    return 0;
}
