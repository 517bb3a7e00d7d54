// Sends the faults to the code mode of the AI SDK. Reads a JSON task on stdin, writes JSON on stdout.
//
// The tools are AI SDK tools with zod schemas made of the operations' input schemas, so the checks of arguments are the
// SDK's own. What they do is asked of the running server. A scripted model calls the code tool; what the SDK puts into its
// next prompt is what a model reads.

import { readFileSync } from 'node:fs';
import { experimental_codeModeTool as codeModeTool } from '@ai-sdk/code-mode';
import { generateText, isStepCount, tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { z } from 'zod';

const LONGEST_SECONDS = 120;
const task = JSON.parse(readFileSync(0, 'utf8'));
let calls = 0;

async function ask(operation, given) {
  calls += 1;
  const headers = { Authorization: `Bearer ${task.key}`, 'Content-Type': 'application/json' };
  const answer = await fetch(`${task.url}/api/v1/${operation}`, { method: 'POST', headers, body: JSON.stringify(given) });
  const told = await answer.json();
  if (told.error) throw new Error(`${told.error.code}: ${told.error.message}`);
  return told.data;
}

const tools = { code_mode: codeModeTool() };
const callers = {};
for (const described of task.tools) {
  tools[described.name] = tool({
    description: described.description,
    inputSchema: z.fromJSONSchema(described.inputSchema),
    execute: (given) => ask(described.operation, given),
  });
  callers[described.name] = ['code_mode'];
}

const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };

async function sent(program) {
  const prompts = [];
  const model = new MockLanguageModelV4({
    doGenerate: async ({ prompt }) => {
      prompts.push(prompt);
      const content = prompts.length > 1
        ? [{ type: 'text', text: 'read' }]
        : [{ type: 'tool-call', toolCallId: 'one', toolName: 'code_mode', input: JSON.stringify({ js: program }) }];
      const reason = prompts.length > 1 ? 'stop' : 'tool-calls';
      return { content, finishReason: { unified: reason, raw: reason }, usage, warnings: [] };
    },
  });
  const end = AbortSignal.timeout(LONGEST_SECONDS * 1000);
  const options = { model, tools, experimental_toolCallers: callers, stopWhen: isStepCount(2), prompt: 'go', abortSignal: end };
  const { steps } = await generateText({ ...options, maxRetries: 0 });
  const results = (prompts[1] ?? []).flatMap((message) => (message.role === 'tool' ? message.content : []));
  const { output } = results.find((part) => part.type === 'tool-result');
  const text = typeof output.value === 'string' ? output.value : JSON.stringify(output.value) ?? 'undefined';
  // The error has a stack, with places. It stays with the app: the prompt has the message alone.
  const thrown = steps[0].content.find((part) => part.type === 'tool-error');
  const stack = thrown?.error?.stack?.split('\n').filter((line) => /\(code-mode\.[jt]s:/.test(line)).slice(0, 2).map((line) => line.trim());
  return { text, failed: output.type.startsWith('error'), kind: output.type, ...(stack?.length ? { stack } : {}) };
}

const answers = {};
for (const fault of task.faults) {
  calls = 0;
  const began = Date.now();
  let told;
  try {
    told = await sent(fault.program);
  } catch (error) {
    told = { text: `${error.name}: ${error.message}`, failed: true, kind: 'out of generateText' };
  }
  answers[fault.id] = { ...told, calls, seconds: Math.round((Date.now() - began) / 100) / 10 };
  console.error(fault.id);
}
const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, task.modules))).version;
const versions = { '@ai-sdk/code-mode': version('@ai-sdk/code-mode'), ai: version('ai'), zod: version('zod'), node: process.versions.node };
process.stdout.write(JSON.stringify({ versions, answers }), () => process.exit(0));
