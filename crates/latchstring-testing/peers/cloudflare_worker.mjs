// The code mode of Cloudflare in a worker: one code tool over AI SDK tools with zod schemas, which ask the running server.

import { DynamicWorkerExecutor } from '@cloudflare/codemode';
import { createCodeTool } from '@cloudflare/codemode/ai';
import { tool } from 'ai';
import { z } from 'zod';

let calls = 0;

function codeTool(env) {
  const task = JSON.parse(env.TASK);
  const tools = {};
  for (const described of task.tools) {
    tools[described.name] = tool({
      description: described.description,
      inputSchema: z.fromJSONSchema(described.inputSchema),
      execute: async (given) => {
        calls += 1;
        const headers = { Authorization: `Bearer ${task.key}`, 'Content-Type': 'application/json' };
        const asked = { method: 'POST', headers, body: JSON.stringify(given) };
        const told = await (await fetch(`${task.url}/api/v1/${described.operation}`, asked)).json();
        if (told.error) throw new Error(`${told.error.code}: ${told.error.message}`);
        return told.data;
      },
    });
  }
  return createCodeTool({ tools, executor: new DynamicWorkerExecutor({ loader: env.LOADER }) });
}

export default {
  async fetch(request, env) {
    calls = 0;
    let told;
    try {
      const result = await codeTool(env).execute({ code: await request.text() }, {});
      try {
        told = { text: JSON.stringify(result), failed: false };
      } catch (error) {
        // The tool has returned by now. What is said here is said to the app that writes the result for the model.
        told = { text: error.message, failed: true, outside: true };
      }
    } catch (error) {
      told = { text: error.message, failed: true };
    }
    return Response.json({ ...told, calls });
  },
};
